/** Initializers: the first values of weights. */
export { constant, identity, ones, zeros } from './constant.ts';
export type { Initializer, RandomKey, SeedOption } from './initializer.ts';
export { orthogonal, type OrthogonalOptions } from './orthogonal.ts';
export { randomNormal, randomUniform, truncatedNormal, type NormalOptions, type UniformOptions } from './random.ts';
export { initializerFromConfig, resolveInitializer, serializeInitializer } from './resolve.ts';
export {
  computeFans,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
  type FanMode,
  type FanOptions,
  type ScalingDistribution,
  type VarianceScalingOptions,
} from './variance-scaling.ts';
