"""Checks that Keras reads the models that write-configs.js wrote: the same layers, weights, shapes and outputs.

Usage: check_configs.py FILE
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
# Each model is compiled once and runs once.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=0")

import keras  # noqa: E402
import numpy as np  # noqa: E402

SMALL = 0.01  # as in fixture.ts
TOLERANCE = 1e-5  # of the largest absolute value, as in families/encoding.py


def shapes(items):
    return [list(item.shape) for item in items]


def check(expected):
    model = keras.models.model_from_json(expected["json"])
    assert model.name == expected["name"]
    names = [layer.name for layer in model.layers]
    # The input layer that stands for a tensor from the middle of another graph exists in the file only.
    added = [name for name in names if name not in expected["layers"]]
    assert len(added) <= 1, added
    assert [name for name in names if name not in added] == expected["layers"], names
    if not expected["built"]:
        model.build((None, 6))
        return
    assert shapes(model.weights) == expected["weights"], shapes(model.weights)
    assert shapes(model.trainable_weights) == expected["trainable"]
    if expected["record"]:
        found = {key: list(value.shape) for key, value in model.output.items()}
        assert found == expected["outputs"], found
    else:
        assert shapes(model.outputs) == list(expected["outputs"].values()), shapes(model.outputs)
    model.set_weights([np.reshape(data, v.shape) for data, v in zip(expected["weightValues"], model.weights)])
    inputs = [np.reshape(np.float32(x["data"]), x["shape"]) for x in expected["inputValues"]]
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    if expected["record"]:
        outputs = [outputs[key] for key in expected["outputs"]]
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for actual, wanted in zip(outputs, expected["outputValues"], strict=True):
        difference = np.abs(np.asarray(actual).reshape(-1) - wanted).max() / max(np.abs(wanted).max(), SMALL)
        assert difference <= TOLERANCE, difference
    again = keras.models.model_from_json(model.to_json())
    assert [layer.name for layer in again.layers] == names


def main():
    with open(sys.argv[1]) as file:
        models = json.load(file)
    for expected in models:
        check(expected)
        print(f"Keras {keras.__version__} reads {expected['name']}")
    assert models


main()
