/**
 * C4: one file for each way that loaders of models were broken into, and for each kind of broken archive: all refused, by
 * the right message, within a second, and without a look at any other file.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { FormatError } from '../../src/errors.ts';
import { configHoles } from './hostile/config-holes.ts';
import { hdf5Holes } from './hostile/hdf5-holes.ts';
import type { Hole } from './hostile/hole.ts';
import { kerasReaders } from './hostile/keras-readers.ts';
import { shardHoles } from './hostile/shard-holes.ts';
import { tfjsHoles } from './hostile/tfjs-holes.ts';
import { zipHoles } from './hostile/zip-holes.ts';
import { firstLine, type Measured } from './measure.ts';

/** Longest that one file may take, in milliseconds of the processor: other programs may have it meanwhile. */
const PATIENCE = 1_000;

export const holes: readonly Hole[] = [...configHoles, ...zipHoles, ...hdf5Holes, ...tfjsHoles, ...shardHoles];

export async function knownHoles(given: readonly Hole[] = holes): Promise<Measured> {
  // What reading any file loads is loaded before files are watched.
  for (const { files, read } of kerasReaders) for (const bytes of await files()) await read(bytes);
  const failures: string[] = [];
  let slowest = 0;
  for (const { name, make, load, message } of given) {
    const bytes = await make();
    const start = process.cpuUsage();
    const { error, opened } = await watched(() => load(bytes));
    const time = process.cpuUsage(start).user / 1000;
    slowest = Math.max(slowest, time);
    if (error === undefined) failures.push(`${name}: is read`);
    else if (!(error instanceof FormatError)) failures.push(`${name}: ${firstLine(error)}`);
    else if (!message.test(error.message)) failures.push(`${name}: says ${firstLine(error)}`);
    if (opened.length > 0) failures.push(`${name}: opens ${opened.join(', ')}`);
    if (time > PATIENCE) failures.push(`${name}: takes ${time.toFixed(0)} ms`);
  }
  return {
    figure: failures[0] ?? `${given.length} files refused, slowest ${slowest.toFixed(0)} ms; no other file opened`,
    met: failures.length === 0 && given.length > 0,
    cases: given.length,
    detail: { files: given.length, slowest, failures },
  };
}

const watchedCalls = ['open', 'openSync', 'readFile', 'readFileSync', 'createReadStream'] as const;

/** Runs a task, and tells what files it opened. */
async function watched(
  task: () => Promise<unknown>,
): Promise<{ readonly error: unknown; readonly opened: readonly string[] }> {
  const opened: string[] = [];
  const restore = [fs, fs.promises].flatMap((module) =>
    watchedCalls.flatMap((name) => {
      const target = module as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
      const original = target[name];
      if (!original) return [];
      target[name] = (...args) => {
        opened.push(String(args[0]));
        return original.apply(module, args);
      };
      return [() => (target[name] = original)];
    }),
  );
  syncBuiltinESMExports();
  try {
    await task();
    return { error: undefined, opened };
  } catch (error) {
    return { error, opened };
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
}
