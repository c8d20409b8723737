"""Checks what the mission's example of callbacks left: real Keras loads the model, real TensorBoard reads the logs.

Usage: mission.py FOLDER
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(Path(__file__).parents[2] / "tensorboard"))

import check_logs as logs  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from tensorboard.util import tensor_util  # noqa: E402

PREDICTIONS = 1e-6  # of the largest prediction, or of 1 where that is less


def array(item):
    return np.reshape(np.asarray(item["data"], "float32"), item["shape"])


def check_model(path, expected):
    """The file predicts as here, and it is the best one of the epochs."""
    model = keras.models.load_model(path)
    inputs, targets = array(expected["inputs"]), array(expected["targets"])
    wanted = array(expected["predictions"])
    apart = np.abs(model.predict(inputs, verbose=0) - wanted).max() / max(1, np.abs(wanted).max())
    logs.check(f"{path}: predictions differ by {apart}", bool(apart <= PREDICTIONS), True)
    accuracy = model.evaluate(inputs, targets, verbose=0, return_dict=True)["accuracy"]
    logs.check(f"{path}: accuracy", np.float32(accuracy), np.float32(max(expected["history"]["val_accuracy"])))
    return apart


def check_logs(folder, expected):
    """Tags, steps and values of both runs."""
    history = expected["history"]
    epochs = len(history["loss"])
    logs.check("runs", sorted(run for run, _ in logs.runs_in(folder)), ["train", "validation"])
    _, train = logs.read_run(f"{folder}/train")
    _, validation = logs.read_run(f"{folder}/validation")
    by_step = {name: dict(enumerate(values)) for name, values in history.items()}
    scalars = {f"epoch_{name}": by_step[name] for name in ("loss", "accuracy", "learning_rate")}
    kinds = ("histogram", "gradient/histogram")
    histograms = [f"{name}/{kind}" for name in expected["weights"] for kind in kinds]
    logs.check("tags of train", sorted(train), sorted([*scalars, *histograms, "keras"]))
    logs.check_scalars("train", train, scalars)
    scalars = {f"epoch_{name}": by_step[f"val_{name}"] for name in ("loss", "accuracy")}
    # Five updates in each epoch.
    for name in ("loss", "accuracy"):
        values = by_step[f"val_{name}"].items()
        scalars[f"evaluation_{name}_vs_iterations"] = {5 * (epoch + 1): value for epoch, value in values}
    logs.check("tags of validation", sorted(validation), sorted(scalars))
    logs.check_scalars("validation", validation, scalars)
    for name, size in expected["weights"].items():
        for tag in (f"{name}/{kind}" for kind in kinds):
            logs.steps_of(tag, train[tag], range(epochs))
            for step, tensor in train[tag].items():
                counted = tensor_util.make_ndarray(tensor)[:, 2].sum()
                logs.check(f"{tag} at {step}: numbers counted", counted, size)


def main(folder):
    with open(f"{folder}/expected.json", encoding="utf-8") as file:
        expected = json.load(file)
    logs.check("what is left", sorted(os.listdir(folder)), ["checkpoints", "expected.json", "logs"])
    logs.check("checkpoints", os.listdir(f"{folder}/checkpoints"), ["model.h5"])
    apart = check_model(f"{folder}/checkpoints/model.h5", expected)
    check_logs(f"{folder}/logs", expected)
    print(
        f"the mission's callbacks: Keras {keras.__version__} loads the .h5 (predictions differ by {apart:.1e}), TensorBoard"
        f" reads the logs; {logs.checks} comparisons"
    )


main(sys.argv[1])
