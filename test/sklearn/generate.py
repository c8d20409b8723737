"""Writes splits.json: how scikit-learn splits samples by its fixed rules, without a shuffle.

Usage: generate.py [--check]
"""

import json
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

TARGET = Path(__file__).parent / "splits.json"


def splits(splitter, length, y=None, groups=None):
    pairs = splitter.split(np.zeros(length), y, groups)
    return [{"train": train.tolist(), "test": test.tolist()} for train, test in pairs]


def rounded_std(*args, std=np.std, **options):
    return np.round(std(*args, **options), 12)


def in_order(codes):
    """The same codes numbered in the order in which they come first, as ours are."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def stratified_group_case(labels, groups, k):
    """A case, or None where folds are level and the last bits of deviations decide there: that is no rule."""
    found = splits(StratifiedGroupKFold(k), len(labels), labels, groups)
    with patch.object(np, "std", rounded_std):
        if splits(StratifiedGroupKFold(k), len(labels), labels, groups) != found:
            return None
    return {
        "kind": "stratifiedGroupKFold",
        "labels": labels.tolist(),
        "groups": groups.tolist(),
        "k": k,
        "splits": found,
    }


def drawn_case(random, classes, count, length, k):
    case = None
    while case is None:
        labels = random.choice(classes, length, p=random.dirichlet(np.full(classes, 3)))
        groups = in_order(random.choice(count, length, p=random.dirichlet(np.ones(count))))
        case = stratified_group_case(labels, groups, k)
    return case


def cases():
    random = np.random.default_rng(1)
    for length, k in [(10, 5), (11, 4), (7, 7), (23, 3)]:
        yield {"kind": "kFold", "length": length, "k": k, "splits": splits(KFold(k), length)}
    for classes, length, k in [(2, 20, 5), (3, 31, 4), (4, 50, 7), (5, 64, 3)]:
        labels = random.choice([7, 3, 5, 1, 9][:classes], length, p=np.arange(1, classes + 1) / sum(range(classes + 1)))
        splitter = StratifiedKFold(k)
        yield {"kind": "stratifiedKFold", "labels": labels.tolist(), "k": k, "splits": splits(splitter, length, labels)}
    # Sizes that all differ: which of two equal groups comes first is no rule of theirs.
    for sizes, k in [([1, 5, 3, 2, 7], 3), ([4, 1, 9, 2, 6, 3], 2), ([8, 2, 5, 1], 4)]:
        groups = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
        splitter = GroupKFold(k)
        yield {
            "kind": "groupKFold",
            "groups": groups.tolist(),
            "k": k,
            "splits": splits(splitter, len(groups), groups=groups),
        }
    for classes, count, length, k in [
        (1, 6, 20, 3),
        (2, 12, 60, 5),
        (2, 30, 80, 4),
        (3, 20, 90, 5),
        (4, 40, 150, 3),
        (5, 25, 100, 2),
        (3, 9, 70, 7),
    ]:
        yield drawn_case(random, classes, count, length, k)
    # The last group makes folds less uneven where more samples are, but by so little that it goes to the other fold.
    yield stratified_group_case(np.repeat([1, 0, 1, 0], [351, 350, 1, 1]), np.repeat([0, 1, 2], [351, 350, 2]), 2)
    for length, options in [
        (12, {"n_splits": 3}),
        (17, {"n_splits": 4}),
        (20, {"n_splits": 5, "gap": 2, "test_size": 2}),
        (30, {"n_splits": 3, "max_train_size": 6, "gap": 1}),
    ]:
        splitter = TimeSeriesSplit(**options)
        yield {"kind": "timeSeriesSplit", "length": length, **options, "splits": splits(splitter, length)}


text = json.dumps(list(cases()), separators=(",", ":")).replace('{"kind"', '\n{"kind"') + "\n"
if "--check" in sys.argv:
    sys.exit(0 if TARGET.read_text() == text else "splits.json differs")
TARGET.write_text(text)
