/** Every value as likely as any other, whatever the other trials were. */
import { optionsOf } from '../../errors.ts';
import { fromUnit } from '../distribution.ts';
import type { Sampler, SamplerOptions } from '../sampler.ts';
import { checkSeed } from './seed.ts';

/**
 * Random search: each parameter evenly within its range, or evenly in its logarithm.
 * @param options `seed`
 * @throws ArgumentError for a seed that is no integer
 * @example createStudy({ sampler: samplers.random({ seed: 1 }) })
 */
export function random(options?: SamplerOptions): Sampler {
  const { seed = 0 } = optionsOf('samplers.random', options);
  checkSeed('samplers.random', seed);
  return {
    name: 'random',
    seed,
    sample: (context, _name, distribution) => fromUnit(distribution, context.random.uniform()),
  };
}
