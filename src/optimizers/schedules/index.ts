/** Schedules: learning rates as functions of the step. */
export { CosineDecay, cosineDecay, type CosineDecayOptions } from './cosine-decay.ts';
export { CosineDecayRestarts, cosineDecayRestarts, type CosineDecayRestartsOptions } from './cosine-decay-restarts.ts';
export {
  ExponentialDecay,
  exponentialDecay,
  type DecayRateOptions,
  type ExponentialDecayOptions,
} from './exponential-decay.ts';
export { InverseTimeDecay, inverseTimeDecay, type InverseTimeDecayOptions } from './inverse-time-decay.ts';
export {
  PiecewiseConstantDecay,
  piecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
} from './piecewise-constant-decay.ts';
export { PolynomialDecay, polynomialDecay, type PolynomialDecayOptions } from './polynomial-decay.ts';
export { LearningRateSchedule, type ScheduleOptions } from './schedule.ts';
export { scheduleFromConfig, serializeSchedule } from './serialization.ts';
