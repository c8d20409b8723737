/** Gradients limited in size before a step, in one of Keras's three ways. */
import { ArgumentError } from '../errors.ts';
import { add, clip, div, maximum, mul, sqrt, square, sub, sum } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkNumber } from './checks.ts';

/** At most one of the three. */
export interface ClippingOptions {
  /** Each gradient is scaled down to at most this Euclidean norm. Only one of the three kinds of clipping. */
  readonly clipnorm?: number | undefined;
  /** Each gradient element is limited to [-clipvalue, clipvalue]. */
  readonly clipvalue?: number | undefined;
  /** All gradients together are scaled down to at most this Euclidean norm. */
  readonly globalClipnorm?: number | undefined;
}

/** @internal @throws ArgumentError for a bound that is not positive, or two of them */
export function checkClipping(where: string, { clipnorm, clipvalue, globalClipnorm }: ClippingOptions): void {
  const given = Object.entries({ clipnorm, clipvalue, globalClipnorm }).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    checkNumber(where, name, value as number, () => (value as number) > 0, 'a positive number, or leave it out');
  }
  if (given.length <= 1) return;
  throw new ArgumentError(
    `${where}: ${given.map(([name]) => name).join(' and ')} are both set. Only one of clipnorm, clipvalue and globalClipnorm can be.`,
    { where, got: Object.fromEntries(given) },
  );
}

/** @internal */
export function clipGradients(gradients: readonly Tensor[], options: ClippingOptions): readonly Tensor[] {
  const { clipnorm, clipvalue, globalClipnorm } = options;
  if (clipnorm !== undefined)
    return gradients.map((g) => div(mul(g, clipnorm), maximum(sqrt(sum(square(g))), clipnorm)));
  if (clipvalue !== undefined) return gradients.map((g) => clip(g, -clipvalue, clipvalue));
  if (globalClipnorm === undefined || gradients.length === 0) return gradients;
  const norm = sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
  // norm - norm is 0, or NaN where the norm is not finite: then no gradient is to be trusted.
  const scale = add(div(globalClipnorm, maximum(norm, globalClipnorm)), sub(norm, norm));
  return gradients.map((g) => mul(g, scale));
}
