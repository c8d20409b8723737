"""Makes the files that the reader of Keras 2's formats is tested with, by running Keras 2 itself.

Each case is one file as Keras 2 saves it, and one JSON beside it: inputs, the predictions of the saved model, and for a
compiled model the losses of the next training steps after saving, which depend on the state of the optimizer.

Usage: generate.py --write | --check
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from families.encoding import differences, dump, number, random_of, tensor, uniform  # noqa: E402
from cases import CASES  # noqa: E402

FOLDER = Path(__file__).parent.parent / "fixtures" / "keras2" / "files"
STEPS_BEFORE = 3
STEPS_AFTER = 3


def inputs_of(case, model):
    """Whole numbers below 10 for integer inputs, real numbers for others; four samples."""
    made = {}
    for one in model.inputs:
        shape = [4] + [5 if size is None else size for size in one.shape[1:]]
        random = random_of(f"{case['name']}/{one.name}")
        if one.dtype == tf.int32 or case.get("integers"):
            made[one.name] = random.randint(0, 10, shape).astype(np.int32)
        else:
            made[one.name] = uniform(random, shape)
    return list(made.values())


def randomize(name, model):
    """No weight is zero or one, so that no two of them can be confused."""
    random = random_of(f"{name}/weights")
    for variable in model.weights:
        low, high = (0.2, 1.2) if "moving_variance" in variable.name else (-0.6, 0.6)
        variable.assign(uniform(random, variable.shape, low, high))


def targets_of(case, model, x):
    """Positive numbers that add up to 1, as the gradient of a crossentropy on logits takes for granted."""
    random = random_of(f"{case['name']}/targets")
    outputs = model(x if len(x) > 1 else x[0], training=False)
    made = [uniform(random, one.shape, 0.1, 1) for one in (outputs if isinstance(outputs, list) else [outputs])]
    made = [one / one.sum(-1, keepdims=True) if one.shape[-1] > 1 else one for one in made]
    return made if len(made) > 1 else made[0]


def train(model, x, targets, steps):
    losses = []
    for _ in range(steps):
        logs = model.train_on_batch(x if len(x) > 1 else x[0], targets, return_dict=True)
        losses.append(number(logs["loss"]))
    return losses


def make(case, folder):
    tf.keras.backend.clear_session()
    tf.random.set_seed(0)
    model = case["model"]()
    randomize(case["name"], model)
    x = inputs_of(case, model)
    record = {"name": case["name"], "file": f"{case['name']}.{case.get('kind', 'h5')}", "how": case.get("how", "model")}
    targets = None
    if "compile" in case:
        options = case["compile"]()
        model.compile(**options)
        targets = targets_of(case, model, x)
        train(model, x, targets, STEPS_BEFORE)
    path = folder / record["file"]
    if record["how"] == "weights":
        model.save_weights(path)
    elif record["how"] == "json":
        path.write_text(model.to_json(), encoding="utf-8")
    else:
        model.save(path)
    outputs = model(x if len(x) > 1 else x[0], training=False)
    record["x"] = [tensor(one) for one in x]
    record["predictions"] = [tensor(one.numpy()) for one in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
    if record["how"] in ("weights", "json"):
        record["config"] = json.loads(model.to_json())
    if record["how"] == "json":
        record["weights"] = [tensor(one) for one in model.get_weights()]
    if targets is not None:
        record["y"] = [tensor(one) for one in (targets if isinstance(targets, list) else [targets])]
        record["losses"] = train(model, x, targets, STEPS_AFTER)
    return record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    parser.add_argument("names", nargs="*", help="only these cases")
    options = parser.parse_args()
    problems, count = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = FOLDER if options.write else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for case in CASES:
            if options.names and case["name"] not in options.names:
                continue
            record = make(case, folder)
            count += 1
            file = FOLDER / f"{case['name']}.json"
            text = dump(record) + "\n"
            if options.write:
                file.write_text(text, encoding="utf-8")
            else:
                expected = json.loads(file.read_text(encoding="utf-8"))
                problems += differences(case["name"], expected, json.loads(text))
            print(case["name"], (folder / record["file"]).stat().st_size, flush=True)
    for problem in problems:
        print(problem)
    print(f"{count} files {'written' if options.write else 'checked'}, {len(problems)} differences")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
