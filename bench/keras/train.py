"""Trains one model of the benchmark in real Keras and prints what that took as a line of JSON: `train.py FOLDER THREADS`.

FOLDER holds task.json and the arrays it names; bench/keras/task.ts tells what they are. The backend and its threads are
chosen by the environment: bench/keras/runs.ts. Models, losses and optimizers are written as a user of Keras writes them;
everything that is not named has Keras's default.
"""

import json
import platform
import re
import sys
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers


def sequential():
    net = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    net.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return net


def question_answering():
    text = keras.Input((None,), dtype="int32", name="text")
    encoded_text = layers.LSTM(32)(layers.Embedding(10000, 64)(text))
    question = keras.Input((None,), dtype="int32", name="question")
    encoded_question = layers.LSTM(16)(layers.Embedding(10000, 32)(question))
    joined = layers.concatenate([encoded_text, encoded_question], axis=-1)
    answer = layers.Dense(500, activation="softmax")(joined)
    net = keras.Model([text, question], answer)
    net.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
    return net


def profile():
    posts = keras.Input((None,), dtype="int32", name="posts")
    h = layers.Embedding(50000, 256)(posts)
    h = layers.Conv1D(128, 5, activation="relu")(h)
    h = layers.MaxPooling1D(5)(h)
    h = layers.Conv1D(256, 5, activation="relu")(h)
    h = layers.Conv1D(256, 5, activation="relu")(h)
    h = layers.MaxPooling1D(5)(h)
    h = layers.Conv1D(256, 5, activation="relu")(h)
    h = layers.Conv1D(256, 5, activation="relu")(h)
    h = layers.GlobalMaxPooling1D()(h)
    h = layers.Dense(128, activation="relu")(h)
    age = layers.Dense(1, name="age")(h)
    income = layers.Dense(10, activation="softmax", name="income")(h)
    gender = layers.Dense(1, activation="sigmoid", name="gender")(h)
    net = keras.Model(posts, [age, income, gender])
    net.compile(
        optimizer="rmsprop",
        loss={"age": "mse", "income": "categorical_crossentropy", "gender": "binary_crossentropy"},
        loss_weights={"age": 0.25, "income": 1, "gender": 10},
        metrics={"gender": ["acc"]},
    )
    return net


def mlp():
    return digit_logits((784,), layers.Dense(512, activation="relu"), layers.Dense(512, activation="relu"))


def cnn():
    return digit_logits(
        (28, 28, 1),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
    )


def digit_logits(shape, *hidden):
    net = keras.Sequential([layers.Input(shape), *hidden, layers.Dense(10)])
    net.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    return net


def lstm():
    net = keras.Sequential([layers.Input((50, 32)), layers.LSTM(64), layers.Dense(1)])
    net.compile(optimizer="adam", loss="mse")
    return net


def digits():
    image = keras.Input((28, 28, 1), name="image")
    x = normalized(layers.Conv2D(16, 5, strides=2, padding="same", use_bias=False)(image))
    x = normalized(layers.SeparableConv2D(32, 3, use_bias=False)(x))
    x = layers.MaxPooling2D(2)(x)
    x = normalized(layers.SeparableConv2D(64, 3, use_bias=False)(x))
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    net = keras.Model(image, digit, name="digits")
    net.compile(
        optimizer=keras.optimizers.Adam(learning_rate=4e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return net


def normalized(x):
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))


MODELS = {
    "sequential": sequential,
    "questionAnswering": question_answering,
    "profile": profile,
    "mlp": mlp,
    "cnn": cnn,
    "lstm": lstm,
    "digits": digits,
}


class Marks(keras.callbacks.Callback):
    """When each epoch ended, in seconds, and its loss."""

    def __init__(self):
        super().__init__()
        self.ends = []
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())
        self.losses.append(float(logs["loss"]))


def train(folder, threads):
    use_threads(threads)
    task = json.loads((folder / "task.json").read_text())
    x, y = (read_all(folder, task[name]) for name in ("x", "y"))
    net = MODELS[task["model"]]()
    net.set_weights(read_list(folder, task["weights"]))
    marks = Marks()
    options = {
        "batch_size": task["batchSize"],
        "validation_split": task["validationSplit"],
        "verbose": 0,
        "callbacks": [marks],
    }
    if task["validationSplit"] > 0:
        options["callbacks"].append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.3, patience=1, mode="min"))

    # In the order of the data, so that both sides see the same batches.
    net.fit(x, y, epochs=1, shuffle=False, **options)
    first_epoch_end = time.time()
    processor, start = time.process_time(), time.perf_counter()
    net.fit(x, y, initial_epoch=1, epochs=task["epochs"], **options)
    processor, wall = time.process_time() - processor, time.perf_counter() - start
    starts = [start, *marks.ends[1:]]
    result = {
        "versions": versions(),
        "parameters": net.count_params(),
        "firstEpochEnd": first_epoch_end,
        "epochs": [1000 * (end - begin) for begin, end in zip(starts, marks.ends[1:])],
        "losses": marks.losses,
        "processor": processor / wall,
    }
    if task["test"] is not None:
        test = (read_all(folder, task["test"][name]) for name in ("x", "y"))
        result["accuracy"] = float(net.evaluate(*test, batch_size=200, verbose=0, return_dict=True)["accuracy"])
    result["peak"] = peak_memory()
    return result


def peak_memory():
    """The most memory that the process had, in bytes. `ru_maxrss` would count what the process was forked from."""
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024


def use_threads(threads):
    """JAX has them from the environment alone."""
    if keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(threads)


def versions():
    backend = sys.modules[keras.backend.backend()]
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        keras.backend.backend(): backend.__version__,
    }


def read_list(folder, files):
    return [np.fromfile(folder / one["file"], one["dtype"]).reshape(one["shape"]) for one in files]


def read_all(folder, files):
    arrays = read_list(folder, files)
    return arrays[0] if len(arrays) == 1 else arrays


if __name__ == "__main__":
    print(json.dumps(train(Path(sys.argv[1]), int(sys.argv[2]))))
