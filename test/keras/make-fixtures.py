"""Makes the fixtures that gradtape is compared with, by running Keras 3 itself (see README.md beside this file).

Usage: make-fixtures.py [--check] [--out FOLDER]
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

RELATIVE_TOLERANCE = 1e-5


# Numbers and tensors as JSON


def number(value):
    """A float32 as the shortest decimal that reads back as the same float32."""
    value = np.float32(value)
    if not np.isfinite(value):
        raise ValueError(f"a fixture must be finite, found {value}")
    return float(str(value))


def tensor(array):
    array = np.asarray(array)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    kind = "float32" if array.dtype == np.float32 else "bool" if array.dtype == np.bool_ else "int32"
    flat = array.reshape(-1)
    data = [number(v) for v in flat] if kind == "float32" else [int(v) for v in flat]
    return {"shape": list(array.shape), "dtype": kind, "data": data}


def optional(array):
    return None if array is None else tensor(array)


def weight(variable):
    return {
        "name": variable.name,
        "path": variable.path,
        "trainable": bool(variable.trainable),
        **tensor(variable.numpy()),
    }


def uniform(random, shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


# Layers


def layer_fixture(name, layer, inputs, *, training=False, mask=None, seed=0):
    """Runs one layer with random weights and differentiates sum(outputs * cotangent)."""
    random = np.random.RandomState(1000 + seed)
    layer(*inputs)  # builds
    for variable in layer.weights:
        positive = "variance" in variable.name or variable.name == "gamma"
        variable.assign(uniform(random, variable.shape, *((0.5, 1.5) if positive else (-0.5, 0.5))))
    weights = [weight(v) for v in layer.weights]
    extra = {} if mask is None else {"mask": np.asarray(mask)}
    keywords = {"training": training, **extra} if layer._call_has_training_arg else extra

    trainable = [v.value for v in layer.trainable_variables]
    non_trainable = [v.value for v in layer.non_trainable_variables]
    outputs, updated = layer.stateless_call(trainable, non_trainable, *inputs, **keywords)
    cotangent = uniform(random, outputs.shape)

    floating = [i for i, x in enumerate(inputs) if x.dtype == np.float32]

    def scalar(values, floats):
        full = list(inputs)
        for i, x in zip(floating, floats):
            full[i] = x
        result, _ = layer.stateless_call(values, non_trainable, *full, **keywords)
        return (result * cotangent).sum()

    by_weight, by_input = jax.grad(scalar, argnums=(0, 1))(trainable, [inputs[i] for i in floating])
    weight_gradients = {id(v): g for v, g in zip(layer.trainable_variables, by_weight)}
    after = {id(v): value for v, value in zip(layer.non_trainable_variables, updated)}
    return {
        "name": name,
        "kind": "layer",
        "className": type(layer).__name__,
        "config": layer.get_config(),
        "call": {"training": training, "mask": optional(mask)},
        "inputs": [tensor(x) for x in inputs],
        "weights": weights,
        "outputs": [tensor(outputs)],
        "cotangents": [tensor(cotangent)],
        "gradients": {
            "inputs": [tensor(by_input[floating.index(i)]) if i in floating else None for i in range(len(inputs))],
            "weights": [optional(weight_gradients.get(id(v))) for v in layer.weights],
        },
        "updatedWeights": [tensor(after.get(id(v), v.value)) for v in layer.weights],
    }


def layer_fixtures():
    random = np.random.RandomState(7)

    def image(*shape):
        return [uniform(random, shape)]

    yield layer_fixture("dense", layers.Dense(4, activation="relu", name="dense"), image(3, 5), seed=1)
    yield layer_fixture(
        "dense-tanh-3d", layers.Dense(3, activation="tanh", use_bias=False, name="dense"), image(2, 4, 5), seed=2
    )
    yield layer_fixture(
        "conv1d-valid", layers.Conv1D(4, 3, activation="relu", name="conv1d"), image(2, 8, 3), seed=3
    )
    yield layer_fixture(
        "conv1d-causal-dilated",
        layers.Conv1D(3, 3, padding="causal", dilation_rate=2, name="conv1d"),
        image(2, 9, 2),
        seed=4,
    )
    yield layer_fixture("conv2d-same", layers.Conv2D(3, 3, padding="same", name="conv2d"), image(2, 6, 5, 2), seed=5)
    yield layer_fixture(
        "conv2d-valid",
        layers.Conv2D(3, (3, 2), activation="relu", name="conv2d"),
        image(2, 6, 5, 2),
        seed=6,
    )
    yield layer_fixture(
        "conv2d-same-strided",
        layers.Conv2D(3, 3, strides=2, padding="same", name="conv2d"),
        image(2, 8, 7, 2),
        seed=7,
    )
    yield layer_fixture(
        "conv2d-dilated-groups",
        layers.Conv2D(4, 3, padding="same", dilation_rate=2, groups=2, name="conv2d"),
        image(2, 7, 6, 4),
        seed=8,
    )
    yield layer_fixture(
        "depthwise-conv2d",
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, strides=2, name="depthwise_conv2d"),
        image(2, 6, 7, 3),
        seed=9,
    )
    yield layer_fixture(
        "separable-conv2d",
        layers.SeparableConv2D(4, 3, depth_multiplier=2, activation="relu", name="separable_conv2d"),
        image(2, 6, 5, 3),
        seed=10,
    )
    yield layer_fixture(
        "batch-normalization-training",
        layers.BatchNormalization(name="batch_normalization"),
        image(4, 3, 2, 3),
        training=True,
        seed=11,
    )
    yield layer_fixture(
        "batch-normalization-inference",
        layers.BatchNormalization(momentum=0.9, epsilon=1e-2, name="batch_normalization"),
        image(4, 5),
        training=False,
        seed=12,
    )
    yield layer_fixture("lstm-last", layers.LSTM(3, name="lstm"), image(2, 5, 4), seed=13)
    yield layer_fixture(
        "lstm-sequences-backwards-mask",
        layers.LSTM(3, return_sequences=True, go_backwards=True, name="lstm"),
        image(3, 5, 2),
        mask=[[True, True, True, False, False], [True, True, True, True, True], [False, True, True, False, True]],
        seed=14,
    )
    yield layer_fixture(
        "embedding",
        layers.Embedding(7, 3, name="embedding"),
        [np.array([[1, 4, 0, 1], [6, 1, 4, 2]], dtype=np.int32)],
        seed=15,
    )


# Losses


def loss_case(name, loss, y_true, y_pred, sample_weight=None):
    def value(prediction):
        return loss(y_true, prediction, sample_weight=sample_weight)

    return {
        "name": name,
        "config": loss.get_config(),
        "yTrue": tensor(y_true),
        "yPred": tensor(y_pred),
        "sampleWeight": optional(sample_weight),
        "value": tensor(value(y_pred)),
        "gradient": tensor(jax.grad(lambda p: value(p).sum())(y_pred)),
    }


def loss_fixture(name, make, y_true, y_pred, logits, sample_weight, variants):
    """The plain loss, with sample weights, every reduction, and the options that `variants` lists."""
    cases = [
        loss_case("default", make(), y_true, y_pred),
        loss_case("sample weights", make(), y_true, y_pred, sample_weight),
    ]
    for reduction in ["sum", "mean", "mean_with_sample_weight", "none"]:
        cases.append(loss_case(f"reduction {reduction}", make(reduction=reduction), y_true, y_pred, sample_weight))
    for variant in variants:
        prediction = logits if variant.get("from_logits") else y_pred
        label = ", ".join(f"{key} {value}" for key, value in variant.items())
        cases.append(loss_case(label, make(**variant), y_true, prediction, sample_weight))
    return {"name": name, "kind": "loss", "className": make.__name__, "cases": cases}


def loss_fixtures():
    random = np.random.RandomState(21)
    logits = uniform(random, (5, 4), -3, 3)
    softmax = np.asarray(keras.ops.softmax(logits))
    softmax_sure = softmax.copy()
    softmax_sure[0] = [1, 0, 0, 0]  # clipping at epsilon
    labels = np.array([1, 3, 0, 2, 2], dtype=np.int32)
    one_hot = np.eye(4, dtype=np.float32)[labels]
    weights = np.array([1, 0.5, 2, 0, 0.25], dtype=np.float32)
    yield loss_fixture(
        "loss-categorical-crossentropy",
        keras.losses.CategoricalCrossentropy,
        one_hot,
        softmax_sure,
        logits,
        weights,
        [{"from_logits": True}, {"label_smoothing": 0.1}],
    )
    yield loss_fixture(
        "loss-sparse-categorical-crossentropy",
        keras.losses.SparseCategoricalCrossentropy,
        labels,
        softmax_sure,
        logits,
        weights,
        [{"from_logits": True}, {"ignore_class": 2}],
    )
    binary = (random.uniform(size=(5, 4)) < 0.5).astype(np.float32)
    sigmoid = np.asarray(keras.ops.sigmoid(logits)).copy()
    sigmoid[0, 0] = 1 - binary[0, 0]  # as wrong as can be
    yield loss_fixture(
        "loss-binary-crossentropy",
        keras.losses.BinaryCrossentropy,
        binary,
        sigmoid,
        logits,
        weights,
        [{"from_logits": True}, {"label_smoothing": 0.1}],
    )
    yield loss_fixture(
        "loss-mean-squared-error",
        keras.losses.MeanSquaredError,
        uniform(random, (5, 4)),
        uniform(random, (5, 4)),
        logits,
        weights,
        [],
    )


# Optimizers


def optimizer_case(name, optimizer, steps=10):
    random = np.random.RandomState(31)
    start = [uniform(random, (3,)), uniform(random, (2, 2))]
    gradients = [[uniform(random, v.shape, -2, 2) for v in start] for _ in range(steps)]
    gradients[4] = [np.zeros_like(v) for v in start]  # a step without a gradient still moves what has momentum
    config = optimizer.get_config()
    variables = [keras.Variable(v, name=f"v{i}") for i, v in enumerate(start)]
    optimizer.build(variables)
    trace = []
    for step in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in step])
        trace.append(
            {
                "variables": [tensor(v.numpy()) for v in variables],
                "state": {
                    v.path.split("/", 1)[-1]: tensor(v.numpy())
                    for v in optimizer.variables
                    if v.name != "learning_rate"
                },
            }
        )
    return {
        "name": name,
        "config": config,
        "variables": [tensor(v) for v in start],
        "gradients": [[tensor(g) for g in step] for step in gradients],
        "steps": trace,
    }


def optimizer_fixture(name, make, variants):
    cases = [optimizer_case(label, make(**options)) for label, options in variants.items()]
    return {"name": name, "kind": "optimizer", "className": make.__name__, "cases": cases}


def optimizer_fixtures():
    yield optimizer_fixture(
        "optimizer-sgd",
        keras.optimizers.SGD,
        {
            "plain": {"learning_rate": 0.1},
            "momentum": {"learning_rate": 0.1, "momentum": 0.9},
            "nesterov": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
            "clipnorm": {"learning_rate": 0.1, "clipnorm": 1.0},
            "global clipnorm": {"learning_rate": 0.1, "global_clipnorm": 1.0},
            "clipvalue": {"learning_rate": 0.1, "clipvalue": 0.5},
        },
    )
    yield optimizer_fixture(
        "optimizer-rmsprop",
        keras.optimizers.RMSprop,
        {
            "default": {},
            "momentum": {"learning_rate": 0.01, "momentum": 0.5},
            "centered": {"learning_rate": 0.01, "centered": True},
            "centered momentum": {"learning_rate": 0.01, "centered": True, "momentum": 0.5},
        },
    )
    yield optimizer_fixture(
        "optimizer-adam",
        keras.optimizers.Adam,
        {
            "default": {},
            "amsgrad": {"learning_rate": 0.01, "amsgrad": True},
            "weight decay": {"learning_rate": 0.01, "weight_decay": 0.1},
        },
    )


# Whole models


def summary_of(model, columns=120):
    """The table as Keras prints it on a terminal of so many columns; 120 leaves it its full width."""
    os.environ["COLUMNS"] = str(columns)
    lines = []
    model.summary(print_fn=lambda line, line_break=False: lines.append(line))
    return "\n".join(lines)


def named(arrays):
    return {key: tensor(value) for key, value in arrays.items()} if isinstance(arrays, dict) else tensor(arrays)


def model_fixture(name, model, compile_options, fit_options, x, y, validation=None):
    random = np.random.RandomState(41)
    for variable in model.weights:
        fixed = "moving" in variable.name or variable.name in ("gamma", "beta")
        if not fixed:
            variable.assign(uniform(random, variable.shape, -0.5, 0.5))
    initial = [weight(v) for v in model.weights]
    config = json.loads(model.to_json())
    summary, narrow_summary = summary_of(model), summary_of(model, 80)
    model.compile(**compile_options)
    before = model.evaluate(x, y, batch_size=fit_options["batch_size"], verbose=0, return_dict=True)
    history = model.fit(x, y, validation_data=validation, verbose=0, **fit_options).history
    final = [weight(v) for v in model.weights]
    after = model.evaluate(x, y, batch_size=fit_options["batch_size"], verbose=0, return_dict=True)
    predictions = model.predict(x, verbose=0)
    return {
        "name": name,
        "kind": "model",
        "config": config,
        "compile": compile_options,
        "fit": fit_options,
        "x": named(x),
        "y": named(y),
        "validation": None if validation is None else {"x": named(validation[0]), "y": named(validation[1])},
        "initialWeights": initial,
        "summary": summary,
        "narrowSummary": narrow_summary,
        "trainedSummary": summary_of(model),
        "evaluateBefore": {key: number(value) for key, value in before.items()},
        "history": {key: [number(v) for v in values] for key, values in history.items()},
        "finalWeights": final,
        "evaluate": {key: number(value) for key, value in after.items()},
        "predictions": named(predictions),
    }


def functional_model():
    image = keras.Input((8, 8, 2), name="image")
    # No bias before the normalization: its gradient is zero but for rounding, which Adam would blow up.
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="conv2d")(image)
    x = layers.BatchNormalization(name="batch_normalization")(x)
    x = layers.Activation("tanh", name="activation")(x)
    x = layers.SeparableConv2D(5, 3, activation="tanh", name="separable_conv2d")(x)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d")(x)
    return keras.Model(image, layers.Dense(3, activation="softmax", name="dense")(x), name="functional")


def two_input_model():
    text = keras.Input((6,), dtype="int32", name="text")
    numbers = keras.Input((4,), name="numbers")
    encoded = layers.LSTM(4, name="lstm")(layers.Embedding(11, 3, name="embedding")(text))
    joined = layers.Concatenate(name="concatenate")([encoded, layers.Dense(3, activation="tanh", name="dense")(numbers)])
    category = layers.Dense(3, activation="softmax", name="category")(joined)
    score = layers.Dense(1, name="score")(joined)
    return keras.Model({"text": text, "numbers": numbers}, {"category": category, "score": score}, name="two_inputs")


def model_fixtures():
    random = np.random.RandomState(51)
    labels = random.randint(0, 3, 20).astype(np.int32)
    images = uniform(random, (20, 8, 8, 2)) * 0.5 + labels[:, None, None, None].astype(np.float32) * 0.25
    keras.utils.clear_session()
    yield model_fixture(
        "model-functional",
        functional_model(),
        {"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["acc"]},
        {"epochs": 3, "batch_size": 8, "shuffle": False},
        images,
        labels,
    )

    def data(count):
        x = {"text": random.randint(0, 11, (count, 6)).astype(np.int32), "numbers": uniform(random, (count, 4))}
        y = {"category": random.randint(0, 3, count).astype(np.int32), "score": uniform(random, (count, 1))}
        return x, y

    x, y = data(18)
    keras.utils.clear_session()
    yield model_fixture(
        "model-two-inputs",
        two_input_model(),
        {
            "optimizer": "rmsprop",
            "loss": {"category": "sparse_categorical_crossentropy", "score": "mse"},
            "loss_weights": {"category": 1.0, "score": 0.25},
            "metrics": {"category": ["acc"], "score": ["mae"]},
        },
        {"epochs": 3, "batch_size": 8, "shuffle": False},
        x,
        y,
        data(7),
    )


# Callbacks


def scripted_model():
    """A compiled model whose single weight tells which epoch's weights it holds."""
    keras.utils.clear_session()
    inputs = keras.Input((1,))
    model = keras.Model(inputs, layers.Dense(1, use_bias=False, kernel_initializer="zeros")(inputs))
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=1.0), loss="mse", metrics=["accuracy"])
    return model


def early_stopping_case(name, options, logs):
    model = scripted_model()
    callback = keras.callbacks.EarlyStopping(**options)
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    ran = 0
    for epoch, values in enumerate(logs):
        model.set_weights([np.full((1, 1), epoch, np.float32)])
        callback.on_epoch_end(epoch, dict(values))
        ran = epoch + 1
        if model.stop_training:
            break
    callback.on_train_end()
    return {
        "name": name,
        "className": "EarlyStopping",
        "options": options,
        "logs": logs,
        "result": {
            "epochsRun": ran,
            "stopped": bool(model.stop_training),
            "stoppedEpoch": int(callback.stopped_epoch),
            "bestEpoch": int(callback.best_epoch),
            "weightsOfEpoch": int(model.get_weights()[0][0, 0]),
        },
    }


def plateau_case(name, options, logs, rate=1.0):
    model = scripted_model()
    model.optimizer.learning_rate = rate
    callback = keras.callbacks.ReduceLROnPlateau(**options)
    callback.set_model(model)
    callback.on_train_begin()
    logged, after = [], []
    for epoch, values in enumerate(logs):
        seen = dict(values)
        callback.on_epoch_end(epoch, seen)
        logged.append(number(seen["learning_rate"]))
        after.append(number(model.optimizer.learning_rate))
    return {
        "name": name,
        "className": "ReduceLROnPlateau",
        "options": options,
        "logs": logs,
        "result": {"initialLearningRate": rate, "loggedLearningRates": logged, "learningRates": after},
    }


def callback_fixture():
    def series(key, *values):
        return [{key: value} for value in values]

    falling = series("val_loss", 5.0, 4.0, 3.0, 2.0, 1.0)
    bumpy = series("val_loss", 5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 3.1, 2.0, 2.5, 2.5)
    flat = series("val_loss", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    rising = series("val_loss", 1.0, 2.0, 3.0, 4.0)
    slow = series("val_loss", 1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
    accuracy = series("val_accuracy", 0.1, 0.5, 0.4, 0.45, 0.6, 0.55, 0.5)
    missing = series("loss", 1.0, 2.0, 3.0)
    gaps = [{"val_loss": 1.0}, {"loss": 1.0}, {"val_loss": 2.0}, {"loss": 1.0}, {"val_loss": 3.0}, {"val_loss": 0.5}]
    stopping = [
        ("never stops while falling", {"patience": 2}, falling),
        ("patience 0 stops at the first epoch that is not better", {}, bumpy),
        ("patience 0 on a flat series", {}, flat),
        ("patience 1", {"patience": 1}, bumpy),
        ("patience 2", {"patience": 2}, bumpy),
        ("patience 3 with restore", {"patience": 3, "restore_best_weights": True}, bumpy),
        ("patience 4 runs to the end and restores", {"patience": 4, "restore_best_weights": True}, bumpy),
        ("restore without any stop", {"patience": 9, "restore_best_weights": True}, bumpy),
        ("rising with restore", {"patience": 1, "restore_best_weights": True}, rising),
        ("min_delta makes small steps count for nothing", {"patience": 2, "min_delta": 0.08}, slow),
        ("min_delta compares with the last best", {"patience": 3, "min_delta": 0.12}, slow),
        ("negative min_delta counts as its absolute value", {"patience": 2, "min_delta": -0.08}, slow),
        ("mode max", {"monitor": "val_accuracy", "mode": "max", "patience": 2}, accuracy),
        (
            "mode max with restore",
            {"monitor": "val_accuracy", "mode": "max", "patience": 2, "restore_best_weights": True},
            accuracy[:4],
        ),
        ("mode min on a rising quantity", {"monitor": "val_accuracy", "mode": "min", "patience": 1}, accuracy),
        ("baseline not reached", {"patience": 3, "baseline": 0.5}, falling),
        ("baseline reached in time", {"patience": 3, "baseline": 3.5}, falling),
        (
            "baseline never reached, restore keeps the best",
            {"patience": 4, "baseline": 0.5, "restore_best_weights": True},
            bumpy,
        ),
        ("start_from_epoch", {"patience": 1, "start_from_epoch": 3}, rising + rising),
        (
            "start_from_epoch beyond the end, with restore",
            {"patience": 1, "start_from_epoch": 9, "restore_best_weights": True},
            rising,
        ),
        ("a monitor that never appears", {"patience": 1}, missing),
        ("a monitor that appears now and then", {"patience": 2}, gaps),
    ]
    plateaus = [
        ("falling", {"factor": 0.5, "patience": 2}, falling),
        ("flat, patience 2", {"factor": 0.5, "patience": 2}, flat),
        ("flat, patience 1", {"factor": 0.5, "patience": 1}, flat),
        ("flat, patience 0", {"factor": 0.5, "patience": 0}, flat),
        ("bumpy", {"factor": 0.1, "patience": 2}, bumpy),
        ("cooldown", {"factor": 0.5, "patience": 1, "cooldown": 2}, flat + flat),
        ("cooldown 1, patience 2", {"factor": 0.5, "patience": 2, "cooldown": 1}, flat + flat),
        ("min_lr", {"factor": 0.1, "patience": 1, "min_lr": 0.05}, flat),
        ("min_delta", {"factor": 0.5, "patience": 2, "min_delta": 0.08}, slow),
        ("mode max", {"monitor": "val_accuracy", "mode": "max", "factor": 0.5, "patience": 1}, accuracy),
        ("a monitor that appears now and then", {"factor": 0.5, "patience": 1}, gaps),
    ]
    cases = [early_stopping_case(*case) for case in stopping] + [plateau_case(*case) for case in plateaus]
    return {"name": "callbacks", "kind": "callbacks", "cases": cases}


# Writing and checking


def all_fixtures():
    for make in (layer_fixtures, loss_fixtures, optimizer_fixtures, model_fixtures, lambda: [callback_fixture()]):
        for fixture in make():
            head = {"name": fixture["name"], "kind": fixture["kind"], "keras": keras.__version__}
            yield json.loads(json.dumps({**head, **fixture}))


def differences(path, expected, actual):
    """Where two JSON values differ: arrays of numbers as a whole by their largest value, everything else exactly."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        if list(expected) != list(actual):
            return [f"{path}: keys {list(expected)} became {list(actual)}"]
        return [d for key in expected for d in differences(f"{path}.{key}", expected[key], actual[key])]
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [f"{path}: {len(expected)} entries became {len(actual)}"]
        if expected and all(isinstance(v, float) for v in expected + actual):
            error = np.max(np.abs(np.subtract(expected, actual)))
            return [] if error <= RELATIVE_TOLERANCE * np.max(np.abs(expected)) else [f"{path}: differs by {error}"]
        return [d for i, pair in enumerate(zip(expected, actual)) for d in differences(f"{path}[{i}]", *pair)]
    if isinstance(expected, float) and isinstance(actual, float):
        return [] if abs(expected - actual) <= RELATIVE_TOLERANCE * abs(expected) else [f"{path}: {expected} became {actual}"]
    return [] if type(expected) is type(actual) and expected == actual else [f"{path}: {expected!r} became {actual!r}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fixtures")
    options = parser.parse_args()
    found, problems = set(), []
    options.out.mkdir(parents=True, exist_ok=True)
    for fixture in all_fixtures():
        file = options.out / f"{fixture['name']}.json"
        found.add(file)
        if not options.check:
            file.write_text(json.dumps(fixture, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
        elif not file.exists():
            problems.append(f"{file.name} is missing")
        else:
            problems += differences(fixture["name"], json.loads(file.read_text(encoding="utf-8")), fixture)
    problems += [f"{file.name} is made by no fixture" for file in sorted(set(options.out.glob("*.json")) - found)]
    for problem in problems:
        print(problem)
    print(f"{len(found)} fixtures {'checked' if options.check else 'written'}, {len(problems)} differences")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
