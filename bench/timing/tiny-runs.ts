/** Runs of microseconds: Benchmark.js finds how many of them the clock can tell, in a loop that it compiles for the purpose. */
import Benchmark from 'benchmark';
import type { TimeTiny } from './take-turns.ts';

/** The mean of Benchmark.js's samples. */
export const tinyRunMilliseconds: TimeTiny = (run, { turn, runs }) => {
  const seconds = turn / 1000;
  const benchmark = new Benchmark(run, { initCount: runs, maxTime: seconds, minTime: seconds, minSamples: 1 });
  benchmark.run({ async: false });
  return benchmark.stats.mean * 1000;
};
