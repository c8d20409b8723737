"""Option sets of the layers without windows and steps: dense, activations, dropout, reshaping, embedding, masking."""

import keras
import numpy as np
from keras import layers

from .layer_case import LayerFamily

RAGGED = [[1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0]]
"""A mask of three samples and four steps."""


def dense():
    f = LayerFamily("dense", layers.Dense)
    f.add("default", [(3, 5)], {"units": 4})
    f.add("relu, 3 axes", [(2, 3, 5)], {"units": 4, "activation": "relu"})
    f.add("tanh without bias", [(3, 4, 5)], {"units": 3, "activation": "tanh", "use_bias": False})
    f.add("softmax", [(4, 6)], {"units": 5, "activation": "softmax"})
    f.add("sigmoid, 4 axes", [(2, 2, 3, 4)], {"units": 2, "activation": "sigmoid"})
    f.add("passes the mask on", [(3, 4, 2)], {"units": 3}, masks=[RAGGED])
    f.add("elu, one unit, one sample", [(1, 3)], {"units": 1, "activation": "elu"})
    f.add("l2 and l1", [(3, 4)], {"units": 3, "kernel_regularizer": "l2", "bias_regularizer": "l1"})
    f.add("l1_l2 and activity", [(3, 4)], {"units": 3, "kernel_regularizer": keras.regularizers.L1L2(0.01, 0.02), "activity_regularizer": "l2"})
    f.add("constraints", [(3, 4)], {"units": 3, "kernel_constraint": "max_norm", "bias_constraint": "non_neg"})
    f.add("not trainable", [(3, 4)], {"units": 3, "trainable": False, "kernel_regularizer": "l2"})
    f.add("he initializers", [(3, 4)], {"units": 2, "kernel_initializer": "he_normal", "bias_initializer": "ones"})
    yield f.family()


def activations():
    f = LayerFamily("activation", layers.Activation)
    for name in ("linear", "relu", "sigmoid", "tanh", "softmax", "gelu", "selu", "silu", "softplus", "softsign"):
        f.add(name, [(3, 5)], {"activation": name}, span=(-3, 3))
    for name in ("hard_sigmoid", "elu", "exponential", "log_softmax", "leaky_relu", "relu6", "mish"):
        f.add(name, [(3, 5)], {"activation": name}, span=(-3, 3))
    f.add("passes the mask on", [(3, 4, 2)], {"activation": "tanh"}, masks=[RAGGED])
    yield f.family()
    f = LayerFamily("relu", layers.ReLU)
    for label, options in {
        "default": {},
        "max value": {"max_value": 1.5},
        "negative slope": {"negative_slope": 0.2},
        "threshold": {"threshold": 0.5},
        "all": {"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.5},
        "slope and threshold": {"negative_slope": 0.3, "threshold": 0.25},
    }.items():
        f.add(label, [(3, 7)], options, span=(-3, 3))
    f.add("mask", [(3, 4, 2)], masks=[RAGGED])
    yield f.family()
    f = LayerFamily("leaky_relu", layers.LeakyReLU)
    for slope in (0.3, 0.0, 0.01, 0.5, 1.0):
        f.add(f"slope {slope}", [(3, 7)], {"negative_slope": slope}, span=(-3, 3))
    f.add("default, 3 axes", [(2, 3, 4)])
    f.add("mask", [(3, 4, 2)], masks=[RAGGED])
    yield f.family()
    f = LayerFamily("prelu", layers.PReLU)
    f.add("default", [(3, 6)], span=(-2, 2))
    f.add("image", [(2, 3, 4, 2)])
    f.add("shared rows and columns", [(2, 3, 4, 2)], {"shared_axes": [1, 2]})
    f.add("one shared axis", [(2, 3, 4)], {"shared_axes": [1]})
    f.add("regularizer", [(3, 5)], {"alpha_regularizer": "l2", "alpha_initializer": "ones"})
    f.add("constraint", [(3, 5)], {"alpha_constraint": "non_neg"})
    f.add("mask", [(3, 4, 2)], {"shared_axes": [1]}, masks=[RAGGED])
    yield f.family()
    f = LayerFamily("elu", layers.ELU)
    for alpha in (1.0, 0.5, 2.0, 0.1):
        f.add(f"alpha {alpha}", [(3, 7)], {"alpha": alpha}, span=(-3, 3))
    f.add("default, 3 axes", [(2, 3, 4)])
    f.add("mask", [(3, 4, 2)], masks=[RAGGED])
    yield f.family()
    f = LayerFamily("softmax", layers.Softmax)
    f.add("default", [(3, 7)], span=(-3, 3))
    f.add("axis 1", [(2, 3, 4)], {"axis": 1})
    f.add("axis -2", [(2, 3, 4)], {"axis": -2})
    f.add("two axes", [(2, 3, 4)], {"axis": [1, 2]})
    f.add("large values", [(3, 5)], span=(-90, 90))
    f.add("mask as argument", [(3, 4)], mask_argument=RAGGED)
    f.add("mask carried", [(3, 4)], masks=[RAGGED])
    yield f.family()


def noise():
    """At rest, or with nothing to draw: real draws are tested by their statistics elsewhere."""
    for name, make, zero, drawn, spatial in (
        ("dropout", layers.Dropout, {"rate": 0.0}, {"rate": 0.4}, None),
        ("spatial_dropout1d", layers.SpatialDropout1D, {"rate": 0.0}, {"rate": 0.4}, (2, 4, 3)),
        ("spatial_dropout2d", layers.SpatialDropout2D, {"rate": 0.0}, {"rate": 0.4}, (2, 4, 3, 2)),
        ("gaussian_noise", layers.GaussianNoise, {"stddev": 0.0}, {"stddev": 0.4}, None),
        ("gaussian_dropout", layers.GaussianDropout, {"rate": 0.0}, {"rate": 0.4}, None),
        ("alpha_dropout", layers.AlphaDropout, {"rate": 0.0}, {"rate": 0.4}, None),
    ):
        f = LayerFamily(name, make)
        shape = spatial or (3, 5)
        f.add("at rest", [shape], drawn)
        f.add("at rest, nothing to draw", [shape], zero)
        f.add("training, nothing to draw", [shape], zero, training=True)
        f.add("at rest, seeded", [shape], {**drawn, "seed": 7})
        f.add("training, seeded, nothing to draw", [shape], {**zero, "seed": 7}, training=True)
        f.add("one sample, training, nothing to draw", [(1, *shape[1:])], zero, training=True)
        if spatial is None or len(spatial) == 3:
            f.add("mask", [(3, 4, 2)], drawn, masks=[RAGGED])
            f.add("mask in training", [(3, 4, 2)], zero, masks=[RAGGED], training=True)
        if name == "dropout":
            f.add("noise shape", [(3, 4, 2)], {"rate": 0.5, "noise_shape": [3, 1, 2]})
            f.add("rate 1 at rest", [(3, 4)], {"rate": 1.0})
            f.add("rate 1 in training gives zeros", [(3, 4)], {"rate": 1.0}, training=True)
        yield f.family()


def shapes():
    f = LayerFamily("flatten", layers.Flatten)
    f.add("image", [(2, 3, 4, 2)])
    f.add("matrix", [(3, 5)])
    f.add("vector", [(4,)])
    f.add("3 axes", [(2, 3, 4)])
    f.add("5 axes", [(2, 1, 2, 3, 2)])
    f.add("drops the mask", [(3, 4, 2)], masks=[RAGGED])
    yield f.family()
    f = LayerFamily("reshape", layers.Reshape)
    for given, target in (
        ((2, 12), (3, 4)),
        ((2, 3, 4), (12,)),
        ((2, 3, 4), (-1, 2)),
        ((2, 3, 4), (2, -1, 3)),
        ((2, 3, 4, 2), (4, 6)),
        ((3, 1), (1, 1, 1)),
    ):
        f.add(f"{given} to {target}", [given], {"target_shape": target})
    f.add("mask", [(3, 4, 2)], {"target_shape": (2, 4)}, masks=[RAGGED])
    yield f.family()
    f = LayerFamily("permute", layers.Permute)
    for shape, dims in (
        ((2, 3, 4), (2, 1)),
        ((2, 3, 4), (1, 2)),
        ((2, 3, 4, 2), (3, 1, 2)),
        ((2, 3, 4, 2), (2, 3, 1)),
        ((2, 3, 4, 2), (3, 2, 1)),
        ((2, 5), (1,)),
    ):
        f.add(f"{shape} by {dims}", [shape], {"dims": dims})
    f.add("mask", [(3, 4, 2)], {"dims": (2, 1)}, masks=[RAGGED])
    yield f.family()
    f = LayerFamily("repeat_vector", layers.RepeatVector)
    for n in (1, 2, 3, 7):
        f.add(f"{n} times", [(2, 4)], {"n": n})
    f.add("one value", [(3, 1)], {"n": 4})
    f.add("one sample, not trainable", [(1, 3)], {"n": 2, "trainable": False})
    yield f.family()
    f = LayerFamily("rescaling", layers.Rescaling)
    f.add("scale", [(2, 3)], {"scale": 1 / 255}, span=(0, 255))
    f.add("scale and offset", [(2, 3)], {"scale": 1 / 127.5, "offset": -1.0}, span=(0, 255))
    f.add("whole pixels", [np.arange(12, dtype=np.int32).reshape(2, 2, 3) * 20], {"scale": 1 / 255})
    f.add("a scale for each channel", [(2, 2, 2, 3)], {"scale": [0.5, 1.0, 2.0], "offset": [0.1, 0.2, 0.3]})
    f.add("negative", [(2, 3)], {"scale": -2.0})
    f.add("offset alone", [(2, 3, 2)], {"scale": 1.0, "offset": 3.5})
    f.add("mask", [(3, 4, 2)], {"scale": 2.0}, masks=[RAGGED])
    yield f.family()


def passing():
    f = LayerFamily("identity", layers.Identity)
    for shape in ((3,), (2, 3), (2, 3, 4), (2, 2, 3, 2)):
        f.add(f"{len(shape)} axes", [shape])
    f.add("not trainable", [(2, 3)], {"trainable": False}, training=True)
    f.add("mask", [(3, 4, 2)], masks=[RAGGED])
    yield f.family()
    f = LayerFamily("activity_regularization", layers.ActivityRegularization)
    for label, options in {"default": {}, "l1": {"l1": 0.1}, "l2": {"l2": 0.2}, "both": {"l1": 0.1, "l2": 0.2}}.items():
        f.add(label, [(3, 4)], options)
    f.add("in training, 3 axes", [(2, 3, 4)], {"l1": 0.05, "l2": 0.3}, training=True)
    f.add("mask", [(3, 4, 2)], {"l2": 0.1}, masks=[RAGGED])
    yield f.family()


def embedding():
    f = LayerFamily("embedding", layers.Embedding)
    ids = np.array([[1, 4, 0, 1], [6, 1, 4, 2]], dtype=np.int32)
    padded = np.array([[3, 1, 0, 0], [2, 2, 5, 0], [0, 1, 0, 4]], dtype=np.int32)
    f.add("default", [ids], {"input_dim": 7, "output_dim": 3})
    f.add("mask_zero", [padded], {"input_dim": 7, "output_dim": 3, "mask_zero": True})
    f.add("one id each", [np.array([2, 0, 6], dtype=np.int32)], {"input_dim": 7, "output_dim": 4})
    f.add("three axes", [ids.reshape(2, 2, 2)], {"input_dim": 9, "output_dim": 2})
    f.add("regularizer", [ids], {"input_dim": 7, "output_dim": 3, "embeddings_regularizer": "l2"})
    f.add("constraint", [ids], {"input_dim": 7, "output_dim": 3, "embeddings_constraint": "unit_norm"})
    f.add("activity", [padded], {"input_dim": 7, "output_dim": 2, "activity_regularizer": "l1", "mask_zero": True})
    f.add("not trainable", [ids], {"input_dim": 7, "output_dim": 2, "trainable": False})
    f.add("floats as ids", [ids.astype(np.float32)], {"input_dim": 7, "output_dim": 2})
    yield f.family()
    f = LayerFamily("masking", layers.Masking)
    random = np.random.RandomState(5)
    x = random.uniform(-1, 1, (3, 4, 2)).astype(np.float32)
    x[0, 2:] = 0
    x[1, 1] = 0
    x[2, 0, 1] = 0
    f.add("default", [x])
    f.add("all steps are real", [np.abs(x) + 1])
    f.add("a sample without steps", [x * np.array([1, 0, 1], np.float32)[:, None, None]])
    f.add("another value", [np.where(x == 0, np.float32(-1), x)], {"mask_value": -1.0})
    f.add("a value that nothing has", [x], {"mask_value": 9.0})
    f.add("4 axes", [x.reshape(3, 2, 2, 2)])
    f.add("2 axes", [x[:, :, 0]])
    yield f.family()


FUNCTIONS = {
    "square": lambda x: x * x,
    "negative": lambda x: -x,
    "sum of the last axis": lambda x: keras.ops.sum(x, axis=-1),
    "mean of axis 1, kept": lambda x: keras.ops.mean(x, axis=1, keepdims=True),
    "one axis more": lambda x: keras.ops.expand_dims(x, -1),
    "tanh of twice": lambda x: keras.ops.tanh(2 * x),
}
"""What lambda layers compute; the tests know the same by these names."""


def functions():
    f = LayerFamily("lambda", layers.Lambda)
    for name, function in FUNCTIONS.items():
        f.add(name, [(2, 3, 4)], lambda: layers.Lambda(function, name="layer"), function=name)  # noqa: B023
    yield f.family()


def families():
    for part in (dense, activations, noise, shapes, passing, embedding, functions):
        yield from part()
