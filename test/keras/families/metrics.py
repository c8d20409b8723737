"""Every metric of Keras over several batches, with and without weights: the result after each batch."""

import keras
import numpy as np
from keras import metrics

from .encoding import random_of, tensor, uniform
from .losses import one_hot, sigmoid, softmax

SIZES = [4, 3, 5]
"""Three batches of unequal sizes."""


def batches_of(name, kind):
    random = random_of(f"metric/{name}")
    for size in SIZES:
        if kind == "real":
            yield uniform(random, (size, 2), -2, 2), uniform(random, (size, 2), -2, 2)
        elif kind == "column":
            yield uniform(random, (size, 1), -2, 2), uniform(random, (size, 1), -2, 2)
        elif kind == "positive":
            yield uniform(random, (size, 2), 0.1, 3), uniform(random, (size, 2), 0.1, 3)
        elif kind == "distribution":
            yield softmax(uniform(random, (size, 4))), softmax(uniform(random, (size, 4), -3, 3))
        elif kind == "classes":
            yield one_hot(random.randint(0, 4, size), 4), softmax(uniform(random, (size, 4), -3, 3))
        elif kind == "labels":
            yield random.randint(0, 4, size).astype(np.int32), softmax(uniform(random, (size, 4), -3, 3))
        elif kind == "label columns":
            yield random.randint(0, 4, (size, 1)).astype(np.int32), softmax(uniform(random, (size, 4), -3, 3))
        elif kind == "two labels":
            yield random.randint(0, 4, size).astype(np.int32), random.randint(0, 4, size).astype(np.int32)
        elif kind == "binary":
            yield random.randint(0, 2, (size, 3)).astype(np.float32), sigmoid(uniform(random, (size, 3), -3, 3))
        elif kind == "binary column":
            yield random.randint(0, 2, (size, 1)).astype(np.float32), sigmoid(uniform(random, (size, 1), -3, 3))
        elif kind == "binary vector":
            yield random.randint(0, 2, (size,)).astype(np.float32), sigmoid(uniform(random, (size,), -3, 3))
        elif kind == "signs":
            yield np.sign(uniform(random, (size, 3))).astype(np.float32), uniform(random, (size, 3), -2, 2)
        elif kind == "steps of classes":
            labels = random.randint(0, 3, (size, 4))
            yield one_hot(labels, 3), softmax(uniform(random, (size, 4, 3), -3, 3))
        elif kind == "steps of labels":
            labels = random.randint(0, 3, (size, 4)).astype(np.int32)
            yield labels, softmax(uniform(random, (size, 4, 3), -3, 3))
        elif kind == "values":
            yield (uniform(random, (size, 2)),)


def metric_case(label, metric, batches, weights=None, options=None):
    """`options`: what the metric was made with, since Keras's config leaves some out."""
    results = []
    for index, batch in enumerate(batches):
        metric.update_state(*batch, **({} if weights is None else {"sample_weight": weights[index]}))
        results.append(tensor(np.asarray(metric.result())))
    case = {
        "name": label,
        "className": type(metric).__name__,
        "config": metric.get_config(),
        "batches": [[tensor(part) for part in batch] for batch in batches],
        "results": results,
    }
    if options:
        case["options"] = options
    if weights is not None:
        case["weights"] = [tensor(weight) for weight in weights]
    return case


def metric_family(make, kinds, *variants, required=None):
    """Each kind of data and each option set, unweighted and with one weight for each sample."""
    name = keras.src.utils.naming.to_snake_case(make.__name__)
    random = random_of(f"weights/{name}")
    weights = [uniform(random, (size,), 0, 2) for size in SIZES]
    weights[1][0] = 0
    cases = []
    required = required or {}
    for kind in kinds:
        batches = list(batches_of(f"{name}/{kind}", kind))
        cases.append(metric_case(kind, make(**required), batches))
        cases.append(metric_case(f"{kind}, weights", make(**required), batches, weights))
    batches = list(batches_of(f"{name}/options", kinds[0]))
    for options in variants:
        label = ", ".join(f"{key} {value}" for key, value in options.items())
        cases.append(metric_case(label, make(**{**required, **options}), batches, None, options))
        if "axis" not in options:
            cases.append(metric_case(f"{label}, weights", make(**{**required, **options}), batches, weights, options))
    return {"family": name, "kind": "metric", "keras": keras.__version__, "cases": cases}


def families():
    m = metrics
    for make in (m.MeanSquaredError, m.MeanAbsoluteError, m.MeanAbsolutePercentageError, m.RootMeanSquaredError):
        yield metric_family(make, ["real", "column"])
    yield metric_family(m.MeanSquaredLogarithmicError, ["positive"])
    yield metric_family(m.LogCoshError, ["real"])
    yield metric_family(m.CosineSimilarity, ["real"], {"axis": 0}, {"name": "closeness"})
    averages = [{"class_aggregation": one} for one in (None, "variance_weighted_average")]
    yield metric_family(m.R2Score, ["real", "column"], *averages, {"num_regressors": 2})
    yield metric_family(m.KLDivergence, ["distribution"])
    yield metric_family(m.Poisson, ["positive"])
    yield metric_family(m.BinaryCrossentropy, ["binary", "binary column"], {"label_smoothing": 0.1})
    yield metric_family(m.CategoricalCrossentropy, ["classes", "steps of classes"], {"label_smoothing": 0.1})
    yield metric_family(m.SparseCategoricalCrossentropy, ["labels", "steps of labels"])
    yield metric_family(m.Hinge, ["signs"])
    yield metric_family(m.SquaredHinge, ["signs"])
    yield metric_family(m.CategoricalHinge, ["classes"])
    yield metric_family(m.Accuracy, ["two labels"])
    kinds = ["binary", "binary column", "binary vector"]
    yield metric_family(m.BinaryAccuracy, kinds, {"threshold": 0.3}, {"threshold": 0.8})
    yield metric_family(m.CategoricalAccuracy, ["classes", "steps of classes"])
    yield metric_family(m.SparseCategoricalAccuracy, ["labels", "label columns", "steps of labels"])
    yield metric_family(m.TopKCategoricalAccuracy, ["classes"], {"k": 1}, {"k": 2}, {"k": 3})
    yield metric_family(m.SparseTopKCategoricalAccuracy, ["labels"], {"k": 1}, {"k": 2}, {"k": 3})
    for make in (m.TruePositives, m.TrueNegatives, m.FalsePositives, m.FalseNegatives):
        yield metric_family(make, kinds, {"thresholds": 0.3}, {"thresholds": [0.2, 0.5, 0.8]})
    for make in (m.Precision, m.Recall):
        options = {"thresholds": 0.3}, {"thresholds": [0.2, 0.5, 0.8]}, {"top_k": 2}, {"class_id": 1}
        yield metric_family(make, kinds, *options, {"top_k": 1, "class_id": 2})
    auc = [{"curve": "PR"}, {"summation_method": "minoring"}, {"summation_method": "majoring"}, {"num_thresholds": 5}]
    auc += [{"curve": "PR", "summation_method": "majoring"}, {"thresholds": [0.1, 0.5, 0.6]}]
    auc += [{"multi_label": True}, {"multi_label": True, "curve": "PR", "label_weights": [0.2, 0.3, 0.5]}]
    yield metric_family(m.AUC, ["binary", "binary column", "binary vector"], *auc)
    for make, value in (
        (m.PrecisionAtRecall, "recall"),
        (m.RecallAtPrecision, "precision"),
        (m.SensitivityAtSpecificity, "specificity"),
        (m.SpecificityAtSensitivity, "sensitivity"),
    ):
        options = [{value: 0.8}, {"num_thresholds": 7}, {"class_id": 1}]
        yield metric_family(make, ["binary", "binary column"], *options, required={value: 0.5})
    averages = [{"average": one} for one in ("micro", "macro", "weighted")]
    yield metric_family(m.F1Score, ["classes", "binary"], *averages, {"threshold": 0.4})
    yield metric_family(m.FBetaScore, ["classes"], {"beta": 2.0}, {"beta": 0.5, "average": "macro"}, {"threshold": 0.3})
    yield metric_family(m.BinaryIoU, ["binary vector"], {"threshold": 0.3}, {"target_class_ids": [1]})
    classes = {"num_classes": 4}
    yield metric_family(m.MeanIoU, ["two labels"], required=classes)
    yield metric_family(m.IoU, ["two labels"], {"target_class_ids": [2]}, required={**classes, "target_class_ids": [0, 1]})
    yield metric_family(m.OneHotMeanIoU, ["classes"], required=classes)
    yield metric_family(m.OneHotIoU, ["classes"], required={**classes, "target_class_ids": [1, 3]})
    yield metric_family(m.PearsonCorrelation, ["real"])
    yield metric_family(m.ConcordanceCorrelation, ["real"])
    yield metric_family(m.Mean, ["values"])
    yield metric_family(m.Sum, ["values"])
