#!/usr/bin/env python3
"""What the errors mean that TensorFlow raises for the usual mistakes

Each row has a pattern of what was done and what was raised, in the words of
TensorFlow 1.12, Keras 2 and Keras 3; what to do; and the runtime on which it
is no mistake, or None. The first row that fits is taken.
"""

LOSS = 'a loss knows nothing but its two arguments; a term over tensors of ' \
    'the model is added with self.add_loss, in a layer of your own'
LAYER = 'a layer must do this, such as Lambda'
LOOP = 'a layer takes one number; go through hidden_layers or filters in a ' \
    'loop'

HINTS = (
    ("Cannot convert '\\d+' to a shape",
     'a shape is a tuple: keras.Input(shape=(input_dims,))', None),
    (r'expects 1 named input\(s\)',
     'the decoder gets all that the encoder puts out; give it the sample: '
     'decoder(encoder(inputs)[0])', None),
    ("must be KerasTensors. Received: inputs=<Functional|Expecting KerasTensor"
     ' which is from|Input tensors to a Model must come from',
     'a model begins with a tensor, that of keras.Input, and not with a model',
     None),
    (r"should be tensors. Got '<(\w+[.])*Functional|"
     r'Expected float32, got <\S*Model object',
     'a model is called on a tensor, and not on a model: '
     'decoder(encoder(inputs))', None),
    (r"Only input tensors may be passed as positional|'\w+' object has no "
     r"attribute 'shape'|should be tensors. Got '<\S*layers",
     'a layer is called on a tensor: keras.layers.Dense(...)(x)', None),
    ('You must feed a value for placeholder|from a graph that is different|'
     'out of scope|Graph execution error.*[Pp]laceholder|'
     'passing (a )?Keras(Tensor| symbolic)|Keras symbolic inputs/outputs|'
     'Inputs to eager execution function cannot be Keras symbolic tensors|'
     '^(auto[.]|training).*KerasTensor', LOSS, 'page'),
    ('is not connected to `inputs`|Graph disconnected',
     'a model must begin where its output comes from: start from inputs, as '
     'in keras.Model(inputs, decoder(encoder(inputs)))', None),
    # Not what a layer itself was given, which Keras 3 ends an error with.
    ('^(?!.*rguments received by).*KerasTensor', LAYER, 'tf2.15'),
    ('Output tensors to a Model must be the output of a TensorFlow `Layer`',
     LAYER, None),
    ("Received: (units|filters)=\\S*[\\[(]|int\\(\\) argument must be .* not "
     "'list'|'<=' not supported between instances of '(Tracked)?[lL]ist'|"
     "can't multiply sequence by non-int", LOOP, None),
    ('list index out of range',
     'hidden_layers may have any length; go through it in a loop', None),
    ("'NoneType' object is not iterable",
     'list.reverse() gives None, and turns the list of the caller; go through '
     'reversed(...) of it', None),
    ("'int' object is not iterable",
     'this is a number, not a list; a shape is a tuple: (input_dims,)', None),
    ('[Aa]ctivation function', 'names of activations have small letters: '
     'relu, sigmoid', None),
    ('interpret loss identifier|Unknown loss function',
     'this loss is called binary_crossentropy', None),
    ('`target` and `output` must have the same shape|checking target: '
     'expected|logits.*labels.*must have the same shape',
     'auto must put out the shape that it takes', None),
    (r'expected (min_)?ndim=4, found ndim=',
     'a convolution takes height, width and channels; begin with '
     'keras.Input(shape=input_dims), and flatten nothing', None),
    ('has never been called and thus has no defined input|is not connected, '
     'no input to return|_nested_inputs',
     'a Sequential has an input only if its first layer is keras.Input', None),
    (r'expected shape=\(None.* found shape|expected axis -1 of input shape|'
     'Dimensions must be equal',
     'the decoder must take what the encoder puts out, latent_dims', None),
    ('Unrecognized keyword arguments passed to Model|'
     r"\w+\(\) got an unexpected keyword argument '(in|out)puts?'|"
     "Keyword argument not understood.*'outputs?'",
     'it is keras.Model(inputs=..., outputs=...)', None),
    ("regularizers' has no attribute 'L1'|interpret regularizer identifier",
     'a penalty is keras.regularizers.l1(lambtha), with a small l', None),
    ('interpret optimizer identifier|Unknown optimizer',
     "the optimizer is 'adam', or keras.optimizers.Adam() with its brackets",
     None),
    ('Unknown variable: <|optimizer cannot recognize variable',
     'each auto needs an optimizer of its own, which autoencoder makes', None),
    ("'Model' object has no attribute '_name'",
     'here a model begins with a keras.Input, the decoder with one of its own',
     'tf2.15'),
    (r"not recognized: .*'lr'", 'it is called learning_rate', 'tf2.15'),
    ('In Lambda, `output_shape` must be',
     'here an output_shape is a tuple: (latent_dims,)', 'tf2.15'),
    ('expected no data, but got',
     'auto is compiled without a loss, so that it takes no targets here',
     'tf2.15'),
    ('list as loss, it should have one entry per model outputs',
     'auto has one output, and so one loss', None),
    (r'<lambda>\(\) missing \d+ required positional',
     'a layer gives its function one argument; of several tensors, a list',
     None),
    ("has no attribute '(add_loss|add_metric|backend|minimize)'|"
     r"keras.backend' has no attribute '(function|\w*_phase\w*|local_conv\dd|"
     r"manual_variable\w*|normalize_batch\w*|placeholder|print_tensor|"
     r"random_binomial|reset_uids|tile)'|add_loss.* not supported|"
     r"losses' has no attribute '(kl_divergence|log_cosh|mean_\w+_error)'|"
     "(losses|metrics)' has no attribute '((Binary|Categorical)Crossentropy|"
     "KLDivergence|Loss|Mean|Mean(Absolute|Squared)Error|Reduction)'|"
     "layers' has no attribute '(Identity|LayerNormalization|Rescaling)'|"
     "initializers' has no attribute '(Glorot|He|Lecun)(Normal|Uniform)'|"
     "optimizers' has no attribute '(AdamW|legacy|schedules)'|"
     "keras' has no attribute 'saving'|'set_random_seed'",
     'other versions of Keras have this', 'tf2.15'),
    ("(keras' has no attribute|cannot import name) '(KerasTensor|Layer|Loss|"
     "Operation|Optimizer|Variable|device|ops|random|tree)'|"
     r"No module named 'tensorflow\.keras\.(ops|random)|single output tensor",
     'newer versions of Keras have this', 'newest'),
    ("layers' has no attribute",
     'names of layers have large letters: Conv2D, MaxPooling2D', None),
    ("tensorflow' has no attribute|keras' has no attribute "
     "'(objectives|contrib)'|backend' has no attribute '[gs]et_session'",
     'older versions have this', 'page'),
    ('PermissionError|Operation not permitted|Read-only file system|'
     'No such file|URL fetch|urlopen|service not known|in name resolution',
     'a solution needs no network and no other files, and here it has none',
     None),
)
