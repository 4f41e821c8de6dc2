#!/usr/bin/env python3
"""What Keras deprecates is not used: its warnings count as errors"""

import warnings

import pytest

from tests.support import FILES, SMALL, TASKS, images, keras

# What the libraries warn each other of is not ours to mend.
NOT_OURS = (
    "__array__ implementation doesn't accept a copy keyword",
    "Using or importing the ABCs from 'collections'",
    'non-integer arguments to randrange',
)


@pytest.mark.parametrize('task', TASKS)
def test_no_warning(task, tmp_path):
    """Building, training, predicting and saving weights warn of nothing"""
    inputs = images(task, 8)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        for message in NOT_OURS:
            warnings.filterwarnings('ignore', message)
        encoder, decoder, auto = __import__(FILES[task]).autoencoder(
            *SMALL[task])
        auto.summary(print_fn=lambda *_, **__: None)
        auto.fit(inputs, inputs, epochs=1, batch_size=4, verbose=0)
        auto.evaluate(inputs, inputs, verbose=0)
        codes = encoder.predict(inputs, verbose=0)
        decoder.predict(codes[0] if task == 3 else codes, verbose=0)
        auto.save_weights(str(tmp_path / 'auto.weights.h5'))
    keras.backend.clear_session()
