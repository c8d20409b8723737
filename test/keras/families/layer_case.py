"""One call of one layer with random weights: outputs, masks, losses, updated weights and gradients."""

import jax
import keras
import numpy as np
from keras.src import backend

from .encoding import number, optional, random_of, tensor, uniform, weighting


class LayerFamily:
    """The cases of one layer class."""

    def __init__(self, name, make):
        self.name, self.make, self.cases = name, make, []

    def add(self, label, given, options=None, **call):
        """`given`: arrays, or shapes to be filled at random; `options`: the layer's own, or a function that makes it."""
        keras.utils.clear_session()
        if callable(options):
            layer = options()
        else:
            layer = self.make(**{"name": "layer", **(options or {})})
        self.cases.append(layer_case(self.name, label, layer, given, **call))
        return self

    def family(self):
        return {"family": self.name, "kind": "layer", "keras": keras.__version__, "cases": self.cases}


def states_of(layer):
    return getattr(layer, "states", None) or []


def stateless(layer, trainable, frozen, carried, args, keywords):
    """As `stateless_call`, but through `__call__`: masks that inputs carry, activity regularizers and states count."""
    mapping = [*zip(layer.trainable_variables, trainable), *zip(layer.non_trainable_variables, frozen)]
    mapping += zip(states_of(layer), carried)
    with backend.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
        outputs = layer(*args, **keywords)
        losses = layer.losses

    def now(variable):
        value = scope.get_current_value(variable)
        return variable.value if value is None else value

    return (
        outputs,
        [now(one) for one in layer.non_trainable_variables],
        [now(one) for one in states_of(layer)],
        losses,
    )


def layer_case(
    family,
    label,
    layer,
    given,
    *,
    training=False,
    masks=None,
    mask_argument=None,
    states=None,
    calls=1,
    span=(-1.0, 1.0),
    function=None,
):
    """The gradients are those of sum(outputs * weighting) + sum(losses), of the last of so many calls."""
    random = random_of(f"{family}/{label}")
    inputs = [uniform(random, one, *span) if isinstance(one, tuple) else np.asarray(one) for one in given]
    masks = None if masks is None else [None if mask is None else np.asarray(mask, dtype=bool) for mask in masks]
    states = None if states is None else [uniform(random, shape) for shape in states]
    keywords = {"training": training} if layer._call_has_training_arg else {}
    if mask_argument is not None:
        keywords["mask"] = np.asarray(mask_argument, dtype=bool)

    def call(xs, initial, apply):
        for x, mask in zip(xs, masks or []):
            if mask is not None:
                backend.set_keras_mask(x, mask)
        extra = {} if initial is None else {"initial_state": list(initial)}
        return apply(list(xs) if len(xs) > 1 else xs[0], **extra, **keywords)

    convert = keras.ops.convert_to_tensor
    symbols = [keras.KerasTensor(x.shape, x.dtype.name) for x in inputs]
    layer(symbols if len(symbols) > 1 else symbols[0])  # builds
    for variable in layer.weights:
        positive = "variance" in variable.name or variable.name == "gamma"
        variable.assign(uniform(random, variable.shape, *((0.5, 1.5) if positive else (-0.5, 0.5))))
    if getattr(layer, "stateful", False):
        layer.reset_state()
    weights = [v.numpy() for v in layer.weights]
    frozen = [v.value for v in layer.non_trainable_variables]

    def run(trainable, floats, initial):
        """All calls; only the last one is differentiated."""
        xs = [floats[i] if i in floats else convert(x) for i, x in enumerate(inputs)]
        after, carried = frozen, [state.value for state in states_of(layer)]
        for index in range(calls):
            last = index == calls - 1
            values = trainable if last else [v.value for v in layer.trainable_variables]
            current = xs if last else [convert(x) for x in inputs]
            apply = lambda *a, **k: stateless(layer, values, after, carried, a, k)  # noqa: B023, E731
            outputs, after, carried, losses = call(current, initial, apply)
            if not last:
                after = [jax.lax.stop_gradient(v) for v in after]
                carried = [jax.lax.stop_gradient(v) for v in carried]
        flat = keras.tree.flatten(outputs)
        total = sum((one * weighting(one.shape)).sum() for one in flat if np.issubdtype(one.dtype, np.floating))
        loss = sum(losses) if losses else None
        found = [backend.get_keras_mask(one) for one in flat]
        return total + (0 if loss is None else loss), (flat, after, loss, found)

    floats = {i: convert(x) for i, x in enumerate(inputs) if x.dtype == np.float32}
    trainable = [v.value for v in layer.trainable_variables]
    initial = states and [convert(s) for s in states]
    differentiated = jax.jit(jax.grad(run, argnums=(0, 1, 2), has_aux=True))  # compiled as one: much quicker to make
    (by_weight, by_input, by_state), (outputs, after, loss, found) = differentiated(trainable, floats, initial)
    gradient_of = {id(v): g for v, g in zip(layer.trainable_variables, by_weight)}
    value_of = {id(v): value for v, value in zip(layer.non_trainable_variables, after)}
    updated = {
        str(i): tensor(value_of[id(v)])
        for i, (v, old) in enumerate(zip(layer.weights, weights))
        if id(v) in value_of and not np.array_equal(value_of[id(v)], old)
    }
    constrained = {
        str(i): tensor(v.constraint(v.value)) for i, v in enumerate(layer.weights) if getattr(v, "constraint", None)
    }
    case = {
        "name": label,
        "className": type(layer).__name__,
        "config": {"name": layer.name} if function else layer.get_config(),
        "training": training,
        "inputs": [tensor(x) for x in inputs],
        "weightNames": [v.name for v in layer.weights],
        "weights": [tensor(w) for w in weights],
        "outputs": [tensor(one) for one in outputs],
        "inputGradients": [optional(by_input.get(i)) for i in range(len(inputs))],
        "weightGradients": [optional(gradient_of.get(id(v))) for v in layer.weights],
    }
    parts = {
        "function": function,
        "masks": masks and [optional(mask) for mask in masks],
        "maskArgument": optional(keywords.get("mask")),
        "outputMasks": [optional(mask) for mask in found] if any(mask is not None for mask in found) else None,
        "initialState": states and [tensor(s) for s in states],
        "stateGradients": by_state and [tensor(g) for g in by_state],
        "calls": calls if calls > 1 else None,
        "loss": None if loss is None else number(loss),
        "updatedWeights": updated or None,
        "constrained": constrained or None,
    }
    return {**case, **{key: value for key, value in parts.items() if value is not None}}
