/** gradtape/tune: search spaces, samplers, pruners and studies. */
export * as samplers from './samplers/index.ts';

export { createStudy, type CreateStudyOptions } from './create-study.ts';
export type { Choice, Distribution, FloatRangeOptions, IntRangeOptions, ParamValue } from './distribution.ts';
export type { Objective, OptimizeOptions, StudyCallback } from './optimize.ts';
export type { Pruner, PruningContext } from './pruner.ts';
export type { Direction, Journal, JsonValue, StudyRecord } from './records.ts';
export type { JointValue, Sampler, SamplerOptions, SamplingContext } from './sampler.ts';
export {
  groupKFold,
  kFold,
  stratifiedKFold,
  timeSeriesSplit,
  type FoldOptions,
  type Labels,
  type Split,
  type TimeSeriesOptions,
} from './splits/index.ts';
export type { EnqueueOptions, Study, TellOptions } from './study.ts';
export { Trial, TrialPruned, type ObjectiveTrial } from './trial.ts';
export type { TrialRecord, TrialState } from './trial-record.ts';
