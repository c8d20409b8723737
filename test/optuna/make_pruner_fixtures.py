"""Decisions of Optuna's pruners, written to fixtures/pruners.json; with --check, compared with it.

Each case is a study: a pruner, a direction, and trials that report values drawn here until the pruner ends them. The
values are rounded, so that some are equal, and a few are NaN.
"""

import json
import math
import pathlib
import random
import sys

import optuna
import scipy.stats
from optuna.pruners import (
    HyperbandPruner,
    MedianPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
    WilcoxonPruner,
)

optuna.logging.set_verbosity(optuna.logging.ERROR)

TRIALS = 24
STEPS = 12

# Ours: name and options; Optuna's.
PRUNERS = [
    ("median", {}, lambda: MedianPruner()),
    ("median", {"startupTrials": 2, "warmupSteps": 3}, lambda: MedianPruner(2, 3)),
    ("median", {"startupTrials": 0, "warmupSteps": 1, "intervalSteps": 4}, lambda: MedianPruner(0, 1, 4)),
    ("median", {"startupTrials": 1, "minTrials": 6}, lambda: MedianPruner(1, n_min_trials=6)),
    ("percentile", {"percentile": 25}, lambda: PercentilePruner(25.0)),
    ("percentile", {"percentile": 80, "startupTrials": 3}, lambda: PercentilePruner(80.0, 3)),
    ("successiveHalving", {}, lambda: SuccessiveHalvingPruner()),
    ("successiveHalving", {"minResource": 1, "reductionFactor": 2}, lambda: SuccessiveHalvingPruner(1, 2)),
    (
        "successiveHalving",
        {"minResource": 2, "reductionFactor": 3, "minEarlyStoppingRate": 1},
        lambda: SuccessiveHalvingPruner(2, 3, 1),
    ),
    ("successiveHalving", {"minResource": 1, "bootstrapCount": 3}, lambda: SuccessiveHalvingPruner(1, bootstrap_count=3)),
    ("hyperband", {}, lambda: HyperbandPruner()),
    ("hyperband", {"maxResource": 9}, lambda: HyperbandPruner(max_resource=9)),
    ("hyperband", {"maxResource": 12, "reductionFactor": 2}, lambda: HyperbandPruner(1, 12, 2)),
    ("patient", {"patience": 2, "of": "median"}, lambda: PatientPruner(MedianPruner(), 2)),
    ("patient", {"patience": 1, "minDelta": 0.2}, lambda: PatientPruner(None, 1, 0.2)),
    ("threshold", {"upper": 1.2}, lambda: ThresholdPruner(upper=1.2)),
    ("threshold", {"lower": -0.2, "upper": 1.4, "warmupSteps": 2}, lambda: ThresholdPruner(-0.2, 1.4, 2)),
    ("wilcoxon", {}, lambda: WilcoxonPruner()),
    ("wilcoxon", {"pThreshold": 0.3, "startupSteps": 4}, lambda: WilcoxonPruner(p_threshold=0.3, n_startup_steps=4)),
]


def draw(source, quality, step, kind, digits):
    if kind != "wilcoxon" and source.random() < 0.02:
        return math.nan
    trend = 1.0 - 0.06 * step if kind != "wilcoxon" else math.sin(step)
    return round(trend * quality + source.gauss(0, 0.25), digits)


def run(index, kind, options, make, direction):
    source = random.Random(f"{index}/{direction}")
    # Optuna settles tied ranks of more than 13 folds by an approximation.
    digits = 6 if kind == "wilcoxon" else 1
    name = f"study {index}"
    study = optuna.create_study(study_name=name, direction=direction, pruner=make())
    trials = []
    for _ in range(TRIALS):
        trial = study.ask()
        quality = source.uniform(0.2, 1.5)
        reports, decisions = [], []
        for step in range(STEPS):
            value = draw(source, quality, step, kind, digits)
            trial.report(value, step)
            reports.append(None if math.isnan(value) else value)
            decisions.append(bool(trial.should_prune()))
            if decisions[-1]:
                break
        final = round(source.gauss(quality, 0.1), 6)
        if decisions[-1]:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        elif source.random() < 0.1:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            final = None
        else:
            study.tell(trial, final)
        trials.append({"reports": reports, "pruned": decisions, "final": final})
    return {"name": name, "pruner": kind, "options": options, "direction": direction, "trials": trials}


def signed_rank(index, count):
    """SciPy's p-value: exact without ties up to 50 differences, normal with the correction for ties beyond."""
    source = random.Random(index)
    differences = [round(source.gauss(0.2, 1), 6 if count <= 50 else 1) for _ in range(count)]
    p = scipy.stats.wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue
    return {"differences": differences, "p": float(p)}


def main():
    cases = [
        run(index, kind, options, make, direction)
        for index, (kind, options, make) in enumerate(PRUNERS)
        for direction in ("minimize", "maximize")
    ]
    tests = [signed_rank(index, count) for index, count in enumerate([2, 5, 13, 14, 30, 50, 51, 80])]
    lines = ",\n".join(json.dumps(case) for case in cases)
    ranks = ",\n".join(json.dumps(test) for test in tests)
    text = f'{{"optuna": "{optuna.__version__}", "cases": [\n{lines}\n], "signedRank": [\n{ranks}\n]}}\n'
    path = pathlib.Path(__file__).parent / "fixtures" / "pruners.json"
    if "--check" not in sys.argv:
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit("pruners.json is not what Optuna decides")
    pruned = sum(any(trial["pruned"]) for case in cases for trial in case["trials"])
    print(f"{len(cases)} studies, {pruned} of {len(cases) * TRIALS} trials pruned")


main()
