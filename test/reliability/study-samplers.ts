/** The samplers whose studies are killed, with seeds: each must ask the same points when it goes on. */
import { samplers } from '../../src/tune/index.ts';
import type { Sampler } from '../../src/tune/sampler.ts';

export const studySamplers: Readonly<Record<string, () => Sampler>> = {
  random: () => samplers.random({ seed: 11 }),
  bayesian: () => samplers.bayesian({ seed: 11 }),
  tpe: () => samplers.tpe({ seed: 11 }),
};

/** @throws RangeError for a name that is not in the table */
export function studySampler(name: string): Sampler {
  const make = studySamplers[name];
  if (make) return make();
  throw new RangeError(`no sampler ${name}: ${Object.keys(studySamplers).join(', ')}`);
}
