/** Callbacks: what happens between the steps of a training. */
import { History } from '../training/history.ts';

export { progressBar, type ProgressBar, type ProgressBarOptions } from '../training/progress-bar.ts';
export {
  backupAndRestore,
  type BackupAndRestore,
  type BackupAndRestoreOptions,
  type FileSource,
} from './backup-and-restore.ts';
export { csvLogger, type CsvLogger, type CsvLoggerOptions } from './csv-logger.ts';
export { earlyStopping, type EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
export { lambdaCallback } from './lambda-callback.ts';
export {
  learningRateScheduler,
  type EpochSchedule,
  type LearningRateScheduler,
  type LearningRateSchedulerOptions,
} from './learning-rate-scheduler.ts';
export { modelCheckpoint, type ModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.ts';
export type { MonitorMode, MonitorOptions } from './monitor.ts';
export { reduceLROnPlateau, type ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.ts';
export { remoteMonitor, type RemoteMonitor, type RemoteMonitorOptions } from './remote-monitor.ts';
export {
  snapshotEnsemble,
  type SnapshotEnsemble,
  type SnapshotEnsembleOptions,
  type SnapshotModelsOptions,
} from './snapshot-ensemble.ts';
export { swapEmaWeights, type SwapEmaWeights, type SwapEmaWeightsOptions } from './swap-ema-weights.ts';
export type { EmbeddingLabels } from './embedding-files.ts';
export type { HParamValue } from '../io/tensorboard/hparams.ts';
export { tensorBoard, type TensorBoard } from './tensor-board.ts';
export type { TensorBoardOptions, TensorBoardSettings } from './tensor-board-options.ts';
export { terminateOnNaN, type TerminateOnNaN, type TerminateOnNaNOptions } from './terminate-on-nan.ts';
export { weightAveraging, type WeightAveraging, type WeightAveragingOptions } from './weight-averaging.ts';

/** A record of every epoch's logs. `fit` makes one by itself and returns it. */
export function history(): History {
  return new History();
}
