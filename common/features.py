#!/usr/bin/env python3
"""What this TensorFlow and its Keras can do, each asked in one place"""


def start():
    """Imports TensorFlow and Keras, and has them log about themselves"""
    import tensorflow as tf
    # Keras does without it until it saves.
    import h5py

    backend()
    if is_eager():
        tf.config.experimental.list_physical_devices()
        # The mains predict in batches of several sizes, of which it warns.
        tf.get_logger().addFilter(
            lambda record: 'retracing' not in record.getMessage())
    if is_keras_3() and backend() == 'tensorflow' and (
            tf.test.is_built_with_xla()):
        # XLA, which compiles the dense models, logs when it is first used.
        tf.function(lambda: tf.zeros(1), jit_compile=True)()


def backend():
    """Names what Keras computes with: 'tensorflow', 'jax' or 'torch'"""
    import tensorflow.keras as keras

    return keras.backend.backend()


def is_keras_3():
    """Tells whether this is Keras 3, which comes with TensorFlow 2.16"""
    import tensorflow.keras as keras

    return hasattr(keras, 'ops')


def is_eager():
    """Tells whether tensors have values at once, as in TensorFlow 2"""
    import tensorflow as tf

    return hasattr(tf, 'config')


def can_save_models():
    """Tells whether there is Keras' own format: TensorFlow 2.12 and later"""
    import tensorflow.keras as keras

    return hasattr(keras.Model, 'compile_from_config')


def can_resume():
    """Tells whether Adam's state can be made before it has trained

    That is TensorFlow 2.11 and later.
    """
    import tensorflow.keras as keras

    return hasattr(keras.optimizers.Adam, 'build')


def can_stop_tuning():
    """Tells whether tf.data can be told not to tune: TensorFlow 2.7 on"""
    import tensorflow as tf

    return is_eager() and hasattr(tf.data.Options(), 'autotune')
