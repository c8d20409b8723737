"""Optuna's samplers with their defaults on the problems of the benchmark: the best value so far, every 10 trials.

`run.py [PROBLEM ...]` writes a file for each problem, or goes on where the file ends.
"""

import json
import math
import platform
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import optuna
import scipy
import torch

HERE = Path(__file__).parent
EVERY = 10


def branin(trial):
    x = trial.suggest_float("x0", -5, 10)
    y = trial.suggest_float("x1", 0, 15)
    bowl = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HEIGHTS = (1.0, 1.2, 3.0, 3.2)
SLOPES = (
    (10, 3, 17, 3.5, 1.7, 8),
    (0.05, 10, 17, 0.1, 8, 14),
    (3, 3.5, 1.7, 10, 17, 8),
    (17, 8, 0.05, 10, 0.1, 14),
)
CENTRES = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


def hartmann6(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    total = 0.0
    for height, slopes, centre in zip(HEIGHTS, SLOPES, CENTRES):
        total -= height * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(slopes, x, centre)))
    return total


def rosenbrock5(trial):
    x = [trial.suggest_float(f"x{i}", -5, 10) for i in range(5)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(4))


def ackley10(trial):
    x = [trial.suggest_float(f"x{i}", -32.768, 32.768) for i in range(10)]
    radius = math.sqrt(sum(v * v for v in x) / 10)
    waves = sum(math.cos(2 * math.pi * v) for v in x) / 10
    return -20 * math.exp(-0.2 * radius) - math.exp(waves) + 20 + math.e


class Digits:
    """The digit model, trained by gradtape in a process of its own: both sides optimize the very same function."""

    def __init__(self):
        self.process = None

    def __call__(self, trial):
        params = {
            "rate": trial.suggest_float("rate", 1e-4, 1e-1, log=True),
            "batch": trial.suggest_int("batch", 16, 256, log=True),
            "kind": trial.suggest_categorical("kind", ["dense", "conv"]),
        }
        if params["kind"] == "conv":
            params["filters"] = trial.suggest_int("filters", 2, 8)
        else:
            params["units"] = trial.suggest_int("units", 8, 64, log=True)
        return self.value(params)

    def value(self, params):
        if self.process is None:
            command = ["node", str(HERE / "../../../dist/bench/tune/digits-server.js")]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps(params) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


PROBLEMS = {
    "branin": (branin, 30, 60),
    "hartmann6": (hartmann6, 30, 60),
    "rosenbrock5": (rosenbrock5, 30, 60),
    "ackley10": (ackley10, 30, 60),
    "digits": (Digits(), 10, 40),
}

SAMPLERS = {
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
}


def run(objective, sampler, trials):
    """The best value after 10, 20, ... trials."""
    study = optuna.create_study(sampler=sampler)
    best = []
    for _ in range(trials // EVERY):
        study.optimize(objective, n_trials=EVERY)
        best.append(study.best_value)
    return best


def main(names):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    torch.set_num_threads(1)
    results = {name: kept(name) for name in names}
    for seed in range(max(PROBLEMS[name][1] for name in names)):
        for name in names:
            objective, seeds, trials = PROBLEMS[name]
            for sampler, make in SAMPLERS.items():
                if seed >= seeds or seed < len(results[name][sampler]):
                    continue
                best = run(objective, make(seed), trials)
                results[name][sampler].append(best)
                print(f"{name} {sampler} seed {seed}: {best[-1]:.6g}", file=sys.stderr, flush=True)
            (HERE / f"{name}.json").write_text(in_lines(results[name]))


def kept(name):
    path = HERE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else header() | {sampler: [] for sampler in SAMPLERS}


def header():
    return {
        "optuna": optuna.__version__,
        "torch": torch.__version__,
        "scipy": scipy.__version__,
        "python": platform.python_version(),
        "date": date.today().isoformat(),
        "every": EVERY,
    }


def in_lines(results):
    """JSON with one study in a line."""
    text = json.dumps(results, indent=1)
    return re.sub(r"\[[^\[\]{}]*\]", lambda array: re.sub(r"\s*\n\s*", " ", array[0]), text) + "\n"


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(PROBLEMS)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}. There are {', '.join(PROBLEMS)}.")
    main(sys.argv[1:] or list(PROBLEMS))
