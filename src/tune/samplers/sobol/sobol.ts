/** Points that fill the space more evenly than random ones. */
import { optionsOf } from '../../../errors.ts';
import { fromUnit } from '../../distribution.ts';
import { Random } from '../../random.ts';
import type { Sampler, SamplerOptions } from '../../sampler.ts';
import { checkSeed } from '../seed.ts';
import { SobolAxis } from './axis.ts';
import { SOBOL_AXES } from './directions.ts';

/**
 * Quasi-random search: trial n gets point n of a scrambled Sobol sequence. The k-th parameter that a trial asks for lies on
 * axis k, so that the parameters of each branch of a conditional space fill it evenly together with what chose the branch.
 * Parameters beyond 192 are random.
 * @param options `seed` of the scrambling
 * @throws ArgumentError for a seed that is no integer
 * @example createStudy({ sampler: samplers.sobol({ seed: 1 }) })
 */
export function sobol(options?: SamplerOptions): Sampler {
  const { seed = 0 } = optionsOf('samplers.sobol', options);
  checkSeed('samplers.sobol', seed);
  const axes = new Map<number, SobolAxis>();
  return {
    name: 'sobol',
    seed,
    sample({ trial, random }, _name, distribution) {
      const position = trial.distributions.size;
      if (position >= SOBOL_AXES) return fromUnit(distribution, random.uniform());
      let axis = axes.get(position);
      if (!axis) axes.set(position, (axis = new SobolAxis(position, new Random(seed, 'sobol/axis', position))));
      return fromUnit(distribution, axis.at(trial.number));
    },
  };
}
