"""Decisions of callbacks on given series of logs, the files that they write, and the tables of summary()."""

import os
import random
import tempfile

import keras
import numpy as np
from keras import layers

from .encoding import number
from .models import net, profile, qa


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
    result = {
        "epochsRun": ran,
        "stopped": bool(model.stop_training),
        "stoppedEpoch": int(callback.stopped_epoch),
        "bestEpoch": int(callback.best_epoch),
        "weightsOfEpoch": int(model.get_weights()[0][0, 0]),
    }
    return {"name": name, "className": "EarlyStopping", "options": options, "logs": logs, "result": result}


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
    result = {"initialLearningRate": rate, "loggedLearningRates": logged, "learningRates": after}
    return {"name": name, "className": "ReduceLROnPlateau", "options": options, "logs": logs, "result": result}


SCHEDULES = {
    "halves": lambda epoch, rate: rate / 2,
    "by epoch": lambda epoch, rate: 1 / (1 + epoch),
    "steps": lambda epoch, rate: 0.1 if epoch >= 2 else rate,
}
"""What the scheduler calls; the tests know the same by these names."""


def scheduler_case(name, schedule):
    model = scripted_model()
    callback = keras.callbacks.LearningRateScheduler(schedule)
    callback.set_model(model)
    rates, logged = [], []
    for epoch in range(5):
        callback.on_epoch_begin(epoch, {})
        rates.append(number(model.optimizer.learning_rate))
        logs = {"loss": 1.0}
        callback.on_epoch_end(epoch, logs)
        logged.append(number(logs["learning_rate"]))
    result = {"learningRates": rates, "loggedLearningRates": logged}
    return {"name": name, "className": "LearningRateScheduler", "result": result}


def series(key, *values):
    return [{key: value} for value in values]


def callback_cases():
    falling = series("val_loss", 5.0, 4.0, 3.0, 2.0, 1.0)
    bumpy = series("val_loss", 5.0, 4.0, 4.5, 3.0, 3.5, 3.25, 3.1, 2.0, 2.5, 2.5)
    flat = series("val_loss", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    rising = series("val_loss", 1.0, 2.0, 3.0, 4.0)
    slow = series("val_loss", 1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
    accuracy = series("val_accuracy", 0.1, 0.5, 0.4, 0.45, 0.6, 0.55, 0.5)
    missing = series("loss", 1.0, 2.0, 3.0)
    gaps = [{"val_loss": 1.0}, {"loss": 1.0}, {"val_loss": 2.0}, {"loss": 1.0}, {"val_loss": 3.0}, {"val_loss": 0.5}]
    restore = {"restore_best_weights": True}
    by_accuracy = {"monitor": "val_accuracy", "mode": "max"}
    stopping = [
        ("never stops while falling", {"patience": 2}, falling),
        ("patience 0 stops at the first epoch that is not better", {}, bumpy),
        ("patience 0 on a flat series", {}, flat),
        ("patience 1", {"patience": 1}, bumpy),
        ("patience 2", {"patience": 2}, bumpy),
        ("patience 3 with restore", {"patience": 3, **restore}, bumpy),
        ("patience 4 runs to the end and restores", {"patience": 4, **restore}, bumpy),
        ("restore without any stop", {"patience": 9, **restore}, bumpy),
        ("rising with restore", {"patience": 1, **restore}, rising),
        ("min_delta makes small steps count for nothing", {"patience": 2, "min_delta": 0.08}, slow),
        ("min_delta compares with the last best", {"patience": 3, "min_delta": 0.12}, slow),
        ("negative min_delta counts as its absolute value", {"patience": 2, "min_delta": -0.08}, slow),
        ("mode max", {**by_accuracy, "patience": 2}, accuracy),
        ("mode max with restore", {**by_accuracy, "patience": 2, **restore}, accuracy[:4]),
        ("mode max with min_delta", {**by_accuracy, "patience": 2, "min_delta": 0.2}, accuracy),
        ("mode min on a rising quantity", {"monitor": "val_accuracy", "mode": "min", "patience": 1}, accuracy),
        ("baseline not reached", {"patience": 3, "baseline": 0.5}, falling),
        ("baseline reached in time", {"patience": 3, "baseline": 3.5}, falling),
        ("baseline of an accuracy", {**by_accuracy, "patience": 3, "baseline": 0.55}, accuracy),
        ("baseline never reached, restore keeps the best", {"patience": 4, "baseline": 0.5, **restore}, bumpy),
        ("start_from_epoch", {"patience": 1, "start_from_epoch": 3}, rising + rising),
        ("start_from_epoch with restore", {"patience": 2, "start_from_epoch": 2, **restore}, bumpy),
        ("start_from_epoch beyond the end, with restore", {"patience": 1, "start_from_epoch": 9, **restore}, rising),
        ("a monitor that never appears", {"patience": 1}, missing),
        ("a monitor that appears now and then", {"patience": 2}, gaps),
        ("the training loss", {"monitor": "loss", "patience": 1}, missing),
    ]
    plateaus = [
        ("falling", {"factor": 0.5, "patience": 2}, falling),
        ("flat, patience 2", {"factor": 0.5, "patience": 2}, flat),
        ("flat, patience 1", {"factor": 0.5, "patience": 1}, flat),
        ("flat, patience 0", {"factor": 0.5, "patience": 0}, flat),
        ("bumpy", {"factor": 0.1, "patience": 2}, bumpy),
        ("cooldown", {"factor": 0.5, "patience": 1, "cooldown": 2}, flat + flat),
        ("cooldown 1, patience 2", {"factor": 0.5, "patience": 2, "cooldown": 1}, flat + flat),
        ("cooldown 3, rising", {"factor": 0.3, "patience": 1, "cooldown": 3}, rising + rising),
        ("min_lr", {"factor": 0.1, "patience": 1, "min_lr": 0.05}, flat),
        ("min_delta", {"factor": 0.5, "patience": 2, "min_delta": 0.08}, slow),
        ("mode max", {**by_accuracy, "factor": 0.5, "patience": 1}, accuracy),
        ("a monitor that appears now and then", {"factor": 0.5, "patience": 1}, gaps),
    ]
    cases = [early_stopping_case(*case) for case in stopping] + [plateau_case(*case) for case in plateaus]
    return cases + [scheduler_case(*case) for case in SCHEDULES.items()]


# Files that callbacks write


def real(value):
    """A log as JSON has it: what is not finite by name."""
    return float(value) if isinstance(value, str) else value


def real_logs(logs):
    return {name: real(value) for name, value in logs.items()}


def checkpoint_case(name, path, options, fits):
    """`fits` lists fits of epochs, each with the logs of its batches and its own; the model's weight counts batches."""
    model = scripted_model()
    saved = []

    def save(path, overwrite):
        saved.append([os.path.relpath(path, folder), int(model.get_weights()[0][0, 0])])

    model.save = model.save_weights = save
    with tempfile.TemporaryDirectory() as folder:
        callback = keras.callbacks.ModelCheckpoint(os.path.join(folder, path), **options)
        callback.set_model(model)
        weight, error = 0, None
        try:
            for epochs in fits:
                callback.on_train_begin()
                for epoch, (batches, logs) in enumerate(epochs):
                    callback.on_epoch_begin(epoch)
                    for batch, values in enumerate(batches):
                        weight += 1
                        model.set_weights([np.full((1, 1), weight, np.float32)])
                        callback.on_train_batch_end(batch, real_logs(values))
                    callback.on_epoch_end(epoch, real_logs(logs))
                callback.on_train_end()
        except KeyError:
            error = "KeyError"
    result = {"saved": saved, "error": error}
    return {"name": name, "path": path, "options": options, "fits": fits, "result": result}


def checkpoint_cases():
    def fit(key, *values, batches=1):
        """Epochs of so many batches, whose logs are the epoch's."""
        return [[[{key: value, "loss": 0.5}] * batches, {key: value, "loss": 0.5}] for value in values]

    bumpy = fit("val_loss", 0.5, 0.4, 0.45, 0.3, 0.31)
    accuracy = fit("val_accuracy", 0.1, 0.5, 0.4, 0.6, 0.6)
    best = {"save_best_only": True}
    by_accuracy = {"monitor": "val_accuracy", "mode": "max", **best}
    for case in (
        ("every epoch", "{epoch:02d}.keras", {}, [bumpy]),
        ("one file", "model.h5", {}, [bumpy]),
        ("weights", "{epoch}.weights.h5", {"save_weights_only": True}, [bumpy]),
        ("logs in the name", "{epoch:03d}-{val_loss:.2f}-{loss}.keras", {}, [bumpy]),
        ("braces and folders", "{{a}}/{epoch}/{val_loss:.1e}.keras", {}, [bumpy]),
        ("the best", "{epoch}.keras", best, [bumpy]),
        ("the best of an accuracy", "{epoch}.keras", by_accuracy, [accuracy]),
        ("the best of two fits", "{epoch}.keras", best, [bumpy, fit("val_loss", 0.35, 0.29)]),
        ("a threshold that is reached", "{epoch}.keras", {**best, "initial_value_threshold": 0.42}, [bumpy]),
        ("a threshold that is not reached", "{epoch}.keras", {**best, "initial_value_threshold": 0.2}, [bumpy]),
        ("a threshold without save_best_only", "{epoch}.keras", {"initial_value_threshold": 0.2}, [bumpy]),
        ("an equal value is no better", "{epoch}.keras", best, [fit("val_loss", 0.5, 0.5, 0.4999)]),
        ("float32 decides", "{epoch}.keras", best, [fit("val_loss", 0.5, 0.5 - 1e-9, 0.5 - 1e-7)]),
        ("NaN later", "{epoch}.keras", best, [fit("val_loss", 0.5, "nan", 0.4)]),
        ("NaN first", "{epoch}.keras", best, [fit("val_loss", "nan", 0.5, 0.4)]),
        ("infinity first", "{epoch}.keras", best, [fit("val_loss", "inf", 0.5, "inf")]),
        ("a log that is missing", "{epoch}.keras", best, [fit("val_mae", 0.5, 0.6)]),
        ("a log that is missing now and then", "{epoch}.keras", best, [fit("val_loss", 0.5) + fit("loss", 1.0)]),
        ("every batch", "{epoch}-{batch:02d}.keras", {"save_freq": 1}, [fit("acc", 0.5, 0.6, batches=3)]),
        ("every second batch, across epochs", "{epoch}-{batch}.keras", {"save_freq": 2}, [fit("acc", 1.0, 2.0, 3.0, batches=3)]),
        ("every fifth batch, across fits", "{epoch}-{batch}.keras", {"save_freq": 5}, [fit("acc", 1.0, 2.0, batches=3)] * 3),
        ("more batches than there are", "{epoch}.keras", {"save_freq": 9}, [fit("acc", 1.0, 2.0, batches=3)]),
        ("one batch per epoch", "{epoch}.keras", {"save_freq": 3}, [fit("acc", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)]),
        ("the best by batches", "{epoch}.keras", {"save_freq": 2, "monitor": "loss", **best}, [fit("loss", 0.5, 0.5, batches=2)]),
        ("an unknown log in the name", "{epoch}-{val_acc:.2f}.keras", {}, [bumpy]),
        ("a batch in the name of an epoch", "{batch}.keras", {}, [bumpy]),
        ("an unknown log in a name that is not needed", "{nothing}.keras", {**best, "initial_value_threshold": 0.0}, [bumpy]),
    ):
        yield checkpoint_case(*case)


def csv_case(name, options, fits):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        callback = keras.callbacks.CSVLogger(path, **options)
        callback.set_model(scripted_model())
        for epochs in fits:
            callback.on_train_begin()
            for epoch, logs in enumerate(epochs):
                callback.on_epoch_end(epoch, real_logs(logs))
            callback.on_train_end()
        with open(path, newline="", encoding="utf-8") as file:
            text = file.read()
    return {"name": name, "options": options, "fits": fits, "text": text}


def csv_cases():
    validated = [{"val_loss": 0.5, "loss": 1.0, "acc": 0.1}, {"val_loss": 1e-5, "loss": 1e16, "acc": 1 / 3}]
    plain = [{"loss": 1.0, "acc": 0.25}, {"loss": 123456789.0, "acc": 1e-7}]
    odd = [{"loss": "nan", "a": "inf", "b": "-inf", "c": -0.0}, {"loss": 1e22, "a": 5e-324, "b": 0.1, "c": 9999999999999998.0}]
    yield csv_case("with validation", {}, [validated])
    yield csv_case("without validation", {}, [plain])
    yield csv_case("validation that comes later", {}, [[plain[0], {**plain[1], "val_loss": 2.0, "val_acc": 3.0}]])
    yield csv_case("a log that comes later", {}, [[validated[0], {**validated[1], "learning_rate": 0.1}]])
    yield csv_case("a log that goes", {}, [[validated[0], {"loss": 3.0}]])
    yield csv_case("numbers of every kind", {}, [odd])
    yield csv_case("another separator", {"separator": ";"}, [validated])
    yield csv_case("a separator that numbers contain", {"separator": "."}, [plain])
    yield csv_case("names with separators and quotes", {}, [[{'a,"b"': 1.0, "val_ c": 2.0, "Z": 3.0, "é": 4.0}]])
    yield csv_case("a second fit begins anew", {}, [validated, plain])
    yield csv_case("a second fit appends", {"append": True}, [validated, plain])


def format_cases():
    draw = random.Random(1)
    floats = [0.0, -0.0, 0.5, 1.5, 2.5, 9.5, 0.125, 0.375, 1e-5, 1.2345e-4, 123456.789, 1e16, 9.999e15, 1e22, 1e300, 5e-324]
    floats += [0.1, 1 / 3, 2 / 3, 99.95, 0.05, -1.25, 95.0, 12345678.5, 100.0, 0.0001]
    floats += [draw.lognormvariate(0, 5) for _ in range(12)]
    numbers = [("float", value) for value in [*floats, "nan", "inf", "-inf"]] + [("int", value) for value in (0, 7, 10, 123, 1234567)]
    specs = ["", ".2f", ".0f", ".4f", "f", "e", ".2e", ".0e", "g", ".3g", ".1g", "%", ".1%", ".3", ".1", ".10", "08.3f", "+.2f"]
    specs += [" .2f", "<10.2f", "^10.2f", "*^12.3e", "=+10.2f", ",.2f", "_.1f", "#.0f", "#.3g", "E", "G", "02d", "03d", "5d", "<5d"]
    specs += ["+d", ",d", "#x", "X", "b", "o", "n", ".2d", "s", ".2q", "010", ".0g", ".30e", "0=8.2f", "_d", ",.3g"]
    for spec in specs:
        texts = []
        for _, value in numbers:
            try:
                texts.append(("{:" + spec + "}").format(real(value)))
            except ValueError:
                texts.append(None)
        yield {"name": spec, "numbers": numbers, "texts": texts}


# summary()


def table(model, columns=140, **options):
    """The table as Keras prints it on a terminal of so many columns; 140 leaves it its full width."""
    os.environ["COLUMNS"] = str(columns)
    lines = []
    model.summary(print_fn=lambda line, line_break=False: lines.append(line), **options)
    return "\n".join(lines)


def linear():
    steps = [layers.Dense(32, activation="relu"), layers.Dropout(0.5), layers.BatchNormalization(), layers.Dense(10)]
    return keras.Sequential([keras.Input((64,)), *steps], name="linear")


def unbuilt():
    return keras.Sequential([layers.Dense(8), layers.Dense(2)], name="unbuilt")


def nested():
    x = keras.Input((4,), name="x")
    encoder = keras.Model(x, layers.Dense(3, name="code")(layers.BatchNormalization(name="norm")(x)), name="encoder")
    head = keras.Sequential([keras.Input((3,)), layers.Dense(6, name="wide"), layers.Dense(3, name="thin")], name="head")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    return keras.Model([a, b], layers.Add(name="sum")([head(encoder(a)), encoder(b)]), name="nested")


def frozen():
    x = keras.Input((4,), name="x")
    h = layers.Dense(5, name="hidden", trainable=False)(x)
    h = layers.BatchNormalization(name="norm", trainable=False)(h)
    return keras.Model(x, layers.Dense(2, name="end")(h), name="frozen")


def images():
    image = keras.Input((28, 28, 3), name="image")
    a = layers.Conv2D(128, 1, strides=2, activation="relu", name="branch_a")(image)
    b = layers.Conv2D(128, 3, strides=2, padding="same", activation="relu", name="branch_b")(image)
    c = layers.Conv2D(128, 1, name="a_rather_long_name_of_a_layer")(layers.AveragePooling2D(2, name="pool")(image))
    joined = layers.Concatenate(name="joined")([a, b, c])
    pooled = layers.GlobalAveragePooling2D(name="pooled")(joined)
    return keras.Model(image, layers.Dense(1000, name="end")(pooled), name="images")




def summary_cases():
    for name, make, compiling, options in (
        ("linear", linear, None, {}),
        ("multi-branch", images, None, {}),
        ("net", net, None, {}),
        ("two inputs", qa, None, {}),
        ("three outputs", profile, None, {}),
        ("nested", nested, None, {}),
        ("nested, expanded", nested, None, {"expand_nested": True}),
        ("trainable shown", frozen, None, {"show_trainable": True}),
        ("nested, expanded, trainable shown", nested, None, {"expand_nested": True, "show_trainable": True}),
        ("line length 100", images, None, {"line_length": 100}),
        ("unbuilt", unbuilt, None, {}),
        ("after training", net, {"optimizer": "adam", "loss": "mse"}, {}),
    ):
        keras.utils.clear_session()
        model = make()
        if compiling:
            model.compile(**compiling)
            model.fit(np.zeros((2, 6), np.float32), np.zeros((2, 3), np.float32), verbose=0)
        yield {
            "name": name,
            "config": keras.saving.serialize_keras_object(model),
            "options": options,
            "compile": compiling,
            "text": table(model, **options),
            "narrow": table(model, 80, **options),
        }


def families():
    yield {"family": "callbacks", "kind": "callbacks", "keras": keras.__version__, "cases": callback_cases()}
    yield {"family": "checkpoints", "kind": "checkpoints", "keras": keras.__version__, "cases": list(checkpoint_cases())}
    yield {"family": "csv", "kind": "csv", "keras": keras.__version__, "cases": list(csv_cases())}
    yield {"family": "formats", "kind": "formats", "keras": keras.__version__, "cases": list(format_cases())}
    yield {"family": "summaries", "kind": "summaries", "keras": keras.__version__, "cases": list(summary_cases())}
