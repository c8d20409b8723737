"""Importances by Optuna's PED-ANOVA, written to fixtures/importances.json; with --check, compared with it."""

import json
import pathlib
import random
import sys
import warnings

import optuna
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(kind, trial):
    x = trial.suggest_float("x", -5, 5)
    value = (x - 1) ** 2
    if kind in ("mixed", "branches"):
        rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
        units = trial.suggest_int("units", 4, 300, log=True)
        layers = trial.suggest_int("layers", 1, 5)
        drop = trial.suggest_float("drop", 0, 0.5, step=0.1)
        choice = trial.suggest_categorical("choice", ["a", "b", "c"])
        value += 1e3 * (rate - 0.01) ** 2 + abs(units - 64) / 100 + layers + drop * 3 + 4 * (choice == "b")
    else:
        value += 0.1 * trial.suggest_float("y", 0, 1) + 0 * trial.suggest_float("z", 0, 1)
    if kind == "branches":
        if trial.suggest_categorical("model", ["conv", "dense"]) == "conv":
            value += 3 * trial.suggest_int("kernel", 1, 7, step=2)
        else:
            value += 10 * trial.suggest_float("penalty", 0, 1)
    return value


def run(kind, trials, direction):
    source = random.Random(f"{kind}/{trials}/{direction}")
    study = optuna.create_study(direction=direction, sampler=optuna.samplers.RandomSampler(seed=trials))
    noise = [source.gauss(0, 0.3) for _ in range(trials)]
    study.optimize(lambda trial: round(objective(kind, trial) + noise[trial.number], 6), n_trials=trials)
    found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    return {
        "kind": kind,
        "direction": direction,
        "trials": [{"params": trial.params, "value": trial.value} for trial in study.trials],
        "importances": {name: float(value) for name, value in found.items()},
    }


def main():
    cases = [
        run(kind, trials, direction)
        for kind, trials in (("floats", 40), ("floats", 100), ("mixed", 60), ("branches", 100))
        for direction in ("minimize", "maximize")
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"optuna": "{optuna.__version__}", "cases": [\n{lines}\n]}}\n'
    path = pathlib.Path(__file__).parent / "fixtures" / "importances.json"
    if "--check" not in sys.argv:
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit("importances.json is not what Optuna computes")
    print(f"{len(cases)} studies")


main()
