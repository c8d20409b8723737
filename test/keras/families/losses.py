"""Every loss of Keras but CTC: values and gradients with weights, masks, each reduction and the loss's own options."""

import jax
import keras
import numpy as np
from keras import losses
from keras.src import backend

from .encoding import optional, random_of, tensor, uniform

REDUCTIONS = ["sum", "mean", "mean_with_sample_weight", "none"]


def loss_case(name, loss, y_true, y_pred, weight=None, mask=None, options=None):
    """`options`: what the loss was made with, since Keras's config leaves some out."""
    def value(prediction):
        if mask is not None:
            backend.set_keras_mask(prediction, mask)
        result = loss(y_true, prediction, sample_weight=weight)
        return result.sum(), result

    (_, result), gradient = jax.jit(jax.value_and_grad(value, has_aux=True))(keras.ops.convert_to_tensor(y_pred))
    case = {
        "name": name,
        "className": type(loss).__name__,
        "config": loss.get_config(),
        "yTrue": tensor(y_true),
        "yPred": tensor(y_pred),
        "value": tensor(result),
        "gradient": tensor(gradient),
    }
    parts = {"sampleWeight": optional(weight), "mask": optional(mask), "options": options}
    return {**case, **{key: part for key, part in parts.items() if part is not None}}


def softmax(logits):
    return np.asarray(keras.ops.softmax(logits), dtype=np.float32)


def sigmoid(logits):
    return np.asarray(keras.ops.sigmoid(logits), dtype=np.float32)


def one_hot(labels, classes):
    return np.eye(classes, dtype=np.float32)[labels]


class Data:
    """Five samples of four values, and two sequences of four steps, in the form that a kind of loss expects."""

    def __init__(self, name, kind):
        random = random_of(f"loss/{name}")
        self.logits, self.logits3 = uniform(random, (5, 4), -3, 3), uniform(random, (2, 4, 3), -3, 3)
        labels, labels3 = random.randint(0, 4, 5).astype(np.int32), random.randint(0, 3, (2, 4)).astype(np.int32)
        self.weight = np.array([1, 0.5, 2, 0, 0.25], dtype=np.float32)
        self.mask = np.array([1, 1, 0, 1, 0], dtype=bool)
        self.mask3 = np.array([[1, 1, 0, 0], [1, 1, 1, 0]], dtype=bool)
        self.weight3 = uniform(random, (2, 4), 0, 2)
        if kind == "real":
            self.pairs = uniform(random, (5, 4), -2, 2), uniform(random, (5, 4), -2, 2)
            self.pairs3 = uniform(random, (2, 4, 3)), uniform(random, (2, 4, 3))
        elif kind == "positive":
            self.pairs = uniform(random, (5, 4), 0.1, 3), uniform(random, (5, 4), 0.1, 3)
            self.pairs3 = uniform(random, (2, 4, 3), 0.1, 3), uniform(random, (2, 4, 3), 0.1, 3)
        elif kind == "distribution":
            self.pairs = softmax(uniform(random, (5, 4))), softmax(self.logits)
            self.pairs3 = softmax(uniform(random, (2, 4, 3))), softmax(self.logits3)
        elif kind == "classes":
            sure = softmax(self.logits).copy()
            sure[0] = [1, 0, 0, 0]  # clipped at epsilon
            self.pairs, self.pairs3 = (one_hot(labels, 4), sure), (one_hot(labels3, 3), softmax(self.logits3))
        elif kind == "labels":
            sure = softmax(self.logits).copy()
            sure[0] = [1, 0, 0, 0]
            self.pairs, self.pairs3 = (labels, sure), (labels3, softmax(self.logits3))
        elif kind == "binary":
            truth, truth3 = (uniform(random, s, 0, 1).round().astype(np.float32) for s in ((5, 4), (2, 4, 3)))
            wrong = sigmoid(self.logits).copy()
            wrong[0, 0] = 1 - truth[0, 0]  # as wrong as can be
            self.pairs, self.pairs3 = (truth, wrong), (truth3, sigmoid(self.logits3))
        elif kind == "signs":
            truth, truth3 = (np.sign(uniform(random, s)).astype(np.float32) for s in ((5, 4), (2, 4, 3)))
            self.pairs = truth, uniform(random, (5, 4), -2, 2)
            self.pairs3 = truth3, uniform(random, (2, 4, 3), -2, 2)


def loss_family(make, kind, variants=(), pointwise=True):
    """`pointwise`: one loss per sample and step, which masks and weights then count."""
    name = keras.src.utils.naming.to_snake_case(make.__name__)
    data = Data(name, kind)
    cases = [loss_case("default", make(), *data.pairs)]
    cases += [loss_case(f"reduction {one}", make(reduction=one), *data.pairs) for one in REDUCTIONS]
    if pointwise:
        cases.append(loss_case("steps", make(), *data.pairs3))
        cases.append(loss_case("sample weights", make(), *data.pairs, data.weight))
        cases.append(loss_case("weights of steps", make(), *data.pairs3, data.weight3))
        cases.append(loss_case("mask", make(), *data.pairs, None, data.mask))
        cases.append(loss_case("mask of steps", make(), *data.pairs3, None, data.mask3))
        cases.append(loss_case("weights and mask of steps", make(), *data.pairs3, data.weight3, data.mask3))
        for one in REDUCTIONS:
            label = f"reduction {one}, weights and mask"
            cases.append(loss_case(label, make(reduction=one), *data.pairs, data.weight, data.mask))
    for variant in variants:
        variant = dict(variant)
        pairs = data.pairs3 if variant.pop("steps", False) else data.pairs
        if variant.get("from_logits"):
            pairs = (pairs[0], data.logits3 if pairs is data.pairs3 else data.logits)
        label = ", ".join(f"{key} {value}" for key, value in variant.items())
        label += " of steps" if pairs[1].ndim == 3 else ""
        weighted = pointwise and pairs[1].ndim == 2 and "axis" not in variant
        cases.append(loss_case(label, make(**variant), *pairs, data.weight if weighted else None, options=variant))
    return {"family": name, "kind": "loss", "keras": keras.__version__, "cases": cases}


def families():
    logits, smooth = {"from_logits": True}, {"label_smoothing": 0.1}
    both = {**logits, **smooth}
    yield loss_family(losses.MeanSquaredError, "real")
    yield loss_family(losses.MeanAbsoluteError, "real")
    yield loss_family(losses.MeanAbsolutePercentageError, "real")
    yield loss_family(losses.MeanSquaredLogarithmicError, "positive")
    yield loss_family(losses.Huber, "real", [{"delta": 0.5}, {"delta": 2.0}, {"delta": 0.3, "steps": True}])
    yield loss_family(losses.LogCosh, "real")
    yield loss_family(losses.CosineSimilarity, "real", [{"axis": 0}, {"axis": 1, "steps": True}])
    yield loss_family(losses.Poisson, "positive")
    yield loss_family(losses.KLDivergence, "distribution")
    yield loss_family(
        losses.BinaryCrossentropy, "binary", [logits, smooth, both, {"axis": 0}, {**logits, "axis": 1, "steps": True}]
    )
    focal = [logits, smooth, both, {"gamma": 1.0}, {"apply_class_balancing": True}, {"gamma": 0.0, **logits}]
    focal += [{"apply_class_balancing": True, "alpha": 0.4, "gamma": 3.0, **both}, {"steps": True, **logits}]
    yield loss_family(losses.BinaryFocalCrossentropy, "binary", focal)
    yield loss_family(
        losses.CategoricalCrossentropy, "classes", [logits, smooth, both, {"steps": True, **logits}, {"axis": 0}]
    )
    focal = [logits, smooth, both, {"alpha": 0.5}, {"gamma": 1.0}, {"gamma": 3.0, "alpha": 0.1, **both}]
    yield loss_family(losses.CategoricalFocalCrossentropy, "classes", [*focal, {"steps": True, **logits}])
    yield loss_family(
        losses.SparseCategoricalCrossentropy,
        "labels",
        [logits, {"ignore_class": 2}, {"ignore_class": 1, **logits}, {"ignore_class": 0, "steps": True, **logits}],
    )
    yield loss_family(losses.Hinge, "signs")
    yield loss_family(losses.SquaredHinge, "signs")
    yield loss_family(losses.CategoricalHinge, "classes")
    yield loss_family(losses.Dice, "binary", [{"axis": (1,)}, {"axis": (1, 2), "steps": True}], pointwise=False)
    yield loss_family(
        losses.Tversky, "binary", [{"alpha": 0.3, "beta": 0.7}, {"axis": (1,)}, {"steps": True, "axis": (0, 2)}], False
    )
    circle = [{"gamma": 32.0}, {"margin": 0.25}, {"gamma": 10.0, "margin": 0.1, "remove_diagonal": False}]
    yield loss_family(losses.Circle, "labels", circle, pointwise=False)
