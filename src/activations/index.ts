/** Activations: functions that a layer applies to its output. */
export {
  elu,
  exponential,
  gelu,
  hardSigmoid,
  leakyRelu,
  linear,
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
  type Activation,
} from './activations.ts';
export { resolveActivation, type ResolvedActivation } from './resolve.ts';
