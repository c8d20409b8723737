/** Activations by name. */
import { checkFunction } from '../errors.ts';
import { lookUp } from '../names.ts';
import {
  elu,
  exponential,
  gelu,
  celu,
  hardSigmoid,
  hardSigmoidKeras2,
  hardSilu,
  hardTanh,
  leakyRelu,
  linear,
  logSigmoid,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
  tanhShrink,
  type Activation,
} from './activations.ts';

/** An activation and the name that Keras's files call it by. */
export interface ResolvedActivation {
  /** Undefined for a function of the user's. */
  readonly name: string | undefined;
  readonly apply: Activation;
}

const known: ReadonlyMap<string, Activation> = new Map([
  ['linear', linear],
  ['relu', relu],
  ['relu6', relu6],
  ['leaky_relu', leakyRelu],
  ['elu', elu],
  ['selu', selu],
  ['gelu', gelu],
  ['silu', silu],
  ['sigmoid', sigmoid],
  ['hard_sigmoid', hardSigmoid],
  ['hard_sigmoid_keras2', hardSigmoidKeras2],
  ['tanh', tanh],
  ['softmax', softmax],
  ['log_softmax', logSoftmax],
  ['softplus', softplus],
  ['softsign', softsign],
  ['exponential', exponential],
  ['mish', mish],
  ['celu', celu],
  ['hard_silu', hardSilu],
  ['hard_tanh', hardTanh],
  ['log_sigmoid', logSigmoid],
  ['tanh_shrink', tanhShrink],
]);

const aliases: ReadonlyMap<string, Activation> = new Map([
  ['swish', silu],
  ['hard_swish', hardSilu],
]);

/**
 * The activation that an option names: `'leaky_relu'` or `'leakyRelu'`, a function, or none, which is linear.
 * @param where the layer that asks
 * @throws ArgumentError for an unknown name
 */
export function resolveActivation(where: string, value: string | Activation | undefined): ResolvedActivation {
  if (value !== undefined && typeof value !== 'string') checkFunction(where, 'the activation', value);
  const apply = typeof value === 'string' ? lookUp(where, 'activation', value, known, aliases) : (value ?? linear);
  for (const [name, activation] of known) if (activation === apply) return { name, apply };
  return { name: undefined, apply };
}
