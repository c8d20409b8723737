"""Activations, regularizers and constraints: values, and gradients where there are any; initializers without draws."""

import jax
import keras
import numpy as np

from .encoding import number, random_of, tensor, uniform


def activation_cases():
    for name in (
        "linear relu relu6 leaky_relu elu selu gelu silu swish sigmoid hard_sigmoid tanh softmax log_softmax softplus "
        "softsign exponential mish"
    ).split():
        function = keras.activations.get(name)
        x = uniform(random_of(f"activation/{name}"), (4, 6), -4, 4)
        cotangent = uniform(random_of(f"cotangent/{name}"), function(x).shape)
        value, pull = jax.vjp(lambda v: function(v), x)  # noqa: B023
        yield {
            "name": name,
            "x": tensor(x),
            "value": tensor(value),
            "cotangent": tensor(cotangent),
            "gradient": tensor(pull(cotangent)[0]),
        }


def regularizer_cases():
    r = keras.regularizers
    for label, one in {
        "l1 by name": r.get("l1"),
        "l2 by name": r.get("l2"),
        "l1": r.L1(0.1),
        "l2": r.L2(0.1),
        "l1_l2": r.L1L2(0.1, 0.2),
        "l1_l2, l1 alone": r.L1L2(l1=0.05),
        "orthogonal rows": r.OrthogonalRegularizer(0.1, "rows"),
        "orthogonal columns": r.OrthogonalRegularizer(0.1, "columns"),
        "orthogonal default": r.OrthogonalRegularizer(),
    }.items():
        x = uniform(random_of(f"regularizer/{label}"), (3, 4))
        value, gradient = jax.value_and_grad(lambda v: one(v))(x)  # noqa: B023
        envelope = keras.regularizers.serialize(one)
        yield {"name": label, "config": envelope, "x": tensor(x), "value": number(value), "gradient": tensor(gradient)}


def constraint_cases():
    c = keras.constraints
    for label, one in {
        "non_neg": c.NonNeg(),
        "max_norm": c.MaxNorm(),
        "max_norm 0.5": c.MaxNorm(0.5),
        "max_norm, axis 1": c.MaxNorm(1.0, axis=1),
        "max_norm, two axes": c.MaxNorm(0.7, axis=[0, 1]),
        "unit_norm": c.UnitNorm(),
        "unit_norm, axis 1": c.UnitNorm(axis=1),
        "unit_norm, two axes": c.UnitNorm(axis=[0, 1]),
        "min_max_norm": c.MinMaxNorm(),
        "min_max_norm 0.5 to 1": c.MinMaxNorm(0.5, 1.0),
        "min_max_norm, rate": c.MinMaxNorm(0.9, 1.1, rate=0.3),
        "min_max_norm, axis 1": c.MinMaxNorm(0.9, 1.1, axis=1),
    }.items():
        x = uniform(random_of(f"constraint/{label}"), (3, 4), -2, 2)
        yield {"name": label, "config": keras.constraints.serialize(one), "x": tensor(x), "value": tensor(one(x))}


def initializer_cases():
    i = keras.initializers
    for label, (one, shape) in {
        "zeros": (i.Zeros(), [2, 3]),
        "ones": (i.Ones(), [2, 3]),
        "constant": (i.Constant(0.5), [3]),
        "identity": (i.Identity(), [3, 3]),
        "identity, gain": (i.Identity(gain=2.0), [2, 4]),
        "identity, tall": (i.Identity(), [4, 2]),
    }.items():
        yield {
            "name": label,
            "config": keras.initializers.serialize(one),
            "options": {"gain": one.gain} if isinstance(one, i.Identity) else {},  # Keras's config leaves it out
            "value": tensor(np.asarray(one(shape))),
        }
    for label, one in {
        "random_normal": i.RandomNormal(0.1, 0.2, seed=3),
        "random_uniform": i.RandomUniform(-0.1, 0.2, seed=3),
        "truncated_normal": i.TruncatedNormal(0.1, 0.2, seed=3),
        "variance_scaling": i.VarianceScaling(2.0, "fan_out", "uniform", seed=3),
        "glorot_normal": i.GlorotNormal(seed=3),
        "glorot_uniform": i.GlorotUniform(seed=3),
        "he_normal": i.HeNormal(seed=3),
        "he_uniform": i.HeUniform(seed=3),
        "lecun_normal": i.LecunNormal(seed=3),
        "lecun_uniform": i.LecunUniform(seed=3),
        "orthogonal": i.Orthogonal(2.0, seed=3),
    }.items():
        shape = (3, 3, 20, 30)
        values = np.asarray(one(shape))
        case = {"name": label, "config": keras.initializers.serialize(one), "shape": list(shape)}
        # Draws differ; the limits and the spread they aim at do not.
        yield {**case, "deviation": round(float(values.std()), 2), "largest": round(float(np.abs(values).max()), 1)}


def families():
    for name, cases in (
        ("activations", activation_cases()),
        ("regularizers", regularizer_cases()),
        ("constraints", constraint_cases()),
        ("initializers", initializer_cases()),
    ):
        yield {"family": name, "kind": name, "keras": keras.__version__, "cases": list(cases)}
