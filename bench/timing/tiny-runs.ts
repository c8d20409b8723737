/** Runs of microseconds: Benchmark.js finds how many of them the clock can tell, in a loop that it compiles for the purpose. */
import Benchmark from 'benchmark';

export interface TinyRunOptions {
  /** How long to measure, in ms. */
  readonly turn: number;
  /** How many runs that may take. */
  readonly runs: number;
}

/** @returns milliseconds of one run, the mean of Benchmark.js's samples */
export function tinyRunMilliseconds(run: () => unknown, { turn, runs }: TinyRunOptions): number {
  const seconds = turn / 1000;
  const benchmark = new Benchmark(run, { initCount: runs, maxTime: seconds, minTime: seconds, minSamples: 1 });
  benchmark.run({ async: false });
  return benchmark.stats.mean * 1000;
}
