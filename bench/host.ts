/**
 * All engines of Node in this process. One table with the operands in each engine's own memory, nothing read back; a second
 * one from typed arrays to typed arrays.
 */
import { cpus } from 'node:os';
import { firstRunMilliseconds } from './engines/gradtape.ts';
import { allEngines } from './engines/index.ts';
import { install } from './install.ts';
import { measure, type MeasureOptions } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Results, Row } from './report/results.ts';
import { save } from './report/save.ts';
import { reasons, table } from './report/table.ts';
import { peakRate } from './timing/peak.ts';
import { tinyRunMilliseconds } from './timing/tiny-runs.ts';
import { allWorkloads, namesWith } from './workloads/index.ts';

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

/** @param version gradtape's. @param tell hears the progress; the report is printed */
export async function benchHost(version: string, options: BenchOptions, tell: (line: string) => void): Promise<void> {
  const workloads = allWorkloads(1);
  const names = namesWith(
    workloads.map(({ name }) => name),
    options.only,
  );
  install('bench/peers', '540 MB', tell);
  const engines = await allEngines(version, tell);
  const peak = peakRate();
  const rows: Row[] = [];
  for (const workload of workloads.filter(({ name }) => names.includes(name))) {
    tell(workload.name);
    rows.push(await measure(workload, engines, options.quick ? QUICK : WHOLE));
  }
  const results: Results = {
    version,
    date: new Date().toISOString().slice(0, 10),
    machine: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    engines: engines.map(({ name, version: number, role }) => ({ name, version: number, role })),
    peak,
    rows,
  };
  print(results);
  if (options.save) save(results, tell);
}

function print(results: Results): void {
  const { version, node, machine, date, engines, peak } = results;
  const peers = engines.slice(2).map(({ name, version: number }) => `${name} ${number}`);
  console.log(`gradtape ${version}, Node ${node}, ${machine}, ${date}; one thread`);
  console.log(`peers: ${peers.join(', ')}`);
  console.log(`peak of the 128-bit lanes, products and sums: ${peak.toFixed(1)} GFLOP/s\n`);
  console.log('Operands in the memory of each engine, nothing read back; ms, medians over turns');
  console.log(`${table(results, 'milliseconds')}\n`);
  console.log('From typed arrays to typed arrays; ms');
  console.log(`${table(results, 'withTransfers')}\n`);
  console.log(reasons(results));
}
