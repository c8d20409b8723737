/** What a constraint is: a rule that a weight keeps after every update. */
import type { Tensor } from '../tensor/tensor.ts';

export interface Constraint {
  /** Keras's class name: `'MaxNorm'`. */
  readonly className: string;
  /** The nearest value that keeps the rule. */
  apply(weight: Tensor): Tensor;
  /** The settings as Keras writes them. */
  getConfig(): Readonly<Record<string, unknown>>;
}
