/**
 * Common ops as methods of tensors and of symbolic tensors: `a.add(b).tanh().mean()`. Importing this file attaches
 * them; it is the one file of the core with a side effect.
 */
import { Symbolic } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Shape } from '../tensor/shape.ts';
import { relu, sigmoid } from './activations.ts';
import { add, div, mul, neg, square, sub } from './arithmetic.ts';
import type { ReductionOptions } from './broadcasting.ts';
import { abs } from './comparison.ts';
import type { TensorLike } from './define-op.ts';
import { slice } from './joining.ts';
import { transpose, type TransposeCallOptions } from './layout.ts';
import { exp, log, pow, sqrt, tanh } from './math.ts';
import { matmul, type MatmulCallOptions } from './matmul.ts';
import { max, mean, min, sum } from './reductions.ts';
import { reshape } from './shaping.ts';
import { softmax, type SoftmaxOptions } from './softmax.ts';

/** What the methods take beside the tensor itself, and what they give. */
interface Methods<Operand, Result> {
  /** See `ops.add`. */
  add(other: Operand): Result;
  /** See `ops.sub`. */
  sub(other: Operand): Result;
  /** See `ops.mul`. */
  mul(other: Operand): Result;
  /** See `ops.div`. */
  div(other: Operand): Result;
  /** See `ops.pow`. */
  pow(exponent: Operand): Result;
  /** See `ops.neg`. */
  neg(): Result;
  /** See `ops.abs`. */
  abs(): Result;
  /** See `ops.exp`. */
  exp(): Result;
  /** See `ops.log`. */
  log(): Result;
  /** See `ops.sqrt`. */
  sqrt(): Result;
  /** See `ops.square`. */
  square(): Result;
  /** See `ops.tanh`. */
  tanh(): Result;
  /** See `ops.sigmoid`. */
  sigmoid(): Result;
  /** See `ops.relu`. */
  relu(): Result;
  /** See `ops.softmax`. */
  softmax(options?: SoftmaxOptions): Result;
  /** See `ops.sum`. */
  sum(options?: ReductionOptions): Result;
  /** See `ops.mean`. */
  mean(options?: ReductionOptions): Result;
  /** See `ops.max`. */
  max(options?: ReductionOptions): Result;
  /** See `ops.min`. */
  min(options?: ReductionOptions): Result;
  /** See `ops.matmul`. */
  matmul(other: Operand, options?: MatmulCallOptions): Result;
  /** See `ops.reshape`. */
  reshape(shape: Shape): Result;
  /** See `ops.transpose`. */
  transpose(options?: TransposeCallOptions): Result;
  /** See `ops.slice`. */
  slice(begin: readonly number[], size?: readonly number[]): Result;
}

/** The methods of Tensor. */
export interface TensorMethods extends Methods<TensorLike, Tensor> {}

/** The methods of symbolic tensors, which a model's SymbolicTensor declares: they make layers of the ops. `Result` is what those layers give. */
export interface SymbolicMethods<Result> extends Methods<TensorLike | Symbolic, Result> {}

declare module '../tensor/tensor.ts' {
  interface Tensor extends TensorMethods {}
}

const unary = { neg, abs, exp, log, sqrt, square, tanh, sigmoid, relu };
const withArguments = { add, sub, mul, div, pow, softmax, sum, mean, max, min, matmul, reshape, transpose, slice };

for (const [name, op] of Object.entries({ ...unary, ...withArguments })) {
  const apply = op as (...inputs: readonly unknown[]) => unknown;
  const value = function (this: unknown, ...others: readonly unknown[]): unknown {
    return apply(this, ...others);
  };
  Object.defineProperty(value, 'name', { value: name });
  for (const prototype of [Tensor.prototype, Symbolic.prototype]) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}
