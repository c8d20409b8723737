/**
 * D5: a NaN in a layer, a loss, a gradient or a batch ends training at its batch, the debug mode names where it arose, and
 * the backup is the one from before the weights were NaN.
 */
import { readState } from '../../src/io/state-bytes.ts';
import { openSealed } from '../../src/io/sealed-bytes.ts';
import { callbacks, NumericError, type Callback } from '../../src/index.ts';
import { readRun } from '../../src/training/run-state.ts';
import { captured } from '../src/callbacks/fake-model.ts';
import { batchesRun, debugError, injections, type Injection } from '../src/training/nan-injections.ts';
import type { Measured } from './measure.ts';

export async function injectedNaN(
  scenarios: Readonly<Record<string, Injection>> = injections,
  backup: typeof callbacks.backupAndRestore = callbacks.backupAndRestore,
): Promise<Measured> {
  const failures: string[] = [];
  for (const [where, injection] of Object.entries(scenarios)) {
    let batches: readonly number[] = [];
    // terminateOnNaN prints a line.
    await captured(async () => (batches = await batchesRun(injection)));
    if (batches.length !== injection.batch + 1) {
      failures.push(`NaN in ${where}: training ended after ${batches.length} batches, not ${injection.batch + 1}`);
    }
    const kept = await backupOf(injection, backup);
    if (kept) failures.push(`NaN in ${where}: ${kept}`);
    const error = await debugError(injection);
    if (!(error instanceof NumericError && injection.named.test(error.message))) {
      failures.push(`NaN in ${where}: the debug mode does not name it: ${String(error)}`);
    }
  }
  const count = Object.keys(scenarios).length;
  return {
    figure:
      failures[0] ??
      `${count} of ${count} places: stops at that batch, debug names op and layer, the last good backup is kept`,
    met: failures.length === 0 && count > 0,
    detail: { places: Object.keys(scenarios).join(', '), failures },
  };
}

/** What is wrong with the backup that a training with a NaN leaves. */
async function backupOf(
  injection: Injection,
  backupAndRestore: typeof callbacks.backupAndRestore,
): Promise<string | undefined> {
  let bytes: Uint8Array | undefined;
  let good = 0;
  const counter: Callback = {
    async onTrainBatchEnd(_batch, { loss }) {
      const weights = await this.model.getWeights();
      if (Number.isFinite(loss) && weights.every(({ data }) => data.every(Number.isFinite))) good++;
    },
  };
  const backup = backupAndRestore('run', {
    saveFreq: 1,
    sink: (_name, given) => void (bytes = given.slice()),
    source: () => undefined,
  });
  const { warn } = console;
  console.warn = () => undefined;
  try {
    await captured(() => batchesRun(injection, [counter, backup]));
  } finally {
    console.warn = warn;
  }
  if (bytes === undefined) return good === 0 ? undefined : `no backup after ${good} good batches`;
  if (bytes.length === 0) return 'the backup was removed';
  const { position, fields } = readRun('run', readState(openSealed(bytes, 'run'), 'run'));
  if (!fields.tensors('weights').every(({ data }) => data.every(Number.isFinite))) return 'the backup has the NaN';
  const batches = 3 * position.epoch + position.batch;
  return batches === good ? undefined : `the backup is of batch ${batches}, the last good one was ${good}`;
}
