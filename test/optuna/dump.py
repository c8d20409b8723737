"""Everything that is in a journal, as Optuna sees it, in the JSON that dump.ts writes."""

import math

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

STATES = {"RUNNING": "running", "COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed", "WAITING": "waiting"}


def open_journal(path, lock=None):
    return JournalStorage(JournalFileBackend(path, lock_obj=lock))


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(field) for key, field in value.items()}
    return value


def distribution_dump(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"kind": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    d = distribution
    return {"kind": kind, "low": d.low, "high": d.high, "log": d.log, "step": d.step}


def microseconds(time):
    return None if time is None else round(time.timestamp() * 1e6)


def check_types(trial):
    """What is a float in Optuna must have come as one, and the same for whole numbers."""
    numbers = list(trial.values or []) + list(trial.intermediate_values.values())
    for name, distribution in trial.distributions.items():
        value = trial.params[name]
        if isinstance(distribution, FloatDistribution):
            numbers += [value, distribution.low, distribution.high]
        elif isinstance(distribution, IntDistribution):
            assert type(value) is int, f"trial {trial.number}: {name} is {value!r}, no int"
    for number in numbers:
        assert type(number) is float, f"trial {trial.number}: {number!r} is no float"


def trial_dump(trial):
    check_types(trial)
    return {
        "number": trial.number,
        "state": STATES[trial.state.name],
        "values": trial.values,
        "params": trial.params,
        "distributions": {name: distribution_dump(one) for name, one in trial.distributions.items()},
        "reports": [list(pair) for pair in sorted(trial.intermediate_values.items())],
        "userAttributes": trial.user_attrs,
        "systemAttributes": trial.system_attrs,
        "start": microseconds(trial.datetime_start),
        "end": microseconds(trial.datetime_complete),
    }


def journal_dump(path):
    storage = open_journal(path)
    studies = [optuna.load_study(study_name=name, storage=storage) for name in optuna.get_all_study_names(storage)]
    return plain(
        [
            {
                "name": study.study_name,
                "directions": [direction.name.lower() for direction in study.directions],
                "userAttributes": study.user_attrs,
                "trials": [trial_dump(trial) for trial in study.trials],
            }
            for study in studies
        ]
    )
