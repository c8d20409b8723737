/**
 * C1: mutated files, given to every reader of bytes from outside: each is read or refused by FormatError, within a second.
 * Event files are written here and read by nobody but TensorBoard.
 */
import { FormatError } from '../../src/errors.ts';
import { mutatedBytes } from '../support/mutated-bytes.ts';
import { startWatchdog } from '../support/watchdog.ts';
import { captured } from '../src/callbacks/fake-model.ts';
import { hostileReaders, type HostileReader } from './hostile-readers.ts';
import { firstLine, type Measured } from './measure.ts';

/** Longest that one file may take, in milliseconds. */
const PATIENCE = 1_000;
/** One that takes longer than this is taken for one that never ends: the process is ended, and says at which file. */
const FOREVER = 60_000;

interface Tally {
  readonly refused: number;
  readonly slowest: number;
  readonly failures: readonly string[];
}

/** @param count files for each reader */
export async function hostileFiles(
  count: number,
  readers: readonly HostileReader[] = hostileReaders,
): Promise<Measured> {
  const tallies = new Map<string, Tally>();
  for (const reader of readers) {
    await captured(async () => void tallies.set(reader.name, await tallyOf(reader, count)));
  }
  const failures = [...tallies].flatMap(([name, tally]) => tally.failures.map((failure) => `${name}: ${failure}`));
  const figures = [...tallies].map(
    ([name, { refused, slowest }]) => `${name}: ${count} files, ${refused} refused, slowest ${slowest.toFixed(0)} ms`,
  );
  // Of files that were changed at random most must be refused, else nothing is checked.
  const isChecked = [...tallies.values()].every(({ refused }) => refused > count / 4);
  return {
    figure: failures[0] ?? `only FormatError; ${figures.join('; ')}`,
    met: failures.length === 0 && isChecked && tallies.size > 0,
    cases: count,
    detail: { count, readers: Object.fromEntries(tallies), failures: failures.slice(0, 20) },
  };
}

async function tallyOf({ name, files, read }: HostileReader, count: number): Promise<Tally> {
  const failures: string[] = [];
  let refused = 0;
  let slowest = 0;
  const originals = await files();
  const watchdog = startWatchdog(`${name}: file`, FOREVER);
  for (let seed = 0; seed < count; seed++) {
    const { bytes, kinds } = mutatedBytes(originals[seed % originals.length] ?? new Uint8Array(), seed);
    watchdog.begin(seed);
    const file = `file ${seed} (${kinds.join(', ')})`;
    const { error, time: first } = await attempt(read, bytes);
    if (error !== undefined) refused += 1;
    if (error !== undefined && !(error instanceof FormatError)) failures.push(`${file}: ${firstLine(error)}`);
    // The machine may have been busy with something else.
    const time = first > PATIENCE ? Math.min(first, (await attempt(read, bytes)).time) : first;
    slowest = Math.max(slowest, time);
    if (time > PATIENCE) failures.push(`${file}: ${time.toFixed(0)} ms`);
  }
  await watchdog.stop();
  return { refused, slowest, failures };
}

async function attempt(read: HostileReader['read'], bytes: Uint8Array): Promise<{ error?: unknown; time: number }> {
  const start = performance.now();
  try {
    await read(bytes);
    return { time: performance.now() - start };
  } catch (error) {
    return { error: error ?? 'undefined', time: performance.now() - start };
  }
}
