/** Trials for TensorBoard: each is a run, and its dashboard of hyperparameters compares them. */
import { ArgumentError, checkFunction, describeValue, optionsOf } from '../errors.ts';
import { writeFileAtomically } from '../io/atomic-file.ts';
import type { FileSink } from '../io/sink.ts';
import { EventWriter } from '../io/tensorboard/event-writer.ts';
import type { StudyCallback } from './optimize.ts';
import { lastStep } from './pruners/reports.ts';
import type { TrialRecord } from './trial-record.ts';

/** Options of `trialLogs`. */
export interface TrialLogsOptions {
  /** The folder of all trials. Default: `'logs'`. */
  readonly logDir?: string;
  /** Takes the files' bytes. Default, in Node: files are written. */
  readonly sink?: FileSink;
}

/**
 * A callback of `study.optimize` that logs each trial when it ends, in a folder of its own: `trial-0012` holds its
 * parameters, how it ended, what it reported (`intermediate`, by step) and its value (`objective`, or `objective_0` and
 * so on).
 * @throws ArgumentError for a wrong option; while the study runs, FileError for a folder that cannot be written
 * @example await study.optimize(objective, { trials: 50, callbacks: [trialLogs({ logDir: 'logs' })] });
 */
export function trialLogs(options?: TrialLogsOptions): StudyCallback {
  const { logDir = 'logs', sink = writeFileAtomically } = optionsOf('trialLogs', options);
  if (typeof logDir !== 'string') {
    throw new ArgumentError(`trialLogs: logDir is ${describeValue(logDir)}. Give the name of a folder.`, {
      where: 'trialLogs',
      got: logDir,
    });
  }
  checkFunction('trialLogs', 'sink', sink);
  const prefix = logDir === '' || logDir.endsWith('/') ? logDir : `${logDir}/`;
  return async (_study, trial) => {
    const folder = `${prefix}trial-${String(trial.number).padStart(4, '0')}`;
    const writer = new EventWriter({ sink, folder });
    writeTrial(writer, trial);
    await writer.flush();
  };
}

function writeTrial(writer: EventWriter, trial: TrialRecord): void {
  const { params, intermediateValues, values, state } = trial;
  const hparams = Object.entries(params).map(([name, value]) => [name, value ?? 'null'] as const);
  writer.hparamStart(Object.fromEntries(hparams));
  for (const [step, value] of intermediateValues) writer.scalar('intermediate', value, step);
  const last = lastStep(trial) ?? 0;
  for (const [i, value] of (values ?? []).entries()) {
    writer.scalar(values?.length === 1 ? 'objective' : `objective_${i}`, value, last);
  }
  writer.hparamEnd(state === 'failed' ? 'failure' : 'success');
}
