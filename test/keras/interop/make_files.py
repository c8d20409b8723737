"""Writes the files of real Keras that the tests read without Python: `test/keras/interop/run.sh files [NAME...]`. Each has a
JSON beside it with what the model computes and its losses when it is trained on.
"""

import json
import os
import sys
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

STEPS_BEFORE, STEPS_AFTER = 3, 5


def stack():
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dropout(0.0), layers.Dense(2)], name="stack"
    )


def late_stack():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)], name="late_stack")
    model.build((None, 4))
    return model


def ends():
    text, numbers = keras.Input((6,), dtype="int32", name="text"), keras.Input((3,), name="numbers")
    joined = layers.Concatenate()([layers.LSTM(3)(layers.Embedding(9, 4, mask_zero=True)(text)), numbers])
    age = layers.Dense(1, name="age")(joined)
    kind = layers.Dense(3, activation="softmax", name="kind")(joined)
    return keras.Model([text, numbers], [age, kind], name="ends")


def steps():
    x = keras.Input((5, 3), name="steps")
    both = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    each = layers.TimeDistributed(layers.Dense(3, activation="tanh"))(both)
    old = layers.GRU(2, reset_after=False, return_sequences=True)(each)
    return keras.Model(x, layers.Dense(2)(layers.concatenate([layers.GRU(2)(each), layers.SimpleRNN(2)(old)])))


def images():
    x = keras.Input((6, 6, 2))
    a = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    b = layers.BatchNormalization(momentum=0.8)(layers.SeparableConv2D(3, 3, padding="same")(layers.PReLU()(a)))
    c = layers.DepthwiseConv2D(2, strides=2)(layers.Add()([a, b]))
    return keras.Model(x, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.Conv2DTranspose(2, 2)(c))))


def nested():
    x = keras.Input((4,))
    # In .h5 files all that is trained stands before the moving statistics.
    inner = keras.Model(x, layers.Dense(3)(layers.BatchNormalization()(x)), name="inner")
    tower = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.LayerNormalization()], name="tower")
    y = keras.Input((4,))
    return keras.Model(y, layers.Dense(2)(layers.Add()([tower(inner(y)), layers.Dense(3)(y)])), name="outer")


def shared():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    twice = layers.Dense(3, activation="tanh", name="twice")
    return keras.Model([a, b], layers.Dense(2)(layers.Subtract()([twice(a), twice(b)])), name="shared")


def cases():
    optimizers, schedules = keras.optimizers, keras.optimizers.schedules
    several = {"age": "mse", "kind": "categorical_crossentropy"}
    yield "stack.keras", stack, {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}
    yield "late_stack.keras", late_stack, {"optimizer": optimizers.Nadam(0.01), "loss": keras.losses.MeanAbsoluteError()}
    yield "ends.keras", ends, {
        "optimizer": optimizers.RMSprop(0.01, momentum=0.5),
        "loss": several,
        "loss_weights": {"age": 0.5, "kind": 2.0},
        "metrics": {"kind": ["acc"]},
    }
    yield "steps.keras", steps, {"optimizer": optimizers.Adam(0.01, amsgrad=True), "loss": "mse"}
    yield "images.keras", images, {"optimizer": optimizers.SGD(0.05, momentum=0.9, nesterov=True), "loss": "mse"}
    yield "nested.keras", nested, {"optimizer": optimizers.Adagrad(0.1), "loss": "mse"}
    yield "shared.keras", shared, {"optimizer": optimizers.AdamW(schedules.CosineDecay(0.1, 30)), "loss": "mse"}
    yield "averaged.keras", stack, {"optimizer": optimizers.Adamax(0.01, use_ema=True), "loss": "mse"}
    yield "accumulated.keras", stack, {"optimizer": optimizers.Lion(gradient_accumulation_steps=2), "loss": "mse"}
    yield "stack.h5", stack, {"optimizer": "adam", "loss": "mean_squared_error"}
    yield "ends.h5", ends, {"optimizer": optimizers.Ftrl(0.1), "loss": several}
    yield "steps.h5", steps, {"optimizer": optimizers.Adadelta(0.5), "loss": "mse"}
    yield "nested.h5", nested, {"optimizer": "rmsprop", "loss": "mse"}
    yield "nested.weights.h5", nested, {"optimizer": "rmsprop", "loss": "mse"}
    yield "unzipped", images, {"optimizer": "adam", "loss": "mse"}
    yield "sharded", nested, {"optimizer": optimizers.Adamax(0.01), "loss": "mse"}


def save(model, path):
    if path.name == "unzipped":
        keras.saving.save_model(model, path, zipped=False)
    elif path.name == "sharded":
        path.mkdir(exist_ok=True)
        # In GB: what one object has lies in two files.
        model.save_weights(path / "nested.weights.json", max_shard_size=200 / 2**30)
    elif path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)


def data_for(model, seed):
    random = np.random.default_rng(seed)
    inputs = [
        random.integers(0, 9, (4, *x.shape[1:])).astype("int32")
        if x.dtype == "int32"
        else random.uniform(-1, 1, (4, *x.shape[1:])).astype("float32")
        for x in model.inputs
    ]
    outputs = [(4, *y.shape[1:]) for y in model.outputs]
    targets = [np.eye(shape[-1], dtype="float32")[random.integers(0, shape[-1], shape[:-1])] for shape in outputs]
    return inputs, targets


def only(items):
    return items[0] if len(items) == 1 else items


def array(value):
    return {"shape": list(value.shape), "data": [float(x) for x in np.ravel(value)]}


def main():
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, make, settings) in enumerate(cases()):
        keras.backend.clear_session()
        keras.utils.set_random_seed(number)
        if names and name not in names:
            continue
        model = make()
        model.compile(**settings)
        inputs, targets = data_for(model, number)
        step = lambda: float(np.ravel(model.train_on_batch(only(inputs), only(targets)))[0])  # noqa: E731
        for _ in range(STEPS_BEFORE):
            step()
        save(model, folder / name)
        predictions = model.predict_on_batch(only(inputs))
        expected = {
            "keras": keras.__version__,
            "config": json.loads(model.to_json()) if name in ("nested.weights.h5", "sharded") else None,
            "inputs": [array(x) for x in inputs],
            "targets": [array(y) for y in targets],
            "predictions": [array(p) for p in (predictions if isinstance(predictions, list) else [predictions])],
            "losses": [step() for _ in range(STEPS_AFTER)],
        }
        (folder / f"{name}.json").write_text(json.dumps(expected) + "\n")
    if names:
        return
    # As people pack it again.
    with zipfile.ZipFile(folder / "stack.keras") as old:
        with zipfile.ZipFile(folder / "packed.keras", "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.namelist():
                new.writestr(zipfile.ZipInfo(member), old.read(member), zipfile.ZIP_DEFLATED)
    (folder / "packed.keras.json").write_text((folder / "stack.keras.json").read_text())


main()
