/** What a regularizer is: a term that large weights or outputs add to the loss. */
import type { Tensor } from '../tensor/tensor.ts';

export interface Regularizer {
  /** Keras's class name: `'L2'`. */
  readonly className: string;
  /** The term, a scalar. */
  apply(x: Tensor): Tensor;
  /** The settings as Keras writes them. */
  getConfig(): Readonly<Record<string, unknown>>;
}
