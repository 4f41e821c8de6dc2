#!/usr/bin/env python3
"""What Keras deprecates is not used: its warnings count as errors"""

import importlib
import warnings

import numpy as np
import pytest

import tensorflow.keras as keras

# What the libraries warn each other of is not ours to mend.
NOT_OURS = (
    "__array__ implementation doesn't accept a copy keyword",
    "Using or importing the ABCs from 'collections'",
    'non-integer arguments to randrange',
)
ARGUMENTS = {
    '0-vanilla': (12, [8, 6], 3),
    '1-sparse': (12, [8, 6], 3, 0.01),
    '2-convolutional': ((12, 12, 1), [4, 3, 2], (2, 2, 2)),
    '3-variational': (12, [8, 6], 3),
}


@pytest.mark.parametrize('name', sorted(ARGUMENTS))
def test_no_warning(name, tmp_path):
    """Building, training, predicting and saving weights warn of nothing"""
    arguments = ARGUMENTS[name]
    inputs = np.zeros((8,) + tuple(np.atleast_1d(arguments[0])), 'float32')
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        for message in NOT_OURS:
            warnings.filterwarnings('ignore', message)
        encoder, decoder, auto = importlib.import_module(name).autoencoder(
            *arguments)
        auto.summary(print_fn=lambda *_, **__: None)
        auto.fit(inputs, inputs, epochs=1, batch_size=4, verbose=0)
        auto.evaluate(inputs, inputs, verbose=0)
        codes = encoder.predict(inputs, verbose=0)
        decoder.predict(codes[0] if name[0] == '3' else codes, verbose=0)
        auto.save_weights(str(tmp_path / 'auto.weights.h5'))
    keras.backend.clear_session()
