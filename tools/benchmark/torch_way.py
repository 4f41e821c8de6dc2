#!/usr/bin/env python3
"""PyTorch: eager, a loop over batches of shuffled indices"""

import torch
from torch import nn
from torch.nn import functional

from common.batches import SIZE as BATCH
from tools import ARGUMENTS
from tools.benchmark import initial_weights


class Dense(nn.Module):
    """Autoencoder of fully connected layers: tasks 0 and 1"""

    def __init__(self, penalty):
        """Makes the layers

        Args:
            penalty: float, the weight of the L1 penalty on the latents.
        """
        super().__init__()
        self.penalty = penalty
        self.encoder = nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
            nn.Linear(64, 32), nn.ReLU())
        self.decoder = nn.Sequential(
            nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU(),
            nn.Linear(128, 784))

    def loss(self, x):
        """Computes the mean loss of a batch (n, 784)"""
        latent = self.encoder(x)
        entropy = functional.binary_cross_entropy_with_logits(
            self.decoder(latent), x)
        if not self.penalty:
            return entropy
        return entropy + self.penalty * latent.abs().sum(1).mean()


class Convolutional(nn.Module):
    """Autoencoder of convolutions: task 2"""

    def __init__(self):
        """Makes the layers"""
        super().__init__()

        def pool():
            """Makes a pooling that rounds sizes up"""
            return nn.MaxPool2d(2, ceil_mode=True)

        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), pool(),
            nn.Conv2d(16, 8, 3, padding=1), nn.ReLU(), pool(),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), pool(),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Upsample(None, 2),
            nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Upsample(None, 2),
            nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Upsample(None, 2),
            nn.Conv2d(16, 1, 3, padding=1))

    def loss(self, x):
        """Computes the mean loss of a batch (n, 28, 28, 1)"""
        x = x.permute(0, 3, 1, 2)
        return functional.binary_cross_entropy_with_logits(self.layers(x), x)


class Variational(nn.Module):
    """Variational autoencoder: task 3"""

    def __init__(self):
        """Makes the layers"""
        super().__init__()
        self.hidden = nn.Linear(784, 512)
        self.mean = nn.Linear(512, 2)
        self.log_var = nn.Linear(512, 2)
        self.decoder = nn.Sequential(
            nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, 784))

    def loss(self, x):
        """Computes the mean loss of a batch (n, 784)"""
        hidden = torch.relu(self.hidden(x))
        mean, log_var = self.mean(hidden), self.log_var(hidden)
        latent = mean + torch.exp(log_var / 2) * torch.randn_like(mean)
        entropy = functional.binary_cross_entropy_with_logits(
            self.decoder(latent), x, reduction='sum') / len(x)
        divergence = -0.5 * (1 + log_var - mean ** 2 - log_var.exp()).sum(1)
        return entropy + divergence.mean()


def build(task):
    """Builds the model of a task with the weights that all start from"""
    model = (Convolutional() if task == 2 else Variational() if task == 3
             else Dense(ARGUMENTS[1][3] if task == 1 else 0))
    for parameter, weight in zip(model.parameters(), initial_weights(task)):
        # Keras has the outputs last, PyTorch first.
        axes = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[weight.ndim]
        weight = torch.from_numpy(weight.transpose(axes).copy())
        assert parameter.shape == weight.shape, (parameter.shape, task)
        parameter.data = weight
    return model


def eager(task, x_train, x_test, epochs, clock):
    """Trains with PyTorch alone; the arguments are those of keras_way.ours"""
    torch.manual_seed(0)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = build(task).to(device)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    x_train = torch.from_numpy(x_train).to(device)
    x_test = torch.from_numpy(x_test).to(device)

    for _ in range(epochs):
        clock.start()
        total, val_total = 0, 0
        for indices in torch.randperm(len(x_train), device=device).split(
                BATCH):
            adam.zero_grad()
            loss = model.loss(x_train[indices])
            loss.backward()
            adam.step()
            total += loss.detach() * len(indices)
        with torch.no_grad():
            for images in x_test.split(BATCH):
                val_total += model.loss(images) * len(images)
        clock.stop(total / len(x_train), val_total / len(x_test))
