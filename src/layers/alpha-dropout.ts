/** Dropout for networks of selu units, which keeps their mean and variance. */
import { add, greaterEqual, mul, sub } from '../ops/index.ts';
import { randomUniformWith } from '../ops/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Dropout, type DropoutOptions } from './dropout.ts';
import { rateOption } from './options.ts';

/** What selu tends to at minus infinity. */
const SATURATED = -1.6732632423543772 * 1.0507009873554805;

export class AlphaDropout<Name extends string = string> extends Dropout<Name> {
  static override readonly kerasName: string = 'AlphaDropout';

  constructor(options: DropoutOptions<Name> & { readonly rate: number }) {
    super(options);
    rateOption(`layer '${this.name}'`, 'the dropout rate', options.rate);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const { rate } = this;
    if (!context.training || rate === 0) return x;
    const drawn = randomUniformWith(this.noiseShape(x.shape), context.random('dropout', this.givenSeed));
    const kept = greaterEqual(drawn, rate);
    // y = a (kept ? x : saturated) + b, with a and b such that mean 0 and variance 1 stay
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED * SATURATED));
    const b = -a * SATURATED * rate;
    return add(mul(add(mul(x, kept), mul(sub(1, kept), SATURATED)), a), b);
  }
}

/**
 * Dropout for selu units: in training each value is, with probability `rate`, what selu tends to at minus infinity;
 * then all are scaled and shifted so that mean 0 and variance 1 stay. Source: Klambauer et al. 2017; Keras `AlphaDropout`.
 * @param rate fraction dropped, at least 0 and below 1
 * @param options noiseShape: the input's; seed: the layer's own
 * @throws ArgumentError for another rate, a seed that is no integer, or a noise shape that is no list of sizes
 * @example const y = layers.alphaDropout(0.1)(layers.dense(8, { activation: 'selu' })(x));
 */
export function alphaDropout<const Name extends string = string>(
  rate: number,
  options: DropoutOptions<Name> = {},
): AlphaDropout<Name> {
  return new AlphaDropout<Name>({ ...options, rate });
}
