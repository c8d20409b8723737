/** D5: a NaN in a layer, a loss, a gradient or a batch ends training at its batch, and the debug mode names where it arose. */
import { NumericError } from '../../src/index.ts';
import { captured } from '../src/callbacks/fake-model.ts';
import { batchesRun, debugError, injections, type Injection } from '../src/training/nan-injections.ts';
import type { Measured } from './measure.ts';

export async function injectedNaN(scenarios: Readonly<Record<string, Injection>> = injections): Promise<Measured> {
  const failures: string[] = [];
  for (const [where, injection] of Object.entries(scenarios)) {
    let batches: readonly number[] = [];
    // terminateOnNaN prints a line.
    await captured(async () => (batches = await batchesRun(injection)));
    if (batches.length !== injection.batch + 1) {
      failures.push(`NaN in ${where}: training ended after ${batches.length} batches, not ${injection.batch + 1}`);
    }
    const error = await debugError(injection);
    if (!(error instanceof NumericError && injection.named.test(error.message))) {
      failures.push(`NaN in ${where}: the debug mode does not name it: ${String(error)}`);
    }
  }
  const count = Object.keys(scenarios).length;
  return {
    figure: failures[0] ?? `${count} of ${count} places: stops at that batch, and debug names op and layer`,
    met: failures.length === 0 && count > 0,
    missing: 'the last good checkpoint: there are no checkpoints',
    detail: { places: Object.keys(scenarios).join(', '), failures },
  };
}
