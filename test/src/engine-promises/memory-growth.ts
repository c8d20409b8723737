/** What pieces of work leave in memory, measured by memory-child.ts in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Sample, Work } from './memory-child.ts';

/** The least that a step could leave behind is its loss, a tensor with an array of one number: about 300 bytes. */
export const HEAP_BYTES_PER_STEP = 100;

/** Compiled code lies in the heap as well and comes when V8 likes: interpreted, a heap holds data only. */
const INTERPRETED = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'];

/** Bytes that each of `count` pieces of work left. */
export async function growth(what: Work, count: number, ...leak: readonly string[]): Promise<Sample> {
  const samples = await memorySamples(what, count, ...leak);
  const perRound = count / (samples.length - 1);
  const of = (key: keyof Sample): number => medianSlope(samples.map((sample) => sample[key])) / perRound;
  return { heap: of('heap'), arrayBuffers: of('arrayBuffers'), variables: of('variables'), scratch: of('scratch') };
}

/**
 * The median of the slopes between all pairs (Theil and Sen): what the collector does once does not count, nor does a
 * heap that is larger at every other sample.
 */
export function medianSlope(values: readonly number[]): number {
  const slopes = values.flatMap((value, i) => values.slice(0, i).map((earlier, j) => (value - earlier) / (i - j)));
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? NaN;
}

/** The memory before `count` pieces of work, and after each tenth of them. */
export async function memorySamples(what: Work, count: number, ...leak: readonly string[]): Promise<Sample[]> {
  const script = fileURLToPath(new URL('./memory-child.js', import.meta.url));
  const device = process.execArgv.some((arg) => arg.includes('use-async-device'))
    ? [`--import=${new URL('../../support/use-async-device.js', import.meta.url).href}`]
    : [];
  const child = spawn(
    process.execPath,
    [...device, ...INTERPRETED, '--expose-gc', script, what, String(count), ...leak],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return JSON.parse(output) as Sample[];
}
