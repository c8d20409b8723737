/** How an ensemble makes one output of its members': layers and operations of Keras's own, so that Keras opens it. */
import { ArgumentError } from '../errors.ts';
import { activation } from '../layers/activation.ts';
import { softmax } from '../layers/activation-layers.ts';
import { OpLayer, type Layer } from '../layers/layer.ts';
import { add, average } from '../layers/merge.ts';
import { rescaling } from '../layers/rescaling.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { isModel } from '../models/model.ts';
import { clip, div, equal, greater, log, max, sub, sum } from '../ops/index.ts';
import { Symbolic } from '../tensor/symbolic.ts';
import { freeName } from './members.ts';

/** See `ensemble`. */
export type EnsembleMode = 'mean' | 'weighted' | 'geometric' | 'voting';

/** Probabilities are taken for at least this, and at most 1 less this, before their logarithm: Keras's epsilon. */
export const SMALLEST_PROBABILITY = 1e-7;

/** One output of an ensemble. */
export interface Combined {
  /** Its name, that of the layer that makes it. */
  readonly name: string;
  /** What the members give. */
  readonly outputs: readonly SymbolicTensor[];
  /** Of the members; they sum to 1. Those of 0 are left out of the model. */
  readonly weights: readonly number[];
  /** Names of layers that there are. */
  readonly taken: Set<string>;
}

/** What numbers mean: shares of classes along the last axis, a probability each, or something else. */
type Meaning = 'classes' | 'independent' | 'numbers';

/** @throws ArgumentError for a geometric mean or votes of what is no probability */
export function combine(
  where: string,
  mode: EnsembleMode,
  { name, outputs, weights, taken }: Combined,
): SymbolicTensor {
  const parts = {
    name,
    taken,
    outputs: outputs.filter((_, index) => weights[index] !== 0),
    weights: weights.filter(Boolean),
  };
  switch (mode) {
    case 'mean':
      return outputs.length === 1
        ? activation('linear', { name })(outputs[0] as SymbolicTensor)
        : average(outputs, { name });
    case 'weighted':
      return weightedSum(parts, name);
    case 'geometric':
      return geometricMean(parts, probabilities(where, mode, parts));
    case 'voting': {
      const meaning = probabilities(where, mode, parts);
      return weightedSum({ ...parts, outputs: parts.outputs.map((one) => votes(one, meaning)) }, name);
    }
  }
}

/** sum_i w_i y_i */
function weightedSum({ outputs, weights, name, taken }: Combined, sumName: string): SymbolicTensor {
  const only = outputs.length === 1;
  const parts = outputs.map((one, index) => {
    const partName = only ? sumName : freeName(`${name}_share`, taken);
    return rescaling(weights[index] as number, { name: partName })(one);
  });
  return only ? (parts[0] as SymbolicTensor) : add(parts, { name: sumName });
}

/**
 * p_c = prod_i p_ic^w_i / sum_c' prod_i p_ic'^w_i = softmax(sum_i w_i log p_i); of a yes and its no the same is
 * sigmoid(sum_i w_i (log p_i - log(1 - p_i))).
 */
function geometricMean(parts: Combined, meaning: Meaning): SymbolicTensor {
  const { name, taken } = parts;
  const logOf = (p: SymbolicTensor): SymbolicTensor => log(clip(p, SMALLEST_PROBABILITY, 1));
  // A no that were taken from a clipped yes would be 1.2e-7 in float32 where it is to be 1e-7: both are clipped.
  const logits = parts.outputs.map((one) =>
    meaning === 'independent' ? sub(logOf(one), logOf(sub(1, one))) : logOf(one),
  );
  const total = weightedSum({ ...parts, outputs: logits }, freeName(`${name}_logits`, taken));
  return meaning === 'independent' ? activation('sigmoid', { name })(total) : softmax({ name })(total);
}

/** 1 for the likeliest class, which equally likely ones share; or 1 for what is likelier than not. */
function votes(output: SymbolicTensor, meaning: Meaning): SymbolicTensor {
  if (meaning === 'independent') return greater(output, 0.5);
  const winners = equal(output, max(output, { axis: -1, keepDims: true }));
  return div(winners, sum(winners, { axis: -1, keepDims: true }));
}

function probabilities(where: string, mode: EnsembleMode, { outputs, name }: Combined): Meaning {
  const meanings = outputs.map(meaningOf);
  for (const [index, meaning] of meanings.entries()) {
    if (meaning === meanings[0] && meaning !== 'numbers') continue;
    throw new ArgumentError(
      `${where}: mode '${mode}' is for probabilities, of classes or of a yes, alike in all models; the output '${name}' of model ${index} has ${meaning === 'numbers' ? 'neither softmax nor sigmoid behind it' : 'the other kind'}. Take 'mean' or 'weighted'.`,
      { where, got: mode },
    );
  }
  return meanings[0] as Meaning;
}

/** @internal What an output means: looks for the activation behind layers that have none. */
export function meaningOf(output: SymbolicTensor): Meaning {
  let at = output;
  for (;;) {
    const { layer, inputs } = at.node;
    const found = activationOf(layer);
    if (found === 'softmax') return output.shape.at(-1) === 1 ? 'numbers' : 'classes';
    if (found === 'sigmoid') return 'independent';
    if (found !== undefined) return 'numbers';
    const next = isModel(layer) ? layer.outputs[at.index] : layer.weights.length === 0 ? inputs[0] : undefined;
    // What a layer of one's own gives, nobody knows; the model's author does.
    if (next === undefined) return output.shape.at(-1) === 1 ? 'independent' : 'classes';
    at = next;
  }
}

function activationOf(layer: Layer): string | undefined {
  if (layer.className === 'Softmax') return 'softmax';
  if (layer instanceof OpLayer && ['softmax', 'sigmoid'].includes(layer.deferred.name)) return layer.deferred.name;
  const { activation: own } = layer as { readonly activation?: { readonly name?: unknown } };
  if (typeof own?.name !== 'string' || own instanceof Symbolic) return undefined;
  return own.name === 'linear' && layer.weights.length === 0 ? undefined : own.name;
}
