"""Option sets of recurrent layers and wrappers, normalization and merging."""

import keras
from keras import layers

from .layer_case import LayerFamily

MASK = [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 1, 0, 1]]
"""A mask of three samples and five steps: padded, full, with holes."""


def recurrent():
    for name, make, states in (
        ("simple_rnn", layers.SimpleRNN, 1),
        ("lstm", layers.LSTM, 2),
        ("gru", layers.GRU, 1),
    ):
        f = LayerFamily(name, make)
        shape, state = (3, 5, 2), [(3, 4)] * states

        def add(label, options=None, **call):
            f.add(label, [shape], {"units": 4, **(options or {})}, **call)  # noqa: B023

        add("default")
        add("sequences", {"return_sequences": True})
        add("state", {"return_state": True})
        add("sequences and state", {"return_sequences": True, "return_state": True})
        add("backwards", {"go_backwards": True})
        add("backwards, sequences", {"go_backwards": True, "return_sequences": True, "return_state": True})
        add("mask", masks=[MASK])
        add("mask as argument", mask_argument=MASK)
        add("mask, sequences", {"return_sequences": True}, masks=[MASK])
        add("mask, sequences, state", {"return_sequences": True, "return_state": True}, masks=[MASK])
        add("mask, backwards", {"go_backwards": True, "return_sequences": True}, masks=[MASK])
        add("mask, zero output", {"return_sequences": True, "zero_output_for_mask": True}, masks=[MASK])
        add("initial state", states=state)
        add("initial state, sequences, mask", {"return_sequences": True}, states=state, masks=[MASK])
        add("no bias", {"use_bias": False, "return_sequences": True})
        add("other activations", {"activation": "relu", "return_sequences": True})
        if states == 2 or name == "gru":
            add("hard gates", {"activation": "softsign", "recurrent_activation": "hard_sigmoid"})
            add("linear", {"activation": "linear", "recurrent_activation": "tanh", "return_sequences": True})
        add("stateful, second call", {"stateful": True}, calls=2)
        add("stateful, sequences, mask", {"stateful": True, "return_sequences": True}, calls=2, masks=[MASK])
        add("training without dropout", {"return_sequences": True}, training=True)
        add("dropout at rest", {"dropout": 0.5, "recurrent_dropout": 0.5})
        add("unrolled", {"unroll": True, "return_sequences": True})
        add("regularizers", {"kernel_regularizer": "l2", "recurrent_regularizer": "l1", "bias_regularizer": "l2"})
        add("activity", {"activity_regularizer": "l2", "return_sequences": True})
        add("constraints", {"kernel_constraint": "max_norm", "recurrent_constraint": "unit_norm"})
        if name == "lstm":
            add("no unit forget bias", {"unit_forget_bias": False})
        if name == "gru":
            add("reset before", {"reset_after": False})
            add("reset before, mask", {"reset_after": False, "return_sequences": True}, masks=[MASK])
            add("reset before, no bias", {"reset_after": False, "use_bias": False})
            add("reset before, linear", {"reset_after": False, "activation": "linear", "return_state": True})
        f.add("one step, one unit", [(2, 1, 3)], {"units": 1, "return_sequences": True})
        yield f.family()


def wrappers():
    f = LayerFamily("bidirectional", layers.Bidirectional)

    def add(label, kind=layers.LSTM, options=None, wrap=None, shape=(3, 5, 2), **call):
        def make():
            inner = kind(**{"units": 3, "name": "inner", **(options or {})})
            return layers.Bidirectional(inner, name="layer", **(wrap or {}))

        f.add(label, [shape], make, **call)

    sequences = {"return_sequences": True}
    for mode in ("concat", "sum", "mul", "ave", None):
        add(f"merge {mode}", wrap={"merge_mode": mode})
        add(f"merge {mode}, sequences", layers.GRU, sequences, {"merge_mode": mode})
    add("state", options={"return_state": True})
    add("sequences and state", options={"return_state": True, **sequences})
    add("state, no merge", layers.GRU, {"return_state": True, **sequences}, {"merge_mode": None})
    add("mask", masks=[MASK])
    add("mask, sequences", options=sequences, masks=[MASK])
    add("mask, no merge", layers.SimpleRNN, sequences, {"merge_mode": None}, masks=[MASK])
    add("initial state", options=sequences, states=[(3, 3)] * 4)
    add("one step", layers.GRU, sequences, shape=(2, 1, 3))
    add("training", options=sequences, training=True)
    add("regularizer", layers.SimpleRNN, {"kernel_regularizer": "l2"})

    def two():
        backward = layers.GRU(2, go_backwards=True, return_sequences=True, name="other")
        inner = layers.LSTM(3, return_sequences=True, name="inner")
        return layers.Bidirectional(inner, backward_layer=backward, name="layer")

    f.add("another backward layer", [(3, 5, 2)], two)
    yield f.family()

    f = LayerFamily("time_distributed", layers.TimeDistributed)
    for label, shape, inner, call in (
        ("dense", (2, 3, 4), lambda: layers.Dense(3, activation="tanh", name="inner"), {}),
        ("conv2d", (2, 2, 4, 4, 2), lambda: layers.Conv2D(2, 3, name="inner"), {}),
        ("pooling", (2, 3, 4, 4, 1), lambda: layers.MaxPooling2D(2, name="inner"), {}),
        ("flatten", (2, 3, 2, 2), lambda: layers.Flatten(name="inner"), {}),
        ("lstm", (2, 3, 4, 2), lambda: layers.LSTM(3, name="inner"), {}),
        ("mask", (3, 5, 2), lambda: layers.Dense(3, name="inner"), {"masks": [MASK]}),
        ("batch norm in training", (3, 4, 2), lambda: layers.BatchNormalization(name="inner"), {"training": True}),
        ("dropout at rest", (3, 4, 2), lambda: layers.Dropout(0.5, name="inner"), {}),
        ("regularizer", (2, 3, 4), lambda: layers.Dense(2, kernel_regularizer="l2", name="inner"), {}),
    ):
        f.add(label, [shape], lambda: layers.TimeDistributed(inner(), name="layer"), **call)  # noqa: B023
    yield f.family()


def normalization():
    f = LayerFamily("batch_normalization", layers.BatchNormalization)
    image, rows = (3, 2, 3, 4), (6, 3)
    for training in (True, False):
        mode = "training" if training else "at rest"
        f.add(f"default, {mode}", [rows], training=training)
        f.add(f"image, {mode}", [image], training=training)
        f.add(f"axis 1, {mode}", [image], {"axis": 1}, training=training)
        f.add(f"no center, {mode}", [rows], {"center": False}, training=training)
        f.add(f"no scale, {mode}", [rows], {"scale": False, "momentum": 0.8}, training=training)
        f.add(f"neither, {mode}", [(3, 4, 2)], {"center": False, "scale": False, "epsilon": 0.1}, training=training)
        f.add(f"frozen, {mode}", [rows], {"trainable": False}, training=training)
        f.add(f"mask, {mode}", [(3, 5, 2)], training=training, masks=[MASK])
    f.add("mask as argument", [(3, 5, 2)], training=True, mask_argument=MASK)
    f.add("regularizers", [rows], {"gamma_regularizer": "l2", "beta_regularizer": "l1"}, training=True)
    f.add("constraints", [rows], {"gamma_constraint": "non_neg", "beta_constraint": "unit_norm"})
    f.add("momentum 0", [rows], {"momentum": 0.0}, training=True)
    yield f.family()
    f = LayerFamily("layer_normalization", layers.LayerNormalization)
    f.add("default", [(3, 5)])
    f.add("3 axes", [(2, 3, 4)])
    f.add("axis 1", [(2, 3, 4)], {"axis": 1})
    f.add("two axes", [(2, 3, 4)], {"axis": [1, 2]})
    f.add("image, last two axes", [(2, 3, 2, 4)], {"axis": [-2, -1]})
    f.add("no center", [(3, 5)], {"center": False})
    f.add("no scale", [(3, 5)], {"scale": False, "epsilon": 0.1})
    f.add("neither", [(3, 5)], {"center": False, "scale": False})
    f.add("regularizers", [(3, 5)], {"gamma_regularizer": "l2", "beta_regularizer": "l1"})
    f.add("constraints", [(3, 5)], {"gamma_constraint": "non_neg", "beta_constraint": "max_norm"})
    f.add("mask", [(3, 5, 2)], masks=[MASK])
    yield f.family()


def merging():
    second = [[1, 0, 1, 0, 0], [1, 1, 1, 1, 0], [0, 1, 0, 0, 0]]
    for name, make in (
        ("add", layers.Add),
        ("subtract", layers.Subtract),
        ("multiply", layers.Multiply),
        ("average", layers.Average),
        ("maximum", layers.Maximum),
        ("minimum", layers.Minimum),
    ):
        f = LayerFamily(name, make)
        f.add("two", [(3, 4), (3, 4)])
        if make is not layers.Subtract:
            f.add("three", [(3, 4), (3, 4), (3, 4)])
        f.add("images", [(2, 3, 2, 2), (2, 3, 2, 2)])
        f.add("broadcasting", [(3, 4, 2), (3, 1, 2)])
        f.add("broadcasting an axis of length 1", [(3, 1, 2), (3, 4, 1)])
        f.add("fewer axes", [(3, 4, 2), (3, 2)])
        f.add("masks", [(3, 5, 2), (3, 5, 2)], masks=[MASK, second])
        f.add("one mask", [(3, 5, 2), (3, 5, 2)], masks=[MASK, None])
        yield f.family()
    f = LayerFamily("concatenate", layers.Concatenate)
    f.add("default", [(3, 2), (3, 4)])
    f.add("three", [(3, 2), (3, 1), (3, 4)])
    f.add("axis 1", [(2, 3, 4), (2, 2, 4)], {"axis": 1})
    f.add("axis -2", [(2, 3, 4), (2, 2, 4)], {"axis": -2})
    f.add("axis 0", [(2, 3), (4, 3)], {"axis": 0})
    f.add("images", [(2, 2, 3, 1), (2, 2, 3, 2)], {"axis": -1})
    f.add("masks", [(3, 5, 2), (3, 5, 3)], masks=[MASK, second])
    f.add("one mask", [(3, 5, 2), (3, 5, 3)], masks=[MASK, None])
    f.add("masks along the steps", [(3, 5, 2), (3, 5, 2)], {"axis": 1}, masks=[MASK, second])
    yield f.family()
    f = LayerFamily("dot", layers.Dot)
    f.add("vectors", [(3, 4), (3, 4)], {"axes": 1})
    f.add("vectors, axis -1", [(3, 4), (3, 4)], {"axes": -1})
    f.add("normalized", [(3, 4), (3, 4)], {"axes": 1, "normalize": True})
    f.add("matrices", [(2, 3, 4), (2, 5, 4)], {"axes": 2})
    f.add("matrices, axes 2 and 1", [(2, 3, 4), (2, 4, 5)], {"axes": (2, 1)})
    f.add("matrices, axes 1", [(2, 4, 3), (2, 4, 5)], {"axes": 1})
    f.add("matrix and vector", [(2, 3, 4), (2, 4)], {"axes": (2, 1)})
    f.add("matrices, normalized", [(2, 3, 4), (2, 5, 4)], {"axes": (2, 2), "normalize": True})
    f.add("masks", [(3, 5, 2), (3, 5, 2)], {"axes": 2}, masks=[MASK, second])
    yield f.family()


def families():
    assert keras.config.floatx() == "float32"
    for part in (recurrent, wrappers, normalization, merging):
        yield from part()
