/** B1 to B3: the weights of trained models, to the bit, from run to run, for any number of threads and on any engine. */
import { enginePaths, goldenHashes, hashesOn, THREAD_COUNTS, versionOf } from '../src/engine-promises/golden-run.ts';
import type { Hashes } from '../src/engine-promises/golden-training.ts';
import type { Measured } from './measure.ts';

const textOf = (hashes: Hashes): string => JSON.stringify(hashes);

/** B1: several runs of 500 steps of four models, in processes of their own. */
export async function runToRun(
  runs: number,
  hashes: () => Promise<Hashes> = () => hashesOn(process.execPath),
): Promise<Measured> {
  const different = new Set<string>();
  for (let run = 0; run < runs; run++) different.add(textOf(await hashes()));
  return {
    figure: `${different.size} different outcome${different.size === 1 ? '' : 's'} of ${runs} runs: MLP, CNN, LSTM and GRU, batch norm with dropout`,
    met: different.size === 1,
    cases: runs,
    detail: { runs, outcomes: [...different] },
  };
}

/**
 * B2: threads that begin each part after a random delay; every call that can be shared is.
 * @param most of the numbers of threads to try, from the smallest on
 */
export async function threadCounts(
  mostDelay: number,
  most: number = THREAD_COUNTS.length,
  expected: Hashes = goldenHashes(),
): Promise<Measured> {
  const golden = textOf(expected);
  const counts = THREAD_COUNTS.slice(0, most);
  const right: number[] = [];
  for (const threads of counts) {
    if (textOf(await hashesOn(process.execPath, { threads, mostDelay })) === golden) right.push(threads);
  }
  return {
    figure: `the written bits with ${right.join(', ') || 'no'} threads, random delays of up to ${mostDelay} ms before a part`,
    met: right.length === counts.length,
    cases: counts.length,
    detail: { threads: counts, right, mostDelay },
  };
}

/** B3: each engine's weights beside those that are written down. Those of Chromium and Firefox: test/browser/threads.ts. */
export async function engines(
  paths: readonly string[] = enginePaths(),
  golden: Hashes = goldenHashes(),
): Promise<Measured> {
  const outcomes: Record<string, boolean> = {};
  for (const path of paths) outcomes[await versionOf(path)] = textOf(await hashesOn(path)) === textOf(golden);
  const names = Object.keys(outcomes);
  return {
    figure: `the written bits on ${names.filter((name) => outcomes[name]).join(', ') || 'none'} of ${names.join(', ')}`,
    met: Object.values(outcomes).every(Boolean),
    ...(paths.length < 3 && { missing: 'other versions of Node: name their programs in GRADTAPE_ENGINES' }),
    detail: { outcomes },
  };
}
