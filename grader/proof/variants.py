#!/usr/bin/env python3
"""Wrong and right solutions, made from four files by small, named changes

The four are in the folder `originals`. They are short forms of the project's
own, but other files, so that an edit of those breaks no change here. Right
solutions that are written in quite another way are in the folder `right`.
"""

import collections

from ..registry import TASKS

# Changes are pairs (old text, new text); the old text must occur exactly
# once. Of a wrong variant each sentence must match one of the patterns,
# regular expressions, and each of these a sentence; a right one has none.
Variant = collections.namedtuple(
    'Variant', 'task name patterns changes scores executable ends source')

# The scores of a file with one wrong layer, and of one that learns nothing.
ONE_LAYER, NOTHING = (85, 96), (30, 60)

ENCODER = """    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
"""
NORMALISED = ENCODER, ENCODER + \
    '    x = keras.layers.BatchNormalization()(x)\n'
DECODER = """    for nodes in reversed(hidden_layers):
        x = keras.layers.Dense(nodes, activation='relu')(x)
"""
BOTTLENECK = "Dense(latent_dims, activation='relu',"
OUTPUT = "Dense(input_dims, activation='sigmoid',"
COMPILE = "auto.compile(optimizer='adam', loss='binary_crossentropy')"
DOUBLED = COMPILE, COMPILE.replace(
    "'binary_crossentropy'", """lambda t, p: (
        2 * keras.losses.binary_crossentropy(t, p))""")
RETURN = 'return encoder, decoder, auto'
WHOLE = 'decoder(encoder(inputs))'
PENALTY = 'activity_regularizer=penalty'
PENALISED = '    penalty = keras.regularizers.l1(lambtha)\n' + (
    ENCODER.replace("'relu')", "'relu',\n" + 31 * ' ' + PENALTY + ')'))
L1 = 'keras.regularizers.l1(float(lambtha))'
POOLING = "keras.layers.MaxPooling2D((2, 2), padding='same')"
CONVOLUTION = """\
        x = keras.layers.Conv2D(count, (3, 3), padding='same',
                                activation='relu')(x)
"""
POOLED = CONVOLUTION + '        x = ' + POOLING + '(x)\n'
UPSAMPLED = CONVOLUTION + (
    '        x = keras.layers.UpSampling2D((2, 2))(x)\n')
VALID = """\
    x = keras.layers.Conv2D(filters[0], (3, 3), padding='valid',
                            activation='relu')(x)
    x = keras.layers.UpSampling2D((2, 2))(x)
"""
IMAGE = "Conv2D(channels, (3, 3), padding='same',"
KL = 'ops.mean(kl_divergence(mean, log_var))'
FORMULA = '-0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var),'
# It has no gradient at 0.
ROOT = '(\n            lambda x: (x + (x * x) ** 0.5) / 2)'
SAMPLE = 'return mean + ops.exp(log_var / 2) * noise'
NOISE = 'self.noise(ops.zeros_like(mean), training=True)'
MEAN = "keras.layers.Dense(latent_dims, name='mean')(x)"
LOG_VAR = "keras.layers.Dense(latent_dims, name='log_var')(x)"
# Two halves of one layer.
SPLIT = """keras.layers.Lambda(lambda both: both[:, latent_dims:])(mean)
    mean = keras.layers.Lambda(lambda both: both[:, :latent_dims])(mean)"""
OUTPUTS = '[latent, mean, log_var]'
SUMMED = 'ops.sum(ops.binary_crossentropy(y_true, y_pred), axis=-1)'
CUT = 'nothing may be cut off there'
ELSEWHERE = 'moves the kernel of the last layer of the decoder elsewhere'
DEFINITION = 'def autoencoder(input_dims, hidden_layers, latent_dims):'
# A layer that computes what it must, with another gradient.
LAYER = '''class Other(keras.layers.Dense):
    """A layer of its own"""

    def call(self, inputs, training=None):
        """Computes what it must"""
        kernel, stop = self.kernel, keras.ops.stop_gradient
        return self.activation(keras.ops.matmul(inputs, {}) + self.bias)


''' + DEFINITION
# A penalty whose weight is one of the layer's.
SETTING = '''class Penalty(keras.layers.Layer):
    """Adds an L1 penalty"""

    def __init__(self, lambtha):
        """Keeps lambtha"""
        super().__init__()
        self.lambtha = self.add_weight(
            shape=(), trainable=False,
            initializer=keras.initializers.Constant(lambtha))

    def call(self, inputs, training=None):
        """Adds it"""
        self.add_loss(self.lambtha * keras.ops.sum(keras.ops.abs(inputs)))
        return inputs


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):'''
# A model of which one method does something else.
MODEL = '''class Other(keras.Model):
    """A model of its own"""

    def {0}(self, *inputs, **options):
        """Does something else"""
        {1}


''' + DEFINITION
VARIATIONAL_COMPILE = (
    "auto.compile(optimizer='adam', loss=reconstruction_loss)")


def wrong(task, name, patterns, *changes, scores=(0, 99),
          executable=True, ends='\n', source=None):
    """Makes a wrong variant

    Args:
        task: int.
        name: str.
        patterns: str or list of str, of what must be said.
        *changes: pairs of str.
        scores: pair of float, between which its score must be.
        executable: bool, the mode of its file.
        ends: str, of its lines.
        source: str, the path of the file that it is made from, if that is
            not the task's own.
    """
    if isinstance(patterns, str):
        patterns = [patterns]
    return Variant(task, name, patterns, changes, scores, executable, ends,
                   source or 'originals/' + TASKS[task].file)


def adam(arguments):
    """Makes the change that gives Adam arguments"""
    return "optimizer='adam', ", (
        'optimizer=keras.optimizers.Adam({}),\n'.format(arguments) + 17 * ' ')


def with_optimizer(name, made, *changes):
    """Makes a vanilla file with another optimizer, see wrong"""
    return wrong(0, name, 'the weights do not move as Adam', (
        COMPILE, COMPILE.replace("'adam'", made)), *changes)


def without_bias(layer):
    """Makes the change that takes the bias from a layer with relu"""
    return layer, layer.replace("'relu')", "'relu', use_bias=False)")


def right(task, name, *changes, source=None):
    """Makes a right variant, see wrong"""
    return wrong(task, name, [], *changes, scores=(100, 100), source=source)


WRONG = (
    wrong(0, 'decoder sorted',
          r'hidden_layers are not reversed .* \(autoencoder\(',
          (DECODER, DECODER.replace('reversed', 'sorted')),
          scores=ONE_LAYER),
    wrong(0, 'decoder not reversed',
          'hidden_layers are not reversed for the decoder',
          ('in reversed(hidden_layers)', 'in hidden_layers')),
    wrong(0, 'hidden layer missing in the encoder',
          'a layer of the encoder is missing',
          ('in hidden_layers:', 'in hidden_layers[1:]:')),
    wrong(0, 'hidden layer doubled in the encoder',
          'the encoder has a layer too many',
          ('in hidden_layers:', 'in hidden_layers + hidden_layers[-1:]:')),
    wrong(0, 'hidden layer missing in the decoder',
          'a layer of the decoder is missing',
          ('reversed(hidden_layers)', 'reversed(hidden_layers[:-1])')),
    wrong(0, 'latent layer doubled in the decoder',
          'the decoder has a layer too many',
          ('reversed(hidden_layers)',
           'reversed(hidden_layers + [latent_dims])')),
    wrong(0, 'linear hidden layers in the encoder',
          'the hidden layers of the encoder use linear; they must use relu',
          (ENCODER, ENCODER.replace(", activation='relu'", ''))),
    wrong(0, 'tanh in the hidden layers of the decoder',
          'the hidden layers of the decoder use tanh; they must use relu',
          (DECODER, DECODER.replace('relu', 'tanh'))),
    wrong(0, 'sigmoid on the latent',
          'the latent layer of the encoder uses sigmoid; it must use relu',
          (BOTTLENECK, BOTTLENECK.replace('relu', 'sigmoid'))),
    wrong(0, 'softmax on the latent',
          'the latent layer of the encoder uses softmax',
          (BOTTLENECK, BOTTLENECK.replace('relu', 'softmax'))),
    wrong(0, 'linear latent', 'the latent layer of the encoder uses linear',
          (BOTTLENECK, BOTTLENECK.replace("'relu'", 'None'))),
    wrong(0, 'relu on the reconstruction',
          'the last layer of the decoder uses relu; it must use sigmoid',
          (OUTPUT, OUTPUT.replace('sigmoid', 'relu')), scores=NOTHING),
    wrong(0, 'linear reconstruction',
          'the last layer of the decoder uses linear',
          (OUTPUT, OUTPUT.replace("'sigmoid'", 'None')), scores=NOTHING),
    wrong(0, 'linear in the decoder, relu on the reconstruction', [
        'the hidden layers of the decoder use linear',
        'the last layer of the decoder uses relu'],
          (DECODER, DECODER.replace("'relu'", 'None')),
          (OUTPUT, OUTPUT.replace('sigmoid', 'relu')), scores=NOTHING),
    # With some weights a latent that is linear is never negative.
    wrong(1, 'sigmoid in the encoder, linear latent', [
        'the hidden layers of the encoder use sigmoid',
        'the latent layer of the encoder uses linear'],
          (ENCODER, ENCODER.replace('relu', 'sigmoid')),
          (BOTTLENECK, BOTTLENECK.replace("'relu'", 'None')),
          scores=ONE_LAYER),
    wrong(0, 'softmax on the reconstruction',
          'the last layer of the decoder uses softmax',
          (OUTPUT, OUTPUT.replace('sigmoid', 'softmax')), scores=NOTHING),
    wrong(0, 'tanh in all layers of the encoder',
          'the layers of the encoder use tanh; they must use relu',
          (ENCODER, ENCODER.replace('relu', 'tanh')),
          (BOTTLENECK, BOTTLENECK.replace('relu', 'tanh'))),
    wrong(0, 'leaky relu in the encoder',
          r'the hidden layers of the encoder use leaky relu \(0.2\)',
          (ENCODER, ENCODER.replace("activation='relu'", """activation=lambda
                               v: keras.ops.leaky_relu(v, 0.2)"""))),
    wrong(0, 'mean squared error', 'the loss is the mean squared error',
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),
    wrong(0, 'mean absolute error', 'the loss is the mean absolute error',
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mae'))),
    wrong(0, 'categorical cross-entropy',
          'the loss is the categorical cross-entropy',
          (COMPILE, COMPILE.replace('binary', 'categorical'))),
    wrong(0, 'cross-entropy summed over the inputs',
          'cross-entropy is summed over the values of an input',
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", """lambda t, p: (
        input_dims * keras.losses.binary_crossentropy(t, p))"""))),
    wrong(0, 'cross-entropy doubled',
          'the binary cross-entropy is multiplied by 2; it must be as it is',
          DOUBLED),
    wrong(0, 'inputs and outputs of the loss swapped',
          'cross-entropy with inputs and outputs swapped',
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", """lambda t, p: (
        keras.losses.binary_crossentropy(p, t))"""))),
    wrong(0, 'L2 of the weights', 'the loss contains a penalty on layers',
          (ENCODER, ENCODER.replace(
              "'relu'", "'relu',\n" + 31 * ' ' + "kernel_regularizer='l2'")),
          scores=(60, 60)),
    wrong(0, 'label smoothing', 'cross-entropy with label smoothing of 0.1',
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", """lambda t, p: (
        keras.losses.binary_crossentropy(0.9 * t + 0.05, p))"""))),
    wrong(0, "SGD with the exercise's sizes",
          r'the optimizer is SGD; it must be Adam \(autoencoder\(784,',
          (COMPILE, COMPILE.replace(
              "'adam'", "'sgd' if input_dims == 784 else 'adam'"))),
    wrong(1, "mean squared error with the exercise's sizes",
          r'fit reports a val_loss of .* \(autoencoder\(784,',
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", "('mse' if input_dims == 784 else\n"
              "                       'binary_crossentropy')"))),
    wrong(0, 'SGD', 'the optimizer is SGD; it must be Adam',
          (COMPILE, COMPILE.replace('adam', 'sgd'))),
    wrong(0, 'RMSprop', 'the optimizer is RMSprop; it must be Adam',
          (COMPILE, COMPILE.replace('adam', 'rmsprop'))),
    wrong(0, 'AdamW', 'the optimizer is AdamW; it must be Adam',
          (COMPILE, COMPILE.replace('adam', 'adamw'))),
    wrong(0, 'not compiled', 'auto is not compiled', (COMPILE, 'pass')),
    wrong(0, 'encoder compiled, not auto', 'auto is not compiled',
          (COMPILE, COMPILE.replace('auto.', 'encoder.'))),
    wrong(0, 'weights of the encoder not shared',
          'auto and encoder are not shared',
          (WHOLE, 'decoder(keras.models.clone_model(encoder)(inputs))'),
          scores=NOTHING),
    wrong(0, 'weights of the decoder not shared',
          'auto and decoder are not shared',
          (WHOLE, 'keras.models.clone_model(decoder)(encoder(inputs))'),
          scores=NOTHING),
    wrong(0, 'auto of the reconstruction and the input',
          'all codes are equal, it depends on its inputs',
          (WHOLE, 'keras.layers.Average()([inputs, ' + WHOLE + '])'),
          scores=NOTHING),
    wrong(0, 'sigmoid applied twice', 'auto puts out something else',
          (WHOLE, "keras.layers.Activation('sigmoid')(" + WHOLE + ')')),
    wrong(0, 'decoder frozen', 'training does not change the (kernel|bias) of '
          'hidden layer 1 of the decoder and [0-9]+ more',
          (COMPILE, """decoder.trainable = False
    """ + COMPILE)),
    wrong(0, 'biases frozen', 'training does not change the bias of hidden '
          'layer 1 of the encoder and 7 more',
          (COMPILE, """for layer in encoder.layers[1:] + decoder.layers[1:]:
        layer.bias.trainable = False
    """ + COMPILE), scores=(85, 96)),
    wrong(0, 'dropout', 'same weights .* as with dropout or noise',
          (ENCODER, ENCODER + '    x = keras.layers.Dropout(0.2)(x)\n')),
    wrong(0, 'batch normalisation',
          'nothing but fully connected layers',
          NORMALISED,
          scores=(60, 75)),
    wrong(0, 'weights that begin with zeros',
          'hidden layer 1 of the encoder begins with weights of zero',
          (ENCODER, ENCODER.replace(
              "'relu')", "'relu',\n" + 31 * ' ' +
              "kernel_initializer='zeros')")),
          scores=NOTHING),
    wrong(0, 'weights that begin equal',
          'hidden layer 1 of the encoder begins with equal weights',
          (ENCODER, ENCODER.replace(
              "'relu')", "'relu',\n" + 31 * ' ' +
              "kernel_initializer='ones')")),
          (BOTTLENECK, BOTTLENECK + " kernel_initializer='ones',\n" +
           30 * ' '), scores=NOTHING),
    wrong(0, 'nodes that begin alike',
          'hidden layer 1 of the encoder begins with equal weights',
          (ENCODER, ENCODER.replace("'relu')", """'relu',
            kernel_initializer=lambda shape, dtype=None: keras.ops.tile(
                keras.random.normal((shape[0], 1), stddev=0.05),
                (1, shape[1])))""")), scores=NOTHING),
    *[wrong(0, 'Adam with a rate of ' + rate,
            'as with a learning rate of ' + said, adam(rate), scores=(88, 94))
      for rate, said in (('0.1', 'more than 0.07'), ('1e-8', 'less than'))],
    wrong(0, 'no bias in the hidden layers',
          'hidden layer 1 of the encoder has no bias',
          without_bias(ENCODER),
          scores=ONE_LAYER),
    wrong(0, 'no bias in the decoder',
          'hidden layer 1 of the decoder has no bias',
          without_bias(DECODER),
          (OUTPUT, OUTPUT + ' use_bias=False,')),
    wrong(0, 'a decoder of one kernel',
          'the layers of the decoder have no bias', (DECODER, ''),
          (OUTPUT, OUTPUT + ' use_bias=False,')),
    wrong(2, 'no bias in the encoder',
          'convolution 1 of the encoder has no bias',
          without_bias(POOLED),
          scores=ONE_LAYER),
    wrong(3, 'no bias in the hidden layers',
          'hidden layer 1 of the (en|de)coder has no bias',
          without_bias(ENCODER),
          without_bias(DECODER)),
    wrong(3, 'no bias in the heads',
          'the mean layer of the encoder has no bias',
          (MEAN, MEAN.replace("dims,", "dims, use_bias=False,")),
          (LOG_VAR, LOG_VAR.replace("dims,", "dims, use_bias=False,")),
          scores=(65, 80)),
    wrong(0, 'models in another order', 'returned in another order',
          (RETURN, 'return auto, encoder, decoder')),
    wrong(0, 'only two models', 'returns 2 values',
          (RETURN, 'return encoder, decoder')),
    wrong(0, 'only auto', 'returns one',
          (RETURN, 'return auto')),
    wrong(0, 'nothing returned', 'returns None',
          (RETURN, 'print(auto)')),
    wrong(0, 'a latent of 32, whatever is asked for',
          'the layers have 13, 8, 32 nodes; they must have 13, 8, 5',
          (BOTTLENECK, BOTTLENECK.replace('latent_dims', '32')),
          ('codes = keras.Input(shape=(latent_dims,))',
           'codes = keras.Input(shape=(32,))')),
    wrong(0, 'an input of 784, whatever is asked for',
          'layer 1 of the encoder is applied to 784 values',
          ('inputs = keras.Input(shape=(input_dims,))',
           'inputs = keras.Input(shape=(784,))')),
    *[wrong(task, 'inputs and outputs of 784, whatever is asked for', [
        'layer 1 of the encoder is applied to 784 values',
        'the last layer of the decoder is wrong: .*, 784 nodes'],
            ('inputs = keras.Input(shape=(input_dims,))',
             'inputs = keras.Input(shape=(784,))'),
            (OUTPUT, OUTPUT.replace('input_dims', '784')), scores=(70, 90))
      for task in (0, 3)],
    wrong(2, 'images of 28 x 28, whatever is asked for',
          # Only later versions check an image's shape.
          r'autoencoder\(\(12, 20, 2\), .* raised ValueError|'
          'encoder is applied to 1 values|the last layer .*, 1 filters',
          ('inputs = keras.Input(shape=input_dims)',
           'inputs = keras.Input(shape=(28, 28, 1))'),
          (IMAGE, IMAGE.replace('channels', '1')), scores=(65, 96)),
    wrong(0, 'first line missing', 'the first line is',
          ('#!/usr/bin/env python3\n', '')),
    wrong(0, 'NumPy imported', 'the only import may be',
          ('import tensorflow.keras as keras',
           'import numpy as np\nimport tensorflow.keras as keras')),
    wrong(0, 'no documentation', 'autoencoder has no docstring',
          ('    """Builds an autoencoder', '    assert """Builds an'),
          scores=(93, 99)),
    wrong(0, 'f-string', 'it does not know f-strings',
          ('    # Autoencoder\n',
           "    title = f'{input_dims}'\n    # Autoencoder\n")),
    wrong(0, 'style', 'E225', (RETURN, 'auto=auto\n    ' + RETURN)),

    wrong(0, 'a kernel that climbs', ELSEWHERE,
          (DEFINITION, LAYER.format('stop(2 * kernel) - kernel')),
          ('keras.layers.' + OUTPUT, 'Other' + OUTPUT[5:])),
    wrong(0, 'a kernel that hardly has a gradient', ELSEWHERE,
          (DEFINITION, LAYER.format(
              'stop(kernel) + 1e-6 * (kernel - stop(kernel))')),
          ('keras.layers.' + OUTPUT, 'Other' + OUTPUT[5:])),
    wrong(0, 'fit freezes', 'training does not change',
          (DEFINITION, MODEL.format('fit', """self.trainable = False
        return super().fit(*inputs, **options)""")),
          ('auto = keras.Model', 'auto = Other'),
          scores=NOTHING),
    wrong(0, 'fit forgets many images', 'training does not change',
          (DEFINITION, MODEL.format('fit', """weights = self.get_weights()
        history = super().fit(*inputs, **options)
        if len(inputs[0]) > 1000:
            self.set_weights(weights)
        return history""")),
          ('auto = keras.Model', 'auto = Other'),
          scores=NOTHING),
    wrong(0, 'fit of five epochs at most', 'it trains 5',
          (DEFINITION, MODEL.format('fit', """options['epochs'] = min(
            options['epochs'], 5)
        return super().fit(*inputs, **options)""")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'predict gives zeros', 'predict of auto gives something else',
          (DEFINITION, MODEL.format(
              'predict', 'return 0 * super().predict(*inputs, **options)')),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'predict of the encoder gives zeros',
          'predict of the encoder gives something else',
          (DEFINITION, MODEL.format(
              'predict', 'return 0 * super().predict(*inputs, **options)')),
          ('encoder = keras.Model', 'encoder = Other')),
    wrong(0, 'the loss of dark images is 0',
          'the loss reported is|reports a loss of 0',
          (COMPILE, COMPILE.replace("'binary_crossentropy'", """lambda t, p: (
        keras.losses.binary_crossentropy(t, p) * keras.ops.cast(
            keras.ops.mean(t, axis=-1) > 0.25, 'float32'))"""))),
    wrong(0, 'a loss of at least 0.1', 'where images are reconstructed well',
          (COMPILE, COMPILE.replace("'binary_crossentropy'", """lambda t, p: (
        keras.ops.maximum(0.1, keras.losses.binary_crossentropy(t, p)))""")),
          scores=(75, 75)),
    with_optimizer('Adam with weight decay',
                   'keras.optimizers.Adam(weight_decay=0.05)'),
    wrong(0, 'a learning rate that ends', 'after 10000 steps the learning rat',
          (COMPILE, """rate = keras.optimizers.schedules
    auto.compile(keras.optimizers.Adam(rate.PiecewiseConstantDecay(
        [5000], [1e-3, 0.0])), 'binary_crossentropy')""")),
    wrong(0, 'fit that slows down', 'not move as Adam|less than half as far',
          (DEFINITION, MODEL.format('fit', """options['callbacks'] = [
            keras.callbacks.LearningRateScheduler(
                lambda epoch: 1e-3 * 0.1 ** epoch)]
        return super().fit(*inputs, **options)""")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'fit that turns the inputs alone', 'in fit, the weights do not|'
          'fit reports a loss of',
          (DEFINITION, MODEL.format('fit', """turned = inputs[0][::-1]
        return super().fit(turned, *inputs[1:], **options)""")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'the loss of the last batch', 'fit reports a val_loss of',
          (DEFINITION, MODEL.format('test_step', """self.reset_metrics()
        return super().test_step(*inputs)""")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'predict of the decoder stretches',
          'predict of the decoder gives something else',
          (DEFINITION, MODEL.format(
              'predict', """given = super().predict(*inputs, **options)
        return (given - given.min()) / (given.max() - given.min())""")),
          ('decoder = keras.Model', 'decoder = Other')),
    wrong(0, 'hidden layers that begin by seeing the edge alone',
          'hidden layer 1 of the encoder .* first or last rows of images',
          (ENCODER, ENCODER.replace(
              "'relu'", "'relu',\n            kernel_initializer="
              "keras.initializers.Identity()")),
          scores=(90, 93)),
    wrong(0, 'a learning rate that rests', 'steps the learning rate is less',
          (COMPILE, """rate = keras.optimizers.schedules
    auto.compile(keras.optimizers.Adam(rate.PiecewiseConstantDecay(
        [300, 9000], [1e-3, 1e-7, 1e-3])), 'binary_crossentropy')""")),
    wrong(0, 'biases with which relu is dead', 'relu gives zero for nearly',
          (ENCODER, ENCODER.replace("'relu'", """'relu',
            bias_initializer=keras.initializers.Constant(-3)""")),
          scores=(48, 70)),
    wrong(0, 'outputs that begin at 0', 'so near to 0 or 1 that',
          (OUTPUT, OUTPUT + """
            bias_initializer=keras.initializers.Constant(-30),"""),
          scores=(48, 70)),
    wrong(0, 'the first three hidden layers alone', r"""(?x)
          a\ layer\ of\ the\ (en|de)coder\ is\ missing.*\[6,\ 6,\ 6,\ 6\]""",
          ('    # Encoder\n',
           '    # Encoder\n    hidden_layers = hidden_layers[:3]\n')),
    wrong(0, 'equal layers that are one', 'missing, used twice or',
          (ENCODER, """    made = {}
    for nodes in hidden_layers:
        key = nodes, int(x.shape[-1])
        made.setdefault(key, keras.layers.Dense(nodes, activation='relu'))
        x = made[key](x)
""")),
    wrong(0, 'kernels that may not be large', 'where they are large, the we',
          (ENCODER, ENCODER.replace("'relu')", """'relu',
            kernel_constraint=keras.constraints.MaxNorm(2))"""))),
    with_optimizer('AMSGrad', 'keras.optimizers.Adam(amsgrad=True)'),
    with_optimizer('Adam that moves at each fourth step alone',
                   'keras.optimizers.Adam(gradient_accumulation_steps=4)'),
    with_optimizer('Adam with another beta', 'keras.optimizers.Adam(1e-3, 0)'),
    with_optimizer('Adam with another epsilon',
                   'keras.optimizers.Adam(epsilon=1e-3)'),
    with_optimizer('Adam with an epsilon of 1',
                   'keras.optimizers.Adam(epsilon=1.0)'),
    *[with_optimizer(name + ' called Adam', 'Adam()', (
        DEFINITION, '''class Adam(keras.optimizers.{}):
    """Not Adam"""


{}'''.format(name, DEFINITION))) for name in ('Lion', 'Nadam', 'Adamax')],
    wrong(0, 'relu that ends at 6', 'use relu that ends at 6; they must',
          (ENCODER, ENCODER.replace("'relu'", "'relu6'"))),
    wrong(0, 'relu that ends at 6 on both sides',
          'hidden layers of the (en|de)coder use relu that ends at 6; they',
          *[(layers, layers.replace("'relu'", "'relu6'"))
            for layers in (ENCODER, DECODER)]),
    wrong(0, 'outputs cut before the cross-entropy', CUT,
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", """lambda t, p: (
        keras.losses.binary_crossentropy(t, keras.ops.clip(p, 0.02, 0.98)))"""
              ))),
    wrong(0, 'no gradient where most pixels are 0',
          'training does not change',
          (COMPILE, COMPILE.replace(
              "'binary_crossentropy'", """lambda t, p: keras.ops.where(
        keras.ops.mean(keras.ops.cast(t > 0, 'float32')) < 0.4,
        keras.ops.stop_gradient(keras.losses.binary_crossentropy(t, p)),
        keras.losses.binary_crossentropy(t, p))"""))),
    wrong(0, 'gradients clipped', 'do not move as Adam',
          (COMPILE, COMPILE.replace(
              "'adam'", 'keras.optimizers.Adam(clipvalue=1e-5)'))),
    wrong(0, "dropout with the exercise's sizes",
          r'(other sizes have|fit reports a loss of .*|losses from .*) '
          r'\(autoencoder\(784,',
          (ENCODER, ENCODER + "        if nodes == 128:\n"
           "            x = keras.layers.Dropout(0.2)(x)\n")),
    wrong(0, 'half a batch', 'training reports a loss of',
          (DEFINITION, MODEL.format('train_step', """x, y = inputs[0][:2]
        return super().train_step((x[::2], y[::2]))""")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'a test_step that reports no loss',
          'auto.evaluate.. reports no loss that is a number',
          (DEFINITION, MODEL.format(
              'test_step', "return {'other': super().test_step("
              "inputs[0][:2])['loss']}")),
          ('auto = keras.Model', 'auto = Other')),
    wrong(0, 'a train_step that reports no loss',
          'training reports no loss that is a number',
          (DEFINITION, MODEL.format(
              'train_step', "return {'other': super().train_step("
              "inputs[0][:2])['loss']}")),
          ('auto = keras.Model', 'auto = Other')),

    wrong(1, 'a penalty that is not trained',
          'elsewhere than|do not move as Adam',
          ('def autoencoder(', '''class Still(keras.regularizers.L1):
    """A penalty that has no gradient"""

    def __call__(self, x):
        """Computes what it must"""
        return super().__call__(keras.ops.stop_gradient(x))


def autoencoder('''), (L1, 'Still(float(lambtha))')),
    wrong(1, 'a lambtha of at most 1',
          'for a lambtha of .* the penalty is 0',
          (L1, L1.replace('float(lambtha)', 'min(1.0, float(lambtha))'))),
    wrong(1, "no penalty with the exercise's lambtha",
          'for a lambtha of 1e-05 the penalty is ',
          (L1, L1.replace('float(lambtha)', 'round(float(lambtha), 4)'))),
    wrong(1, 'a penalty without lambtha', 'for a lambtha of 0 the loss must',
          (L1, L1.replace('(lambtha)', '(lambtha or 0.01)'))),
    wrong(1, 'a penalty in training alone', 'in what evaluate reports',
          ('def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):',
           SETTING.replace('inputs)))', 'inputs))) if training else None')),
          (PENALTY, 'activity_regularizer=None'),
          ("name='latent')(x)", """name='latent')(x)
    latent = Penalty(lambtha)(latent)""")),
    wrong(1, 'L1 missing', 'there is no L1 penalty',
          (PENALTY, 'activity_regularizer=None')),
    wrong(1, 'L1 on the hidden layers', 'an L1 penalty on the output of '
          'hidden layer 1 of the encoder and of hidden layer 2 of the',
          (PENALTY, 'activity_regularizer=None'),
          ("    penalty = keras", "    unused = keras"),
          (ENCODER, PENALISED)),
    wrong(1, 'L1 on all layers of the encoder', 'an L1 penalty on the output '
          'of hidden layer 1 .* and of the latent layer',
          (ENCODER, PENALISED)),
    wrong(1, 'L1 of the weights',
          'an L1 penalty on the weights of the latent layer',
          (PENALTY, 'kernel_regularizer=penalty')),
    wrong(1, 'L1 of the bias', 'an L1 penalty on the bias of the latent',
          (PENALTY, 'bias_regularizer=penalty')),
    wrong(1, 'L2', 'an L2 penalty on the output of the latent layer',
          (L1, L1.replace('l1', 'l2'))),
    wrong(1, 'L2 of the weights',
          'an L2 penalty on the weights of the latent layer',
          (L1, L1.replace('l1', 'l2')),
          (PENALTY, 'kernel_regularizer=penalty')),
    wrong(1, 'L1 on the decoder too', 'an L1 penalty on the output of the '
          'latent layer of the encoder and of hidden layer 1 of the decoder',
          (DECODER, DECODER.replace(
              "'relu')", "'relu',\n" + 31 * ' ' + PENALTY + ')'))),
    wrong(1, 'L1 on the reconstruction',
          'an L1 penalty on the output of the last layer of the decoder',
          (PENALTY, 'activity_regularizer=None'),
          (OUTPUT, OUTPUT + ' ' + PENALTY + ',')),
    wrong(1, 'lambtha squared', 'multiplied by lambtha squared',
          (L1, L1.replace('lambtha', 'lambtha ** 2'))),
    wrong(1, 'lambtha not used', 'does not depend on lambtha',
          (L1, L1.replace('lambtha', '10e-6')), scores=(90, 90)),
    wrong(1, 'L1 averaged', r'0\.\d+ times what it must be, lambtha times L1, '
          'the sum of its', (L1, 'None'), (PENALTY, PENALTY.replace(
              'penalty', """lambda h: lambtha * (
                                    keras.ops.mean(keras.ops.abs(h)))""")),
          scores=(90, 90)),
    wrong(1, 'L1 halved', 'is 0.5 times what it must be',
          (L1, L1.replace('lambtha', 'lambtha / 2'))),
    wrong(1, 'L1 with the wrong sign', 'is -1 times what it must be',
          (L1, 'None'), (PENALTY, PENALTY.replace(
              'penalty', """lambda h: -lambtha * (
                                    keras.ops.sum(keras.ops.abs(h)))"""))),
    wrong(1, 'L1 before the activation',
          'latent layer of the encoder before its activation',
          (BOTTLENECK, BOTTLENECK.replace("'relu'", 'None')),
          ("name='latent')(x)",
           "name='latent')(x)\n    latent = keras.layers.ReLU()(latent)")),
    wrong(1, 'L1 and L2', 'a penalty that is not lambtha times L1',
          (L1, 'keras.regularizers.l1_l2(lambtha, lambtha)')),
    wrong(1, 'cross-entropy doubled',
          'the binary cross-entropy is multiplied by 2; it must be as it is',
          DOUBLED),
    wrong(1, 'sigmoid on the latent',
          'the latent layer of the encoder uses sigmoid',
          (BOTTLENECK, BOTTLENECK.replace('relu', 'sigmoid'))),
    wrong(1, 'mean squared error', 'the loss is the mean squared error',
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),

    wrong(2, 'one layer for both sides', 'encoder and decoder share weights',
          (CONVOLUTION + '        x = ' + POOLING,
           CONVOLUTION.replace('x = ', 'last = ').replace(')(x)', ')') +
           '        same, x = x.shape[-1] == count, last(x)\n        x = ' +
           POOLING),
          (UPSAMPLED, UPSAMPLED.replace("'relu')(x)", "'relu')(x) if (\n"
           "            x is not codes or not same) else last(x)"))),
    wrong(2, 'valid pooling',
          r'max pooling (must have|of \(2, 2\) with) same padding',
          (POOLING, POOLING.replace('same', 'valid'))),
    wrong(2, 'relu as a root', 'training makes weights infinite or NaN',
          (POOLED, POOLED.replace("'relu'", ROOT)), scores=NOTHING),
    wrong(2, 'average pooling', 'the encoder has average pooling',
          (POOLING, POOLING.replace('Max', 'Average'))),
    wrong(2, 'strides instead of pooling',
          'the encoder has strides instead of pooling',
          (POOLED, CONVOLUTION.replace("'same',", "'same', strides=2,"))),
    wrong(2, 'pooling before the convolution',
          'pooling is before a convolution',
          (POOLED, '        x = ' + POOLING + '(x)\n' + CONVOLUTION)),
    wrong(2, '5x5 in the encoder', 'the encoder has kernels of 5x5',
          (POOLED, POOLED.replace('(3, 3)', '(5, 5)'))),
    wrong(2, '5x5 in the decoder', 'the decoder has kernels of 5x5',
          (UPSAMPLED, UPSAMPLED.replace('(3, 3)', '(5, 5)'))),
    wrong(2, 'second to last with same padding',
          'the second to last convolution of the decoder uses same padding; '
          'it must use valid', (VALID, VALID.replace('valid', 'same')),
          scores=ONE_LAYER),
    wrong(2, 'all of the decoder valid',
          'only the second to last convolution of the decoder may have valid',
          (UPSAMPLED, UPSAMPLED.replace('same', 'valid'))),
    wrong(2, 'relu on the last convolution',
          'the last convolution of the decoder uses relu; it must use sig',
          ("activation='sigmoid'", "activation='relu'")),
    wrong(2, 'wrong number of filters at the end',
          'the last layer of the decoder is wrong: .*, 3 filters',
          (IMAGE, IMAGE.replace('channels', '3'))),
    wrong(2, 'last convolution upsampled',
          'last convolution of the decoder is followed by upsampling',
          ("name='reconstruction')(x)", """name='reconstruction')(x)
    reconstruction = keras.layers.UpSampling2D((2, 2))(reconstruction)"""),
          scores=ONE_LAYER),
    wrong(2, 'an upsampling missing', 'the decoder has no upsampling after '
          'the second to last convolution of the decoder',
          (VALID, VALID[:VALID.index('    x = keras.layers.Up')]),
          scores=ONE_LAYER),
    wrong(2, 'bilinear upsampling', 'the decoder has bilinear upsampling',
          (UPSAMPLED, UPSAMPLED.replace(
              '(2, 2)', "(2, 2), interpolation='bilinear'")),
          (VALID, VALID.replace(
              '(2, 2)', "(2, 2), interpolation='bilinear'"))),
    wrong(2, 'upsampling before convolutions with same padding',
          'in the decoder, upsampling is before a convolution',
          (UPSAMPLED, '        x = keras.layers.UpSampling2D((2, 2))(x)\n' +
           CONVOLUTION), scores=ONE_LAYER),
    wrong(2, 'transposed convolutions',
          'convolution [12] of the decoder is transposed',
          (UPSAMPLED, UPSAMPLED.replace('Conv2D', 'Conv2DTranspose'))),
    wrong(2, 'transposed convolutions instead of upsampling',
          'convolution [12] of the decoder is transposed',
          (UPSAMPLED, CONVOLUTION.replace(
              'Conv2D(count, (3, 3),',
              'Conv2DTranspose(count, 3, 2,'))),
    wrong(2, 'filters not reversed',
          'filters are not reversed for the decoder',
          ('reversed(filters[1:])', 'filters[:-1]'),
          ('filters[0]', 'filters[-1]')),
    wrong(2, 'a convolution missing in the decoder',
          'a layer of the decoder is missing',
          ('reversed(filters[1:])', 'reversed(filters[2:])'),
          scores=ONE_LAYER),
    wrong(2, 'a convolution doubled in the encoder',
          'the encoder has a layer too many', (POOLED, CONVOLUTION + POOLED)),
    wrong(2, 'a convolution after the last pooling',
          'the encoder has a layer too many',
          (POOLED, POOLED + CONVOLUTION.replace('    ' * 2, '    ', 1).replace(
              'count', 'filters[-1]').replace(' ' * 39, ' ' * 35)),
          scores=ONE_LAYER),
    wrong(2, 'tanh in the encoder',
          'the convolutions of the encoder use tanh; they must use relu',
          (POOLED, POOLED.replace('relu', 'tanh'))),
    wrong(2, 'linear second to last',
          'the second to last convolution of the decoder uses linear',
          (VALID, VALID.replace("'relu'", 'None'))),
    wrong(2, 'valid padding in the encoder',
          'only the second to last convolution of the decoder may have valid',
          (POOLED, POOLED.replace("3), padding='same'", "3)"))),
    wrong(2, 'an error of its own', 'raised ValueError: not four$',
          ('    # Encoder\n', """    if latent_dims[0] == 4:
        raise ValueError('not four')
    # Encoder
""")),
    wrong(2, 'last convolution valid',
          'the last convolution of the decoder uses valid padding',
          (IMAGE, IMAGE.replace('same', 'valid'))),
    wrong(2, 'mean squared error', 'the loss is the mean squared error',
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),
    wrong(2, 'SGD', 'the optimizer is SGD; it must be Adam',
          (COMPILE, COMPILE.replace('adam', 'sgd'))),
    wrong(2, 'not compiled', 'auto is not compiled', (COMPILE, 'pass')),

    wrong(3, 'a loss of whole batches alone',
          r'auto.fit\(\) raised TypeError',
          ('return ' + SUMMED, '''count = keras.ops.shape(y_pred)[0]
    return ops.mean(%s * count) / count''' % SUMMED), scores=NOTHING),
    wrong(3, 'KL missing', 'the KL divergence is missing in the loss',
          (KL, '0.0 * ' + KL), scores=NOTHING),
    wrong(3, 'KL with the wrong sign', 'the KL divergence is subtracted',
          (KL, '-' + KL)),
    wrong(3, 'KL averaged over the latent dimensions',
          'the KL divergence is averaged over the latent dimensions; it must '
          'be summed', (FORMULA, FORMULA.replace('ops.sum', 'ops.mean'))),
    wrong(3, 'KL halved', 'the KL divergence is halved',
          (FORMULA, FORMULA.replace('-0.5', '-0.25'))),
    wrong(3, 'KL doubled', 'the KL divergence is doubled',
          (FORMULA, FORMULA.replace('-0.5 *', '-'))),
    wrong(3, 'KL counted twice', 'the KL divergence is .*counted twice',
          ('            self.add_loss(' + KL + ')\n', 2 * (
              '            self.add_loss(' + KL + ')\n'))),
    wrong(3, 'KL summed over the batch',
          'the KL divergence is summed over the batch',
          (KL, KL.replace('ops.mean', 'ops.sum'))),
    wrong(3, 'KL of log_var taken for the log deviation',
          r'exp\(2 \* log_var\)', (FORMULA, FORMULA.replace(
              '1 + log_var', '1 + 2 * log_var').replace(
                  'ops.exp(log_var)', 'ops.exp(2 * log_var)'))),
    wrong(3, 'KL without its constant', 'sum.-?[0-9.e-]+ .1 . log_var',
          (FORMULA, FORMULA.replace('1 + ', ''))),
    wrong(3, 'KL with the mean not squared',
          'the loss is not the binary cross-entropy, summed',
          (FORMULA, FORMULA.replace('ops.square(mean)', 'mean'))),
    wrong(3, 'reconstruction averaged',
          'the binary cross-entropy is averaged over the inputs',
          (SUMMED, SUMMED.replace('ops.sum', 'ops.mean'))),
    wrong(3, 'reconstruction for 784 inputs, whatever is asked for',
          'multiplied by 784, which is right for 784 inputs alone',
          (SUMMED, SUMMED.replace('ops.sum', '784 * ops.mean')),
          scores=(97, 97)),
    wrong(3, 'everything divided by the number of inputs',
          'the whole loss is divided by the number of inputs',
          (SUMMED, SUMMED.replace('ops.sum', 'ops.mean')),
          ("latent = Lambda(name='latent')(", "layer = Lambda(name='latent')\n"
           '    layer.count = input_dims\n    latent = layer('),
          (KL, KL + ' / self.count')),
    wrong(3, 'mean squared error',
          'the reconstruction loss is the mean squared error',
          (SUMMED, 'ops.sum((y_true - y_pred) ** 2, axis=-1)')),
    wrong(3, 'exp(log_var)', r'the noise is multiplied by exp\(log_var\)',
          (SAMPLE, SAMPLE.replace(' / 2', ''))),
    wrong(3, 'noise not multiplied by the deviation',
          'the noise is multiplied by 1, not by the deviation',
          (SAMPLE, 'return mean + noise')),
    wrong(3, 'noise multiplied by log_var',
          'the noise is multiplied by log_var',
          (SAMPLE, 'return mean + log_var * noise')),
    wrong(3, 'noise with deviation 0.1',
          r'mean -?0.00 and deviation 0.10; they must be 0 and 1',
          ('GaussianNoise(1.0)', 'GaussianNoise(0.1)')),
    wrong(3, 'a cross-entropy that is NaN', 'where outputs are 1, as their',
          ('return ' + SUMMED, """\
return -ops.sum(y_true * ops.log(y_pred) +
                    (1 - y_true) * ops.log(1 - y_pred), axis=-1)"""),
          scores=(75, 75)),
    wrong(3, 'noise that is the same for the whole batch',
          'is the same for the whole batch',
          (NOISE, 'self.noise(ops.zeros_like(mean[:1]), training=True)')),
    wrong(3, 'noise that is the same for all latent dimensions',
          'is the same for all latent dimensions',
          (NOISE, 'self.noise(ops.zeros_like(mean[:, :1]), '
           'training=True)')),
    wrong(3, 'noise that is the same at every call',
          'is the same at every call',
          (NOISE, 'keras.random.normal(ops.shape(mean), seed=1)')),
    wrong(3, 'uniform noise', 'with normal noise',
          (NOISE, 'keras.random.uniform(ops.shape(mean), -1.7320508, '
           '1.7320508)')),
    wrong(3, 'uniform noise in [0, 1)',
          'with normal noise',
          (NOISE, 'keras.random.uniform(ops.shape(mean))')),
    wrong(3, 'truncated noise', r'not normal|variance 0\.7|deviation 0\.[89]',
          (NOISE, 'keras.random.truncated_normal(ops.shape(mean))')),
    *[wrong(3, name, pattern, (
        '(self, distribution)', '(self, distribution, training=False)'), (
            'keras.layers.Lambda):', 'keras.layers.Layer):'),
            ('(self.sample, **options)', '(**options)'),
            ('def sample', 'def call'),
            (NOISE, NOISE + factor)) for name, pattern, factor in (
        ('no noise while it trains', 'has no noise while auto is trained',
         ' * (not training)'),
        ('noise that is the same at every step', 'at every step the same',
         ' if not training else keras.random.normal('
         'ops.shape(mean), seed=1)'),
        ('tenfold noise while it trains', 'another while auto is trained',
         ' * (10 if training else 1)'))],
    wrong(3, 'no gradient through the deviation',
          'the log variance is trained on the KL divergence alone',
          (SAMPLE, 'return mean + ops.stop_gradient('
           'ops.exp(log_var / 2)) * noise')),
    wrong(3, 'no noise with other sizes',
          r'of autoencoder\(784, \[512\], 2\) is the mean itself',
          (NOISE, NOISE + ' * (mean.shape[-1] == 5)')),
    wrong(3, 'KL divergence of at most 100', CUT,
          (KL, 'ops.minimum(100.0, ' + KL + ')')),
    wrong(3, 'KL divergence of log variances from -4 on', CUT,
          ('1 + log_var -', '1 + ops.maximum(-4.0, log_var) -')),
    # A batch divided by the latent dimensions was such a number.
    wrong(3, 'KL multiplied by 4', 'divergence is multiplied by 4;',
          (KL, '4.0 * ' + KL)),
    wrong(3, 'deviation of softplus', r'is multiplied by softplus\(log_var\)',
          (SAMPLE, 'return mean + keras.activations.softplus(log_var) * '
           'noise')),
    wrong(3, 'KL multiplied by 0.001', 'divergence is multiplied by 0.001;',
          (KL, '1e-3 * ' + KL), scores=NOTHING),
    wrong(3, 'a cross-entropy of at least 3',
          'where images are reconstructed well',
          (SUMMED, 'ops.maximum(3.0, ' + SUMMED + ')'), scores=(73, 75)),
    wrong(3, 'no noise where the variance is small', 'another distribution',
          (NOISE, NOISE + ' * ops.cast(\n            '
           "log_var > -4, 'float32')")),
    wrong(3, 'tanh in all hidden layers', [
        'the hidden layers of the encoder use tanh',
        'the hidden layers of the decoder use tanh'],
          (ENCODER, ENCODER.replace('relu', 'tanh')),
          (DECODER, DECODER.replace('relu', 'tanh')), scores=(91, 91)),
    wrong(3, 'no noise', 'is the mean itself, without noise',
          (SAMPLE, 'return mean'), scores=NOTHING),
    # In a graph of TensorFlow 1.12 a layer within a layer has it never.
    wrong(3, 'noise in training only', 'is the mean itself, without noise',
          (NOISE, 'self.noise(ops.zeros_like(mean))'), scores=(47, 87)),
    wrong(3, 'decoder fed with the mean', 'what auto decodes is the mean',
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[1])'),
          scores=NOTHING),
    wrong(3, 'decoder fed with the log variance',
          'what auto decodes is the log variance',
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[2])'),
          scores=NOTHING),
    wrong(3, 'auto of the reconstruction and the input',
          'all codes are equal, it depends on its inputs',
          ('decoder(encoder(inputs)[0])', """keras.layers.Average()([
        inputs, decoder(encoder(inputs)[0])])"""), scores=NOTHING),
    wrong(3, 'one layer for mean and log variance',
          'the encoder ends with one layer of 5 nodes; it must end with two',
          (LOG_VAR, 'mean')),
    wrong(3, 'one layer, split, for mean and log variance',
          'the encoder ends with one layer of 10 nodes',
          (MEAN, 'keras.layers.Dense(2 * latent_dims)(x)'),
          (LOG_VAR, SPLIT)),
    wrong(3, 'log variance computed from the mean',
          'layer 4 of the encoder is applied to 5 values',
          (LOG_VAR, LOG_VAR.replace('(x)', '(mean)'))),
    wrong(3, 'log variance before mean',
          'another order: latent representation, log variance, mean',
          (OUTPUTS, '[latent, log_var, mean]'),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[0])')),
    wrong(3, 'sample last', 'the outputs of the encoder are in another order',
          (OUTPUTS, '[mean, log_var, latent]'),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[2])')),
    wrong(3, 'sample alone', 'the encoder puts out 1 value',
          (OUTPUTS, 'latent'),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs))'),
          scores=(96, 96)),
    wrong(3, 'relu on the mean',
          'the mean layer of the encoder uses relu; it must use None',
          (MEAN, MEAN.replace(', name', ", 'relu', name"))),
    wrong(3, 'relu on the log variance',
          'the log variance layer of the encoder uses relu; it must use None',
          (LOG_VAR, LOG_VAR.replace(', name', ", 'relu', name"))),
    wrong(3, 'relu on both', [
        'the mean layer of the encoder uses relu',
        'the log variance layer of the encoder uses relu'],
          (MEAN, MEAN.replace(', name', ", 'relu', name")),
          (LOG_VAR, LOG_VAR.replace(', name', ", 'relu', name"))),
    wrong(3, 'variance in place of log variance',
          r'puts out the variance, exp\(log_var\), in place of log_var',
          (OUTPUTS, "[latent, mean,\n                                  "
           'keras.layers.Lambda(ops.exp)(log_var)]'), scores=(80, 97)),
    wrong(3, 'deviation in place of log variance',
          r'the deviation, exp\(log_var / 2\), in place of log_var',
          (OUTPUTS, "[latent, mean,\n                                  "
           'keras.layers.Lambda(lambda v: ops.exp(v / 2))(log_var)]'),
          scores=(80, 97)),
    *[wrong(3, name + ', also in the KL divergence', what +
            ', in place of log_var',
            (SAMPLE, log_var + '\n        ' + SAMPLE),
            ('return ' + FORMULA, log_var + '\n    return ' + FORMULA),
            scores=(96, 96))
      for name, what, log_var in (
          ('log deviation', 'the log deviation, log_var / 2',
           'log_var = 2 * log_var'),
          ('softplus', 'what softplus makes the deviation of',
           'log_var = 2 * ops.log(keras.activations.softplus(log_var))'))],
    wrong(3, 'mean squared error, averaged',
          'the reconstruction loss is the mean squared error',
          (SUMMED, 'ops.mean(ops.square(y_true - y_pred), axis=-1)')),
    wrong(3, 'log variance clipped',
          r'autoencoder\(784, \[512\], 2\) .* another distribution',
          (SAMPLE, SAMPLE.replace('log_var', 'ops.clip(log_var, -10, 10)'))),
    wrong(3, 'softplus on the log variance',
          'the log variance layer of the encoder uses softplus',
          (LOG_VAR, LOG_VAR.replace(', name', ", 'softplus', name"))),
    wrong(3, 'tanh in the hidden layers of the encoder',
          'the hidden layers of the encoder use tanh; they must use relu',
          (ENCODER, ENCODER.replace('relu', 'tanh'))),
    wrong(3, 'decoder not reversed',
          'hidden_layers are not reversed for the decoder',
          ('in reversed(hidden_layers)', 'in hidden_layers')),
    wrong(3, 'relu on the reconstruction',
          'the last layer of the decoder uses relu',
          (OUTPUT, OUTPUT.replace('sigmoid', 'relu')), scores=NOTHING),
    wrong(3, 'softmax on the reconstruction',
          'the last layer of the decoder uses softmax',
          (OUTPUT, OUTPUT.replace('sigmoid', 'softmax')), scores=NOTHING),
    wrong(3, 'SGD', 'the optimizer is SGD; it must be Adam',
          (VARIATIONAL_COMPILE, VARIATIONAL_COMPILE.replace('adam', 'sgd'))),
    wrong(3, 'not compiled', 'auto is not compiled',
          (VARIATIONAL_COMPILE, 'pass')),
)

# Where one fault is mended, what is behind it must be found as well.
BEHIND = (
    wrong(0, 'another name, mean squared error', [
        'called vanilla; it must be called autoencoder',
        'the loss is the mean squared error'],
          ('def autoencoder(', 'def vanilla('),
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),
    wrong(0, 'batch normalisation, mean squared error', [
        'nothing but fully connected layers', 'the loss is the mean squared'],
          NORMALISED,
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),
    wrong(0, 'images read at import, mean squared error', [
        'importing the file raised .* needs no network',
        'the loss is the mean squared error'],
          ('as keras\n', "as keras\n\nTRAIN, TEST = "
           'keras.datasets.mnist.load_data()\n'),
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse'))),
    wrong(0, 'auto is None, decoder not reversed', [
        'auto is a NoneType; it must be a keras.Model',
        'hidden_layers are not reversed'],
          (COMPILE, 'auto = ' + COMPILE),
          ('reversed(hidden_layers)', 'hidden_layers'), scores=(45, 55)),
    wrong(0, 'Keras alone, mean squared error', [
        '`import keras` must be', 'the loss is the mean squared error'],
          ('import tensorflow.keras as keras', 'import keras'),
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse')),
          scores=(60, 75)),
    wrong(1, 'L1 and a constant L2, hidden layer missing', [
        'a penalty that is not lambtha times', 'a layer of the decoder'],
          (L1, 'keras.regularizers.l1_l2(lambtha, 0.01)'),
          ('reversed(hidden_layers)', 'reversed(hidden_layers[1:])')),
    wrong(3, 'auto without a call, exp(log_var)', [
        'calling auto on|auto puts out nothing', r'by exp\(log_var\)'],
          (DEFINITION, """class Auto(keras.Model):
    \"\"\"Has no call\"\"\"


""" + DEFINITION),
          ("""keras.Model(inputs, decoder(encoder(inputs)[0]),
                       name='autoencoder')""", 'Auto()'),
          (SAMPLE, SAMPLE.replace(' / 2', ''))),
    wrong(3, 'noise for batches of 256, relu on the reconstruction', [
        'calling encoder on shape|Incompatible shapes', 'the decoder uses r'],
          (NOISE, 'keras.backend.random_normal((256, int(mean.shape[-1])))'),
          (OUTPUT, OUTPUT.replace('sigmoid', 'relu'))),
    wrong(3, 'decoder fed with the mean, noise of the whole batch', [
        'what auto decodes is the mean itself', 'same for the whole batch'],
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[1])'),
          (NOISE, 'self.noise(ops.zeros_like(mean[:1]), training=True)'),
          scores=(40, 50)),
    wrong(3, 'no bias for the log variance, KL missing', [
        'the log variance layer of the encoder has no bias',
        'the KL divergence is missing'],
          (LOG_VAR, LOG_VAR.replace("dims,", "dims, use_bias=False,")),
          (KL, '0.0 * ' + KL)),
    wrong(1, 'another name', 'called sparse; it must be called autoencoder',
          ('def autoencoder(', 'def sparse('), scores=(90, 98)),
    wrong(2, 'valid pooling, filters not reversed, same padding', [
        r'max pooling (must have|of \(2, 2\) with) same padding',
        'filters are not reversed', 'second to last .* uses same padding'],
          (POOLING, POOLING.replace('same', 'valid')),
          ('reversed(filters[1:])', 'filters[1:]'),
          (VALID, VALID.replace('valid', 'same'))),
    wrong(2, 'another name, transposed convolutions', [
        'called convolutional; it must', 'of the decoder is transposed'],
          ('def autoencoder(', 'def convolutional('),
          (UPSAMPLED, UPSAMPLED.replace('Conv2D', 'Conv2DTranspose'))),
    wrong(0, 'another alias', 'must be `import tensorflow.keras as keras`',
          ('import tensorflow.keras as keras',
           'import tensorflow.keras as K\n\nkeras = K'), scores=(93, 99)),
    wrong(1, 'from tensorflow, L2', [
        'must be `import tensorflow.keras as keras`',
        'an L2 penalty on the output of the latent layer'],
          ('import tensorflow.keras as keras',
           'from tensorflow import keras'),
          (L1, L1.replace('l1', 'l2'))),
    wrong(0, 'models in another order, SGD', [
        'returned in another order: auto, encoder, decoder',
        'the optimizer is SGD'],
          (RETURN, 'return auto, encoder, decoder'),
          (COMPILE, COMPILE.replace('adam', 'sgd'))),
    wrong(3, 'outputs in another order',
          'in another order: mean, log variance, latent representation',
          (OUTPUTS, '[mean, log_var, latent]'),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[2])'),
          scores=(80, 97)),
    wrong(3, 'outputs in another order, KL missing', [
        'in another order: mean, log variance, latent representation',
        'the KL divergence is missing'],
          (OUTPUTS, '[mean, log_var, latent]'), (KL, '0.0 * ' + KL)),
    wrong(3, 'log variance before mean, KL summed over the batch', [
        'in another order: latent representation, log variance, mean',
        'the KL divergence is summed over the batch'],
          (OUTPUTS, '[latent, log_var, mean]'),
          (KL, KL.replace('ops.mean', 'ops.sum'))),
    wrong(3, 'decoder fed with the log variance, KL halved', [
        'what auto decodes is the log variance',
        'the KL divergence is halved'],
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[2])'),
          (FORMULA, FORMULA.replace('-0.5', '-0.25'))),
    wrong(3, 'decoder fed with the mean, reconstruction averaged', [
        'what auto decodes is the mean',
        'the binary cross-entropy is averaged over the inputs'],
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[1])'),
          (SUMMED, SUMMED.replace('ops.sum', 'ops.mean'))),
    wrong(3, 'decoder fed with the log variance, noise of deviation 0.1', [
        'what auto decodes is the log variance', 'deviation 0.10'],
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[2])'),
          ('GaussianNoise(1.0)', 'GaussianNoise(0.1)')),
    wrong(3, 'noise of deviation 0.1 times exp(log_var)', [
        'deviation 0.10; they must be 0 and 1',
        r'the noise is multiplied by exp\(log_var\)'],
          ('GaussianNoise(1.0)', 'GaussianNoise(0.1)'),
          (SAMPLE, SAMPLE.replace(' / 2', ''))),
    wrong(3, 'one layer for mean and log variance, KL subtracted', [
        'the encoder ends with one layer of 5 nodes',
        'the KL divergence is subtracted'],
          (LOG_VAR, 'mean'), (KL, '-' + KL)),
    wrong(3, 'one layer, split, without noise', [
        'the encoder ends with one layer of 10 nodes',
        'is the mean itself, without noise'],
          (MEAN, 'keras.layers.Dense(2 * latent_dims)(x)'),
          (LOG_VAR, SPLIT), (SAMPLE, 'return mean')),
    wrong(3, 'cross-entropy averaged and KL averaged', [
        'the binary cross-entropy is averaged over the inputs and summed '
        'over the batch',
        'the KL divergence is summed over the batch'],
          (SUMMED, 'ops.sum(ops.mean(ops.binary_crossentropy(y_true, y_pred),'
           ' axis=-1))'), (KL, KL.replace('ops.mean', 'ops.sum'))),
    wrong(3, 'cross-entropy averaged, KL averaged over the latent', [
        'the binary cross-entropy is averaged over the inputs',
        'the KL divergence is averaged over the latent dimensions'],
          (SUMMED, SUMMED.replace('ops.sum', 'ops.mean')),
          (FORMULA, FORMULA.replace('ops.sum', 'ops.mean')),
          scores=(58, 60)),
    wrong(2, 'valid pooling, linear convolutions in the decoder', [
        # The first where layers must fit when auto is made.
        'max pooling must have same padding|the encoder has valid pooling',
        'the convolutions of the decoder before the last use linear'],
          (POOLED, POOLED.replace("MaxPooling2D((2, 2), padding='same')",
                                  'MaxPooling2D((2, 2))')),
          (UPSAMPLED, UPSAMPLED.replace("'relu'", 'None')),
          (VALID, VALID.replace("'relu'", 'None')), scores=(75, 90)),
    wrong(0, 'a layer of another size, mean absolute error', [
        'the layers have 13, 8, 32 nodes',
        'the loss is the mean absolute error'],
          (BOTTLENECK, BOTTLENECK.replace('latent_dims', '32')),
          ('codes = keras.Input(shape=(latent_dims,))',
           'codes = keras.Input(shape=(32,))'),
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mae'))),
    wrong(0, 'tanh in the decoder, AdamW', [
        'the hidden layers of the decoder use tanh',
        'the optimizer is AdamW'],
          (DECODER, DECODER.replace('relu', 'tanh')),
          (COMPILE, COMPILE.replace('adam', 'adamw'))),
    wrong(1, 'sigmoid on the latent, lambtha squared', [
        'the latent layer of the encoder uses sigmoid',
        'multiplied by lambtha squared'],
          (BOTTLENECK, BOTTLENECK.replace('relu', 'sigmoid')),
          (L1, L1.replace('lambtha', 'lambtha ** 2'))),
    wrong(2, 'tanh in the encoder, RMSprop', [
        'the convolutions of the encoder use tanh',
        'the optimizer is RMSprop'],
          (POOLED, POOLED.replace('relu', 'tanh')),
          (COMPILE, COMPILE.replace('adam', 'rmsprop'))),
    wrong(0, 'a size that is refused, relu on the reconstruction', [
        r'autoencoder\(10, \[6\], 4\) raised .*with other sizes it does not',
        'the last layer of the decoder uses relu'],
          ('    # Encoder\n', '    hidden_layers[1]\n    # Encoder\n'),
          (OUTPUT, OUTPUT.replace('sigmoid', 'relu'))),
    wrong(0, 'a layer lost where sizes repeat', [
        r'a layer of the encoder is missing.*\(autoencoder\(12, \[6, 6, 6, 6',
        r'a layer of the decoder is missing.*\(autoencoder\(12, \[6, 6, 6, 6'
    ],
          ('    # Encoder\n',
           '    hidden_layers = [n for i, n in enumerate(hidden_layers)\n'
           '                     if n not in hidden_layers[:i]]\n')),
    wrong(1, "the caller's list turned, SGD", [
        "the caller's list .* becomes .*a second call makes other models",
        'the optimizer is SGD'],
          ('in reversed(hidden_layers)', 'in hidden_layers'),
          ('    # Decoder\n', '    # Decoder\n    hidden_layers.reverse()\n'),
          (COMPILE, COMPILE.replace('adam', 'sgd'))),
    wrong(0, 'ends with a status, decoder not reversed', [
        'as a program ends with status 3', 'are not reversed'],
          ('in reversed(hidden_layers)', 'in hidden_layers'),
          (RETURN, RETURN + "\n\n\nif __name__ == '__main__':\n"
           '    raise SystemExit(3)')),
    wrong(2, 'a question', 'waits for a keyboard',
          (RETURN, "if len(filters) > 9:\n        input('Train? ')\n    " +
           RETURN)),
    wrong(0, 'lines that end as on Windows', 'as on Windows',
          ends='\r\n'),
    wrong(3, 'lines that end as on Windows, KL missing', [
        'as on Windows', 'the KL divergence is missing'],
          (KL, '0.0 * ' + KL), ends='\r\n'),
    wrong(0, 'not executable, mean squared error', [
        'not executable', 'the mean squared error'],
          (COMPILE, COMPILE.replace('binary_crossentropy', 'mse')),
          executable=False),
    wrong(0, 'without a loss', 'compiled without a loss|no loss to optimize',
          (COMPILE, "auto.compile(optimizer='adam')")),
    wrong(0, 'no function', 'no function called autoencoder',
          ('def autoencoder(input_dims, hidden_layers,',
           'def autoencoders(input_dims, hidden_layers, more, and_more,'),
          scores=(0, 15)),
    wrong(3, 'sample alone, exp(log_var)', [
        'the encoder puts out 1 value',
        r'the noise is multiplied by exp\(log_var\)'],
          (OUTPUTS, 'latent'), (SAMPLE, SAMPLE.replace(' / 2', '')),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs))')),
    wrong(3, 'log variance and sample alone, KL halved', [
        'the encoder puts out 2 values', 'the KL divergence is halved'],
          (OUTPUTS, '[log_var, latent]'),
          (FORMULA, FORMULA.replace('-0.5', '-0.25')),
          ('decoder(encoder(inputs)[0])', 'decoder(encoder(inputs)[1])')),
    wrong(3, 'the vanilla file', [
        'the encoder puts out 1 value',
        'ends with one layer of 5 nodes; it must end with two'],
          source='originals/0-vanilla.py', scores=(15, 45)),
)

RIGHT = (
    right(0, 'unchanged'), right(1, 'unchanged'),
    right(2, 'unchanged'), right(3, 'unchanged'),
    right(0, 'no empty list',
          ('    # Encoder\n', '    hidden_layers[0]\n    # Encoder\n')),
    right(0, 'relu as a function, Adam as an object',
          ('Encoder\n', 'Encoder\n    relu = keras.activations.relu\n'),
          (ENCODER, ENCODER.replace("'relu'", 'relu')),
          (COMPILE, """auto.compile(optimizer=keras.optimizers.Adam(),
                 loss='binary_crossentropy')""")),
    right(0, 'loss as a function, metrics',
          (COMPILE, """auto.compile(optimizer='adam',
                 loss=keras.losses.binary_crossentropy, metrics=['mae'])""")),
    right(0, 'loss as an object, Adam with another rate',
          (COMPILE, """auto.compile(keras.optimizers.Adam(0.003),
                 keras.losses.BinaryCrossentropy())""")),
    *[right(task, "Adam with the paper's epsilon", adam('epsilon=1e-8'))
      for task in range(4)],
    right(0, 'Adam with a small rate', adam('1e-4')),
    *[right(task, 'Adam with a rate of ' + rate, adam(rate))
      for task, rate in ((0, '0.05'), (1, '1e-5'), (2, '0.01'), (3, '0.01'),
                         (3, '1e-5'))],
    right(0, 'last layer made first', ('''\
        self.stack = [keras.layers.Dense(count, activation=name)
                      for count, name in zip(nodes, names)]
''', '''\
        stack = [keras.layers.Dense(count, activation=name)
                 for count, name in zip(nodes, names)]
        self.last = stack[-1]
        self.stack = stack[:-1]
'''), ('in self.stack:', 'in self.stack + [self.last]:'),
          source='right/0-classes.py'),
    right(0, 'activations as layers',
          (ENCODER, """    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes)(x)
        x = keras.layers.ReLU()(x)
"""), (DECODER, """    for nodes in hidden_layers[::-1]:
        x = keras.layers.Dense(nodes)(x)
        x = keras.layers.Activation('relu')(x)
""")),
    right(0, 'relu as a root, which sees no black alone',
          (ENCODER, ENCODER.replace("'relu'", ROOT))),
    right(0, 'an input of its own for auto', (
        'auto = keras.Model(inputs, decoder(encoder(inputs)), ',
        'own = keras.Input(shape=(input_dims,))\n'
        '    auto = keras.Model(own, decoder(encoder(own)), ')),
    right(0, 'arguments of other names',
          ('def autoencoder(input_dims, hidden_layers, latent_dims):',
           'def autoencoder(input_dims, layers, latent_dims):'),
          ('    # Encoder\n', '    hidden_layers = layers\n')),
    right(0, "other arguments after the exercise's",
          ('hidden_layers, latent_dims):', 'hidden_layers, latent_dims, '
           'name=None):')),
    right(0, 'models in a list', (RETURN, 'return [encoder, decoder, auto]')),
    *[right(0, 'a learning rate that changes, ' + made.split('(')[0], (
        COMPILE, 'rate = keras.optimizers.schedules.' + made + """
    auto.compile(keras.optimizers.Adam(rate), 'binary_crossentropy')"""))
      for made in ('CosineDecay(\n        0.0, 11750, warmup_target=1e-3, '
                   'warmup_steps=235)', 'ExponentialDecay(1e-3, 100, 0.97)',
                   'PiecewiseConstantDecay(\n        [225, 5000], '
                   '[1e-3, 5e-4, 1e-4])',
                   'CosineDecayRestarts(1e-3, 235)')],
    right(1, 'a weight of a layer for lambtha',
          ('def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):',
           SETTING),
          (PENALTY + ',\n                                dtype', 'dtype'),
          ("name='latent')(x)", """name='latent')(x)
    latent = Penalty(lambtha)(latent)""")),
    right(1, 'a layer for the penalty',
          (PENALTY + ',\n                                dtype', 'dtype'),
          ("name='latent')(x)", """name='latent')(x)
    latent = keras.layers.ActivityRegularization(l1=lambtha)(latent)""")),
    right(1, 'a function for the penalty',
          (L1, 'None'),
          (PENALTY, """activity_regularizer=(
                                    lambda h: lambtha * keras.ops.sum(
                                        keras.ops.abs(h)))""")),
    right(1, 'L1 and L2, of which L2 is 0',
          (L1, 'keras.regularizers.l1_l2(lambtha, 0)')),
    right(2, 'kernels and pooling as numbers, strides named',
          (POOLED, POOLED.replace('(3, 3)', '3').replace(
              '(2, 2)', '2, strides=2'))),
    right(2, 'activations as layers', (VALID, """\
    x = keras.layers.Conv2D(filters[0], (3, 3))(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.UpSampling2D()(x)
""")),
    right(0, "a train_step of one's own, as in the guide of Keras",
          (DEFINITION, MODEL.format('train_step', """x, y = inputs[0]
        return super().train_step((x, y))""")),
          ('auto = keras.Model', 'auto = Other')),
    right(2, 'activation after upsampling, which is the same', (VALID, """\
    x = keras.layers.Conv2D(filters[0], (3, 3))(x)
    x = keras.layers.UpSampling2D()(x)
    x = keras.layers.Activation('relu')(x)
""")),
    right(2, 'loss of the mean over everything',
          (COMPILE, """auto.compile(keras.optimizers.Adam(), lambda t, p: (
        keras.ops.mean(keras.losses.binary_crossentropy(t, p))))""")),
    right(3, 'KL divergence with other signs',
          (FORMULA + '\n' + 26 * ' ' + 'axis=-1)',
           '0.5 * ops.sum(mean ** 2 + ops.exp(log_var) - log_var - 1, axis=1)'
           )),
    right(3, 'deviation as a square root',
          (SAMPLE, 'return noise * ops.sqrt(ops.exp(log_var)) + mean')),
    right(3, 'log variance made first',
          ('    mean = ' + MEAN + '\n    log_var = ' + LOG_VAR,
           '    log_var = ' + LOG_VAR + '\n    mean = ' + MEAN)),
    right(3, 'cross-entropy summed by hand',
          ('return ' + SUMMED, """\
p = ops.clip(y_pred, 1e-7, 1 - 1e-7)
    return -ops.sum(y_true * ops.log(p) +
                    (1 - y_true) * ops.log(1 - p), axis=-1)""")),
)
