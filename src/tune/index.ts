/** gradtape/tune: search spaces, samplers, pruners and studies. */
export * as pruners from './pruners/index.ts';
export * as samplers from './samplers/index.ts';

export { createStudy, type CreateStudyOptions } from './create-study.ts';
export { crossValidate, type CrossValidateOptions, type CrossValidation } from './cross-validate.ts';
export type { Choice, Distribution, FloatRangeOptions, IntRangeOptions, ParamValue } from './distribution.ts';
export type { TellOptions } from './outcome.ts';
export type { BuildModel, Fold, FoldFit } from './fold.ts';
export { journalFile, type JournalFileOptions } from './journal-file.ts';
export type { Objective, OptimizeOptions, StudyCallback } from './optimize.ts';
export type { ImportanceOptions } from './importance.ts';
export type { StudyPicture, StudyPictureOptions } from './pictures/study-picture.ts';
export type { PrunedStudy, Pruner, PruningContext } from './pruner.ts';
export type { Direction, Journal, JsonValue, StudyRecord } from './records.ts';
export type { JointValue, Sampler, SamplerOptions, SamplingContext } from './sampler.ts';
export type { EnqueueOptions } from './enqueue.ts';
export type { Study } from './study.ts';
export { pruningCallback, type PruningCallbackOptions } from './pruning-callback.ts';
export type { SampleData } from '../training/samples.ts';
export type { Score } from './scores.ts';
export {
  groupKFold,
  kFold,
  stratifiedGroupKFold,
  stratifiedKFold,
  timeSeriesSplit,
  type FoldOptions,
  type Labels,
  type Split,
  type TimeSeriesOptions,
} from './splits/index.ts';
export { Trial, TrialPruned, type ObjectiveTrial } from './trial.ts';
export { trialLogs, type TrialLogsOptions } from './trial-logs.ts';
export type { TrialRecord, TrialState } from './trial-record.ts';
export { tuneModel, type BuildTrialModel, type TunedModel, type TuneModelOptions } from './tune-model.ts';
