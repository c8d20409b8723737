/** Measures workloads on engines of Node, one after the other. */
import { cpus } from 'node:os';
import type { Engine } from './engines/engine.ts';
import { firstRunMilliseconds } from './engines/gradtape.ts';
import { measure, type MeasureOptions } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Results, Row } from './report/results.ts';
import { peakRate } from './timing/peak.ts';
import { tinyRunMilliseconds } from './timing/tiny-runs.ts';
import { namesWith } from './workloads/index.ts';
import type { Workload } from './workloads/workload.ts';

const COMMON = { tooLong: 'long runs are measured without --quick', firstRun: firstRunMilliseconds };
const WHOLE: MeasureOptions = {
  ...COMMON,
  turns: { rounds: 11, turn: 30, warmUp: 300, budget: 6000, patience: 6000, timeTiny: tinyRunMilliseconds },
  longest: Infinity,
};
const QUICK: MeasureOptions = {
  ...COMMON,
  turns: { rounds: 3, turn: 5, warmUp: 30, budget: 250, patience: 2000, timeTiny: tinyRunMilliseconds },
  longest: 400,
};

/** @param version gradtape's. @param engines the first one's results are what the others' are compared with. @param tell hears the progress */
export async function measureAll(
  version: string,
  workloads: readonly Workload[],
  engines: readonly Engine[],
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<Results> {
  const names = namesWith(
    workloads.map(({ name }) => name),
    options.only,
  );
  const peak = peakRate();
  const rows: Row[] = [];
  for (const workload of workloads.filter(({ name }) => names.includes(name))) {
    tell(workload.name);
    rows.push(await measure(workload, engines, options.quick ? QUICK : WHOLE));
  }
  return {
    version,
    date: new Date().toISOString().slice(0, 10),
    machine: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    engines: engines.map(({ name, version: number, role }) => ({ name, version: number, role })),
    peak,
    rows,
  };
}
