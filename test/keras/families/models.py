"""Whole trainings: the mission's three models at small sizes, masked sequences, regularizers, frozen layers."""

import json

import keras
import numpy as np
from keras import layers

from .encoding import number, random_of, tensor, uniform


def named(arrays):
    if isinstance(arrays, dict):
        return {key: tensor(value) for key, value in arrays.items()}
    return [tensor(one) for one in arrays] if isinstance(arrays, list) else tensor(arrays)


def plain_numbers(logs):
    return {key: [number(v) for v in np.reshape(value, -1)] for key, value in logs.items()}


def model_case(name, model, compile_options, fit_options, x, y, *, masked=False, **data):
    """`data`: sample_weight, validation_data (a pair or with weights), as given to fit.

    `masked`: the predictions carry a mask. JAX's gradient gives Keras the predictions back without it, so that there, and
    on no other backend, the metrics of training count padded steps: they are left out, those of validation stay.
    """
    random = random_of(f"model/{name}")
    for variable in model.weights:
        if "moving" not in variable.name and variable.name not in ("gamma", "beta"):
            variable.assign(uniform(random, variable.shape, -0.4, 0.4))
    case = {
        "name": name,
        "config": json.loads(model.to_json()),
        "compile": {key: value for key, value in compile_options.items()},
        "fit": {"shuffle": False, **fit_options},
        "x": named(x),
        "y": named(y),
        "initialWeights": [tensor(v.numpy()) for v in model.weights],
    }
    model.compile(**compile_options)
    weights = {"sample_weight": data["sample_weight"]} if "sample_weight" in data else {}
    size = fit_options["batch_size"]

    def evaluate():
        return plain_numbers(model.evaluate(x, y, batch_size=size, verbose=0, return_dict=True, **weights))

    case["evaluateBefore"] = evaluate()
    fit = {key: value for key, value in fit_options.items() if key != "class_weight"}
    if "class_weight" in fit_options:
        fit["class_weight"] = {int(key): value for key, value in fit_options["class_weight"].items()}
    history = model.fit(x, y, verbose=0, shuffle=False, **fit, **data)
    counted = {key: v for key, v in history.history.items() if not masked or key == "loss" or key.startswith("val_")}
    case["history"] = plain_numbers(counted)
    case["masked"] = masked
    case["epochs"] = history.epoch
    case["finalWeights"] = [tensor(v.numpy()) for v in model.weights]
    case["evaluate"] = evaluate()
    case["predictions"] = named(model.predict(x, batch_size=size, verbose=0))
    if weights:
        case["sampleWeight"] = named(data["sample_weight"])
    if "validation_data" in data:
        case["validation"] = [named(part) for part in data["validation_data"]]
    return case


# The three models of the mission


def net():
    features = keras.Input((6,), name="features")
    x = layers.Dense(5, activation="relu", name="first")(features)
    x = layers.Dense(5, activation="relu", name="second")(x)
    return keras.Model(features, layers.Dense(3, activation="softmax", name="end")(x), name="net")


def qa():
    text = keras.Input((None,), dtype="int32", name="text")
    question = keras.Input((None,), dtype="int32", name="question")
    a = layers.LSTM(4, name="lstm_a")(layers.Embedding(12, 3, name="embedding_a")(text))
    b = layers.LSTM(3, name="lstm_b")(layers.Embedding(9, 2, name="embedding_b")(question))
    joined = layers.Concatenate(axis=-1, name="joined")([a, b])
    return keras.Model([text, question], layers.Dense(4, activation="softmax", name="answer")(joined), name="qa")


def profile():
    posts = keras.Input((None,), dtype="int32", name="posts")
    h = layers.Embedding(10, 3, name="embedding")(posts)
    h = layers.Conv1D(4, 3, activation="relu", name="conv_a")(h)
    h = layers.MaxPooling1D(2, name="pool_a")(h)
    h = layers.Conv1D(4, 3, activation="relu", name="conv_b")(h)
    h = layers.Conv1D(4, 3, activation="relu", name="conv_c")(h)
    h = layers.MaxPooling1D(2, name="pool_b")(h)
    h = layers.GlobalMaxPooling1D(name="global_max")(h)
    h = layers.Dense(5, activation="relu", name="hidden")(h)
    age = layers.Dense(1, name="age")(h)
    income = layers.Dense(3, activation="softmax", name="income")(h)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(h)
    return keras.Model(posts, [age, income, gender], name="profile")


PROFILE = {
    "optimizer": "rmsprop",
    "loss": {"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"},
    "loss_weights": {"age": 0.25, "income": 1.0, "gender": 2.0},
    "metrics": {"gender": ["acc"]},
}


def one_hot(random, count, classes):
    return np.eye(classes, dtype=np.float32)[random.randint(0, classes, count)]


def net_cases():
    random = random_of("data/net")
    x, y = uniform(random, (20, 6)), one_hot(random, 20, 3)
    labels = y.argmax(1).astype(np.int32)
    weight = uniform(random, (20,), 0, 2)
    held = uniform(random, (7, 6)), one_hot(random, 7, 3)
    adam = {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["accuracy"]}
    sparse = {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy", "metrics": ["acc"]}
    weighted = {"weighted_metrics": ["accuracy", "mse"], "metrics": ["accuracy"]}
    fit = {"epochs": 3, "batch_size": 6}
    for name, options, more, data in (
        ("plain", adam, {}, {}),
        ("sample weights", {**adam, **weighted}, {}, {"sample_weight": weight}),
        ("class weights", {**adam, **weighted}, {"class_weight": {"0": 0.5, "2": 3.0}}, {}),
        ("validation split", adam, {"validation_split": 0.25}, {}),
        ("validation split and sample weights", adam, {"validation_split": 0.3}, {"sample_weight": weight}),
        ("validation data", adam, {}, {"validation_data": held}),
        ("validation data with weights", {**adam, **weighted}, {}, {"validation_data": (*held, weight[:7])}),
        ("initial epoch", adam, {"initial_epoch": 1, "epochs": 4}, {}),
        ("validation every other epoch", adam, {"validation_freq": 2, "epochs": 5}, {"validation_data": held}),
        ("validation at listed epochs", adam, {"validation_freq": [1, 4], "epochs": 4}, {"validation_data": held}),
        ("one batch an epoch", adam, {"batch_size": 32}, {}),
        ("steps per epoch", adam, {"steps_per_epoch": 2, "epochs": 2}, {}),
        ("loss weight", {**adam, "loss_weights": 0.5}, {}, {}),
    ):
        keras.utils.clear_session()
        yield model_case(f"net, {name}", net(), options, {**fit, **more}, x, y, **data)
    for name, more, data in (
        ("labels", {}, {}),
        ("labels, class weights", {"class_weight": {"1": 2.0, "2": 0.5}}, {}),
        ("labels, sample weights", {}, {"sample_weight": weight}),
        ("labels, columns", {}, {}),
    ):
        keras.utils.clear_session()
        target = labels[:, None] if name == "labels, columns" else labels
        yield model_case(f"net, {name}", net(), sparse, {**fit, **more}, x, target, **data)
    for optimizer in ("adamw", "nadam", "adamax", "adagrad", "adadelta", "ftrl", "lion", "rmsprop"):
        keras.utils.clear_session()
        yield model_case(f"net, {optimizer}", net(), {**adam, "optimizer": optimizer}, {**fit, "epochs": 2}, x, y)


def qa_cases():
    random = random_of("data/qa")

    def data(count):
        texts, questions = random.randint(0, 12, (count, 5)), random.randint(0, 9, (count, 4))
        return [texts.astype(np.int32), questions.astype(np.int32)], one_hot(random, count, 4)

    (x, y), held = data(14), data(5)
    weight = uniform(random, (14,), 0, 2)
    options = {"optimizer": "rmsprop", "loss": "categorical_crossentropy", "metrics": ["acc"]}
    fit = {"epochs": 3, "batch_size": 5}
    by_name = {"text": x[0], "question": x[1]}
    for name, given, more, extra in (
        ("plain", x, {}, {}),
        ("by name", by_name, {}, {}),
        ("sample weights", x, {}, {"sample_weight": weight}),
        ("class weights", x, {"class_weight": {"0": 2.0, "3": 0.1}}, {}),
        ("validation split", x, {"validation_split": 0.3}, {}),
        ("validation data", x, {}, {"validation_data": held}),
    ):
        keras.utils.clear_session()
        yield model_case(f"qa, {name}", qa(), options, {**fit, **more}, given, y, **extra)


def profile_cases():
    random = random_of("data/profile")

    def data(count):
        x = random.randint(0, 10, (count, 18)).astype(np.int32)
        y = [uniform(random, (count, 1)), one_hot(random, count, 3), random.randint(0, 2, (count, 1)).astype(np.float32)]
        return x, y

    (x, y), held = data(12), data(5)
    weights = [uniform(random, (12,), 0, 2) for _ in y]
    fit = {"epochs": 3, "batch_size": 5}
    names = ["age", "income", "gender"]
    weighted = {**PROFILE, "weighted_metrics": {"gender": ["acc"], "age": ["mae"]}}
    for name, options, target, more, extra in (
        ("plain", PROFILE, y, {}, {}),
        ("targets by name", PROFILE, dict(zip(names, y)), {}, {}),
        ("validation split", PROFILE, y, {"validation_split": 0.25}, {}),
        ("validation data", PROFILE, y, {}, {"validation_data": held}),
        ("a weight for each output", weighted, y, {}, {"sample_weight": weights}),
        ("one weight for all outputs", weighted, y, {}, {"sample_weight": weights[0]}),
    ):
        keras.utils.clear_session()
        yield model_case(f"profile, {name}", profile(), options, {**fit, **more}, x, target, **extra)


def other_cases():
    random = random_of("data/others")
    fit = {"epochs": 3, "batch_size": 4}
    ids = random.randint(1, 8, (10, 5))
    for row, length in enumerate([5, 3, 2, 4, 5, 1, 3, 5, 2, 4]):
        ids[row, length:] = 0
    ids = ids.astype(np.int32)
    steps = np.eye(3, dtype=np.float32)[random.randint(0, 3, (10, 5))]

    def tagger():
        x = keras.Input((None,), dtype="int32", name="ids")
        h = layers.Embedding(8, 3, mask_zero=True, name="embedding")(x)
        h = layers.LSTM(4, return_sequences=True, name="lstm")(h)
        return keras.Model(x, layers.Dense(3, activation="softmax", name="tag")(h), name="masked")

    tags = {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["acc"], "weighted_metrics": ["acc"]}
    for name, extra in (
        ("plain", {}),
        ("weights of samples", {"sample_weight": uniform(random, (10, 1), 0, 2)}),
        ("weights of steps", {"sample_weight": uniform(random, (10, 5), 0, 2)}),
    ):
        keras.utils.clear_session()
        held = ids[:6], steps[:6]
        yield model_case(
            f"masked sequences, {name}", tagger(), tags, fit, ids, steps, masked=True, validation_data=held, **extra
        )

    def summed():
        x = keras.Input((None,), dtype="int32", name="ids")
        h = layers.Embedding(8, 3, mask_zero=True, name="embedding")(x)
        h = layers.Bidirectional(layers.GRU(3, return_sequences=True, name="gru"), name="both")(h)
        h = layers.GlobalAveragePooling1D(name="mean")(h)
        return keras.Model(x, layers.Dense(1, activation="sigmoid", name="end")(h), name="summed")

    labels = random.randint(0, 2, (10, 1)).astype(np.float32)
    binary = {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["acc"]}
    keras.utils.clear_session()
    yield model_case("masked, both directions", summed(), binary, fit, ids, labels)

    x, y = uniform(random, (12, 4)), uniform(random, (12, 2))

    def regularized():
        a = keras.Input((4,), name="x")
        h = layers.Dense(5, activation="tanh", kernel_regularizer="l2", activity_regularizer="l2", name="hidden")(a)
        h = layers.Dense(2, kernel_regularizer="l1", kernel_constraint="max_norm", name="end")(h)
        return keras.Model(a, h, name="regularized")

    squares = {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}
    keras.utils.clear_session()
    yield model_case("regularizers and constraints", regularized(), squares, {**fit, "validation_split": 0.25}, x, y)

    def normalized(frozen):
        a = keras.Input((4,), name="x")
        h = layers.Dense(5, use_bias=False, name="hidden")(a)
        h = layers.BatchNormalization(name="norm", trainable=not frozen)(h)
        h = layers.Activation("tanh", name="tanh")(h)
        return keras.Model(a, layers.Dense(2, name="end")(h), name="normalized")

    for frozen in (False, True):
        keras.utils.clear_session()
        label = f"batch normalization, {'frozen' if frozen else 'training'}"
        yield model_case(label, normalized(frozen), squares, fit, x, y)

    def images():
        a = keras.Input((6, 6, 2), name="image")
        h = layers.Conv2D(3, 3, padding="same", use_bias=False, name="conv")(a)
        h = layers.BatchNormalization(name="norm")(h)
        h = layers.Activation("tanh", name="tanh")(h)
        h = layers.Add(name="add")([h, layers.SeparableConv2D(3, 3, padding="same", name="separable")(h)])
        h = layers.GlobalAveragePooling2D(name="mean")(h)
        return keras.Model(a, layers.Dense(3, activation="softmax", name="end")(h), name="images")

    pixels, classes = uniform(random, (10, 6, 6, 2)), random.randint(0, 3, 10).astype(np.int32)
    sparse = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["acc"]}
    keras.utils.clear_session()
    yield model_case("residual images", images(), sparse, fit, pixels, classes)

    def siamese():
        a, b = keras.Input((4, 2), name="left"), keras.Input((4, 2), name="right")
        shared = layers.LSTM(3, name="shared")
        joined = layers.Concatenate(name="joined")([shared(a), shared(b)])
        return keras.Model([a, b], layers.Dense(1, activation="sigmoid", name="same")(joined), name="siamese")

    pair = [uniform(random, (10, 4, 2)), uniform(random, (10, 4, 2))]
    keras.utils.clear_session()
    yield model_case("siamese", siamese(), binary, fit, pair, labels)


def families():
    for name, cases in (("net", net_cases), ("qa", qa_cases), ("profile", profile_cases), ("others", other_cases)):
        yield {"family": name, "kind": "model", "keras": keras.__version__, "cases": list(cases())}
