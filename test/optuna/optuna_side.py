"""Run by run.sh: `optuna_side.py compare|continue|make|share FOLDER`. See there for the order."""

import json
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages.journal import JournalFileOpenLock, JournalFileSymlinkLock
from optuna.trial import TrialState, create_trial

from dump import journal_dump, open_journal

optuna.logging.set_verbosity(optuna.logging.ERROR)
SHARED_TRIALS = 40


def differences(ours, theirs, where="journal"):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(ours.get(key, "nothing"), theirs.get(key, "nothing"), f"{where}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(one, other, f"{where}[{index}]")
    elif ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
        yield f"{where}: gradtape has {ours!r}, Optuna {theirs!r}"


def compare(folder):
    """The journal, and what gradtape says is in it."""
    with open(f"{folder}/gradtape.json", encoding="utf-8") as file:
        ours = json.load(file)
    theirs = journal_dump(f"{folder}/study.journal")
    found = list(differences(ours, theirs))
    for difference in found[:20]:
        print(difference)
    trials = sum(len(study["trials"]) for study in theirs)
    print(f"gradtape -> Optuna {optuna.__version__}: {len(theirs)} studies, {trials} trials; {len(found)} differences")
    return not found


def write_dump(folder):
    with open(f"{folder}/optuna.json", "w", encoding="utf-8") as file:
        json.dump(journal_dump(f"{folder}/study.journal"), file)
    return True


def objective(trial):
    x = trial.suggest_float("x", -5, 10)
    kind = trial.suggest_categorical("kind", ["a", 2, 0.5, True, None])
    if kind == "a":
        x += trial.suggest_int("depth", 1, 64, log=True)
    # Optuna takes reports of studies with one objective only.
    if len(trial.study.directions) == 1:
        trial.report(x, 3)
    return x * x


def go_on(folder):
    """TPE learns from the trials that gradtape made, and goes on with each study."""
    storage = open_journal(f"{folder}/study.journal")
    for name in optuna.get_all_study_names(storage):
        study = optuna.load_study(study_name=name, storage=storage, sampler=optuna.samplers.TPESampler(seed=1))
        before = len(study.trials)
        many = len(study.directions)
        study.optimize(objective if many == 1 else lambda trial: [objective(trial)] * many, n_trials=12)
        waiting = sum(trial.state is TrialState.WAITING for trial in study.trials[:before])
        assert waiting == 0 and len(study.trials) >= before, f"{name}: {waiting} trials wait"
    return write_dump(folder)


def make(folder):
    """A journal with all that Optuna writes."""
    storage = open_journal(f"{folder}/study.journal")
    optuna.create_study(storage=storage, study_name="gone")
    study = optuna.create_study(storage=storage, study_name="ours", sampler=optuna.samplers.TPESampler(seed=2))
    optuna.delete_study(study_name="gone", storage=storage)
    study.set_user_attr("__proto__", {"nested": [1, 2.5, None, True, float("nan")], "wide": "grüße 語 \ud83d\ude00"})
    study.enqueue_trial({"x": 1.25, "kind": None}, user_attrs={"from": "a queue"})
    study.optimize(objective, n_trials=15)
    distributions = {
        "x": FloatDistribution(-5, 10),
        "step": FloatDistribution(0, 1, step=0.1),
        "log": FloatDistribution(1e-5, 1, log=True),
        "depth": IntDistribution(1, 64, log=True),
        "even": IntDistribution(0, 10, step=2),
        "kind": CategoricalDistribution(["a", 2, 0.5, True, None]),
    }
    params = {"x": 3.0, "step": 0.3, "log": 1e-3, "depth": 8, "even": 4, "kind": 0.5}
    for state, value in [(TrialState.COMPLETE, 2.5), (TrialState.PRUNED, None), (TrialState.FAIL, None)]:
        study.add_trial(
            create_trial(
                state=state,
                value=value,
                params=params,
                distributions=distributions,
                intermediate_values={0: 0.5, 7: float("nan"), 9: float("inf")},
                user_attrs={"a": 1},
                system_attrs={"b": [1]},
            )
        )

    def failing(trial):
        trial.suggest_float("x", -5, 10)
        raise ValueError("planted")

    def pruned(trial):
        trial.report(trial.suggest_float("x", -5, 10), 1)
        trial.report(float("-inf"), 2)
        raise optuna.TrialPruned()

    study.optimize(failing, n_trials=1, catch=(ValueError,))
    study.optimize(pruned, n_trials=1)
    study.optimize(lambda trial: float("nan"), n_trials=1)
    study.ask().suggest_float("x", -5, 10)
    study.enqueue_trial({"x": -2.5})
    several = optuna.create_study(storage=storage, study_name="several", directions=["minimize", "maximize"])
    several.optimize(lambda trial: (objective(trial), float("inf")), n_trials=5)
    return write_dump(folder)


def share(folder):
    """Adds trials while gradtape does, with one of Optuna's locks and then the other."""
    path = f"{folder}/shared.journal"
    for make_lock in (JournalFileSymlinkLock, JournalFileOpenLock):
        storage = open_journal(path, make_lock(path))
        study = optuna.create_study(storage=storage, study_name="shared", load_if_exists=True)
        study.sampler = optuna.samplers.RandomSampler(seed=3)
        study.optimize(objective, n_trials=SHARED_TRIALS // 2)
    return True


ACTIONS = {"compare": compare, "continue": go_on, "make": make, "share": share}
sys.exit(0 if ACTIONS[sys.argv[1]](sys.argv[2]) else 1)
