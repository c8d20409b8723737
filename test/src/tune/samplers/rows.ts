/** The samplers that the laws are about: one row each. */
import type { Sampler } from '../../../../src/tune/index.ts';
import { samplers } from '../../../../src/tune/index.ts';
import { gridOf, type Parameter } from './spaces.ts';

export interface SamplerRow {
  readonly name: string;
  /** For a study over this space. */
  readonly make: (seed: number, space: readonly Parameter[]) => Sampler;
  /** Default: 1. */
  readonly objectives?: number;
  /** Why bounds may not change from trial to trial. Default: they may. */
  readonly fixedBounds?: string;
}

/** Few random trials at first, so that short studies come to what a sampler is about. */
export const samplerRows: readonly SamplerRow[] = [
  { name: 'random', make: (seed) => samplers.random({ seed }) },
  { name: 'sobol', make: (seed) => samplers.sobol({ seed }) },
  {
    name: 'grid',
    make: (seed, space) => samplers.grid(gridOf(space), { seed }),
    fixedBounds: 'its values are given before',
  },
  { name: 'tpe', make: (seed) => samplers.tpe({ seed, startupTrials: 4 }) },
  { name: 'tpe, no groups', make: (seed) => samplers.tpe({ seed, startupTrials: 4, group: false }) },
  { name: 'tpe, each parameter alone', make: (seed) => samplers.tpe({ seed, startupTrials: 4, multivariate: false }) },
  { name: 'tpe, two objectives', make: (seed) => samplers.tpe({ seed, startupTrials: 4 }), objectives: 2 },
  { name: 'bayesian', make: (seed) => samplers.bayesian({ seed, startupTrials: 4 }) },
  {
    name: 'bayesian, two objectives',
    make: (seed) => samplers.bayesian({ seed, startupTrials: 4 }),
    objectives: 2,
  },
  { name: 'cmaEs', make: (seed) => samplers.cmaEs({ seed, population: 4 }) },
  { name: 'genetic', make: (seed) => samplers.genetic({ seed, population: 4 }) },
  { name: 'genetic, two objectives', make: (seed) => samplers.genetic({ seed, population: 4 }), objectives: 2 },
];
