/**
 * Asks a model's next training step for its gradients. That step runs a second program, which makes the same update and
 * also gives the gradients; the others cost nothing. For callbacks.
 */
import type { Model } from '../models/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';

/** Takes the gradient of each trained variable: the loss's, before clipping and weight decay. */
export type GradientReceiver = (gradients: ReadonlyMap<Variable, Tensor>) => void;

const requests = new WeakMap<Model, GradientReceiver[]>();

/** @internal Calls `receive` at the end of the model's next training step. */
export function requestGradients(model: Model, receive: GradientReceiver): void {
  const pending = requests.get(model);
  if (pending) pending.push(receive);
  else requests.set(model, [receive]);
}

/** @internal Whoever asked since the last step. */
export function takeGradientRequests(model: Model): readonly GradientReceiver[] {
  const pending = requests.get(model) ?? [];
  requests.delete(model);
  return pending;
}
