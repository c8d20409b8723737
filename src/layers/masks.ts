/**
 * Masks travel beside tensors: 1 where a step counts, 0 where it is padding. A layer that makes a mask attaches it to
 * its output; the layers behind it, the losses and the metrics find it there.
 */
import { ArgumentError, describeValue } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';

const masks = new WeakMap<Tensor, Tensor>();

/** The mask that a layer attached to its output, `[batch, steps]` of 1 and 0; undefined where every step counts. */
export function maskOf(tensor: Tensor): Tensor | undefined {
  return masks.get(tensor);
}

/** Attaches a mask to a tensor that has none of its own history: the output of an op, not a user's tensor. */
export function setMask(tensor: Tensor, mask: Tensor): void {
  for (const [what, value] of Object.entries({ tensor, mask })) {
    if (value instanceof Tensor) continue;
    throw new ArgumentError(`setMask: the ${what} is ${describeValue(value)}. Give a tensor.`, {
      where: 'setMask',
      got: value,
    });
  }
  masks.set(tensor, mask);
}
