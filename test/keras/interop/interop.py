"""Loads the files that gradtape wrote, compares, trains on, and writes them again for gradtape to read.

Usage: interop.py FOLDER
"""

import json
import os
import sys
import warnings

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=0")

import absl.logging  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

absl.logging.set_verbosity(absl.logging.ERROR)
# A weight or a state of an optimizer that Keras skips is a failure.
warnings.filterwarnings("error", message="Skipping variable loading")

PREDICTIONS = 1e-6  # of the largest prediction, or of 1 where that is less
LOSSES = 1e-5  # of the loss, or of 0.01 where that is less
STEPS = 20


def array(item):
    return np.reshape(np.asarray(item["data"], "int32" if item.get("int") else "float32"), item["shape"])


def only(items):
    return items[0] if len(items) == 1 else items


def predictions_of(model, inputs, keys):
    outputs = model.predict_on_batch(only(inputs))
    if keys:
        return [outputs[key] for key in keys]
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def losses_of(model, inputs, targets, keys):
    wanted = dict(zip(keys, targets)) if keys else only(targets)
    return [float(np.ravel(model.train_on_batch(only(inputs), wanted))[0]) for _ in range(STEPS)]


def load(folder, name, form):
    if form != "weights.h5":
        return keras.models.load_model(f"{folder}/{name}.{form}")
    with warnings.catch_warnings():
        # This file was written before the first step, when the optimizer had no slots.
        warnings.simplefilter("ignore")
        model = keras.models.load_model(f"{folder}/{name}.init.keras")
    model.load_weights(f"{folder}/{name}.weights.h5")
    return model


def check(folder, case, form, worst):
    """What is wrong, and what gradtape must find in the file that Keras writes."""
    name, keys = case["name"], case.get("keys")
    model = load(folder, name, form)
    inputs, targets = [array(x) for x in case["inputs"]], [array(y) for y in case["targets"]]
    expected = case["expected"][form]
    problems = []
    apart = max(
        np.abs(found - array(wanted)).max(initial=0) / max(1, np.abs(wanted["data"]).max(initial=0))
        for found, wanted in zip(predictions_of(model, inputs, keys), expected["predictions"], strict=True)
    )
    worst["predictions"] = max(worst["predictions"], apart)
    if not apart <= PREDICTIONS:
        problems.append(f"{name}.{form}: predictions differ by {apart}")
    # From an .h5 file Keras 3 itself does not get the optimizer's state back: its loader builds the optimizer for no
    # variables.
    trains = case["trains"]
    if trains and form == "h5":
        settings = model._compile_config.config
        optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        model.compile(optimizer=optimizer, loss=settings["loss"], loss_weights=settings["loss_weights"])
    if trains:
        losses = losses_of(model, inputs, targets, keys)
        if form != "h5":
            apart = max(abs(a - b) / max(0.01, abs(b)) for a, b in zip(losses, expected["losses"], strict=True))
            worst["losses"] = max(worst["losses"], apart)
            worst["trained"] += 1
            if not apart <= LOSSES:
                problems.append(f"{name}.{form}: losses differ by {apart}")
    target = f"{folder}/{name}.real.{form}"
    model.save_weights(target) if form == "weights.h5" else model.save(target)
    arrays = [{"shape": list(p.shape), "data": np.ravel(p).tolist()} for p in predictions_of(model, inputs, keys)]
    return problems, {"predictions": arrays, "losses": losses_of(model, inputs, targets, keys) if trains else []}


def main():
    folder = sys.argv[1]
    with open(f"{folder}/ours.json") as file:
        cases = json.load(file)
    wanted = sys.argv[2:]
    cases = [case for case in cases if not wanted or case["name"] in wanted]
    worst = {"predictions": 0, "losses": 0, "trained": 0}
    failures, files = [], 0
    for case in cases:
        for form in list(case["formats"]):
            keras.backend.clear_session()
            try:
                problems, case["expected"][form] = check(folder, case, form, worst)
                failures += problems
                files += 1
            except Exception as error:  # any failure is told with the others
                failures.append(f"{case['name']}.{form}: {type(error).__name__}: {str(error)[:500]}")
                case["formats"].remove(form)
    with open(f"{folder}/real.json", "w") as file:
        json.dump(cases, file)
    for failure in failures:
        print(failure)
    print(
        f"gradtape -> Keras {keras.__version__}: {len(cases)} models, {files} files, {worst['trained']} trained on for {STEPS}"
        f" steps; worst difference of predictions {worst['predictions']:.1e}, of losses {worst['losses']:.1e};"
        f" {len(failures)} failures"
    )
    sys.exit(1 if failures or not files else 0)


main()
