"""Twenty steps of every optimizer with its options, and every learning rate schedule."""

import jax
import keras
import numpy as np
from keras import optimizers

from .encoding import number, tensor, uniform

STEPS = 20


def optimizer_case(name, optimizer, constraint=None):
    random = np.random.RandomState(31)
    start = [uniform(random, (3,)), uniform(random, (2, 2))]
    gradients = [[uniform(random, v.shape, -2, 2) for v in start] for _ in range(STEPS)]
    gradients[4] = [np.zeros_like(v) for v in start]  # a step without a gradient still moves what has momentum
    config = optimizer.get_config()
    variables = [keras.Variable(v, name=f"v{i}") for i, v in enumerate(start)]
    if constraint:
        variables[1].constraint = keras.constraints.get(constraint)
    optimizer.build(variables)
    values, rates, state = [[] for _ in variables], [], {}
    apply = jax.jit(optimizer.stateless_apply)
    now, slots = [v.value for v in variables], [v.value for v in optimizer.variables]
    for step in gradients:
        rates.append(number(optimizer.learning_rate))
        now, slots = apply(slots, step, now)
        for kept, value in zip(values, now):
            kept.append(np.asarray(value))
        for variable, value in zip(optimizer.variables, slots):
            variable.assign(value)  # the learning rate of the next step is read from them
            if variable.name != "learning_rate":
                # Nadam's product of momentums has no name in Keras.
                unnamed = variable is getattr(optimizer, "_u_product", None)
                slot = "u_product" if unnamed else variable.path.split("/", 1)[-1]
                state.setdefault(slot, []).append(np.asarray(value))
    for variable, value in zip(variables, now):
        variable.assign(value)
    optimizer.finalize_variable_values(variables)
    case = {
        "name": name,
        "className": type(optimizer).__name__,
        "config": config,
        "variables": [tensor(v) for v in start],
        "gradients": [tensor(np.stack([step[i] for step in gradients])) for i in range(len(start))],
        "steps": [tensor(np.stack(kept)) for kept in values],
        "state": [{"name": key, "steps": tensor(np.stack(kept))} for key, kept in state.items()],
        "learningRates": rates,
        "final": [tensor(v.numpy()) for v in variables],
    }
    return {**case, **({"constraint": keras.constraints.serialize(variables[1].constraint)} if constraint else {})}


COMMON = {
    "default": {},
    "weight decay": {"weight_decay": 0.1},
    "clipnorm": {"clipnorm": 1.0},
    "global clipnorm": {"global_clipnorm": 1.0},
    "clipvalue": {"clipvalue": 0.5},
    "averages": {"use_ema": True, "ema_momentum": 0.9},
    "averages written every 6 steps": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 6},
    "gradients of 3 steps": {"gradient_accumulation_steps": 3},
    "gradients of 4 steps, averages": {"gradient_accumulation_steps": 4, "use_ema": True, "ema_momentum": 0.5},
    "gradients of 2 steps, decay, clipping": {"gradient_accumulation_steps": 2, "weight_decay": 0.05, "clipnorm": 1.0},
    "schedule": {"learning_rate": lambda: optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)},
    "constraint": {"constraint": "max_norm"},
}

OWN = {
    "SGD": {
        "momentum": {"momentum": 0.9},
        "nesterov": {"momentum": 0.9, "nesterov": True},
        "momentum, weight decay": {"momentum": 0.5, "weight_decay": 0.01},
        "momentum, accumulation": {"momentum": 0.9, "gradient_accumulation_steps": 3},
    },
    "RMSprop": {
        "momentum": {"momentum": 0.5},
        "centered": {"centered": True},
        "centered, momentum": {"centered": True, "momentum": 0.5, "rho": 0.8},
        "epsilon": {"epsilon": 0.01},
    },
    "Adam": {
        "amsgrad": {"amsgrad": True},
        "betas": {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3},
        "amsgrad, decay": {"amsgrad": True, "weight_decay": 0.1},
    },
    "AdamW": {"amsgrad": {"amsgrad": True}, "betas": {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}},
    "Nadam": {"betas": {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}},
    "Adamax": {"betas": {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}},
    "Adagrad": {"accumulator": {"initial_accumulator_value": 0.5, "epsilon": 1e-3}},
    "Adadelta": {"rho": {"rho": 0.8, "epsilon": 1e-3}, "rate 1": {"learning_rate": 1.0}},
    "Ftrl": {
        "l1 and l2": {"l1_regularization_strength": 0.05, "l2_regularization_strength": 0.1},
        "shrinkage": {"l2_shrinkage_regularization_strength": 0.1},
        "beta": {"beta": 0.5, "initial_accumulator_value": 0.2},
        "power": {"learning_rate_power": -0.3},
    },
    "Lion": {"betas": {"beta_1": 0.8, "beta_2": 0.95}},
}


def optimizer_families():
    for name, own in OWN.items():
        make = getattr(optimizers, name)
        cases = []
        for label, options in {**COMMON, **own}.items():
            options = {"learning_rate": 0.05, **options} if label != "default" else {}
            constraint = options.pop("constraint", None)
            if callable(options.get("learning_rate")):
                options["learning_rate"] = options["learning_rate"]()
            keras.utils.clear_session()
            cases.append(optimizer_case(label, make(**options), constraint))
        yield {"family": name.lower(), "kind": "optimizer", "keras": keras.__version__, "cases": cases}


def schedule_families():
    s = optimizers.schedules
    for make, variants in (
        (
            s.ExponentialDecay,
            [
                {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5},
                {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
                {"initial_learning_rate": 1.0, "decay_steps": 100, "decay_rate": 0.96},
            ],
        ),
        (
            s.PiecewiseConstantDecay,
            [
                {"boundaries": [5, 20], "values": [1.0, 0.5, 0.1]},
                {"boundaries": [1], "values": [0.3, 0.2]},
            ],
        ),
        (
            s.PolynomialDecay,
            [
                {"initial_learning_rate": 0.1, "decay_steps": 20},
                {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.01, "power": 2.0},
                {"initial_learning_rate": 0.1, "decay_steps": 9, "power": 0.5, "cycle": True},
            ],
        ),
        (
            s.InverseTimeDecay,
            [
                {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5},
                {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5, "staircase": True},
            ],
        ),
        (
            s.CosineDecay,
            [
                {"initial_learning_rate": 0.1, "decay_steps": 30},
                {"initial_learning_rate": 0.1, "decay_steps": 30, "alpha": 0.2},
                {"initial_learning_rate": 0.01, "decay_steps": 20, "warmup_target": 0.1, "warmup_steps": 10},
                {"initial_learning_rate": 0.0, "decay_steps": 9, "warmup_target": 1.0, "warmup_steps": 4, "alpha": 0.1},
            ],
        ),
        (
            s.CosineDecayRestarts,
            [
                {"initial_learning_rate": 0.1, "first_decay_steps": 6},
                {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8},
                {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 3.0, "m_mul": 0.5, "alpha": 0.1},
            ],
        ),
    ):
        steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 19, 20, 21, 25, 29, 30, 31, 40, 64, 100, 1000]
        cases = []
        for options in variants:
            schedule = make(**options)
            label = ", ".join(f"{key} {value}" for key, value in options.items())
            config = schedule.get_config()
            values = [number(schedule(step)) for step in steps]
            case = {"name": label, "className": make.__name__, "config": config, "steps": steps, "values": values}
            keras.utils.clear_session()
            optimizer = optimizers.Adam(learning_rate=make(**options), epsilon=1e-3)
            cases.append({**case, "optimizer": optimizer_case(label, optimizer)})
        name = keras.src.utils.naming.to_snake_case(make.__name__)
        yield {"family": name, "kind": "schedule", "keras": keras.__version__, "cases": cases}
