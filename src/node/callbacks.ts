/**
 * The callbacks of 'gradtape/node': the core's, the same references, and in place of each that gives its files to a sink
 * one of the same name that takes a path. A name exported here hides the core's.
 */
export * from '../callbacks/index.ts';
export { backupAndRestore, type BackupAndRestoreFileOptions } from './backup-and-restore.ts';
export { csvLogger, type CsvLoggerFileOptions } from './csv-logger.ts';
export { modelCheckpoint, type ModelCheckpointFileOptions } from './model-checkpoint.ts';
export { tensorBoard, type TensorBoardFileOptions } from './tensor-board.ts';
