/**
 * `npm run bench`: every workload on gradtape and on the pinned peers, all in this process and in turns. One table with
 * the operands in each engine's own memory, nothing read back; a second one from typed arrays to typed arrays.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { allEngines } from './engines/index.ts';
import { installPeers } from './install-peers.ts';
import { measure, type MeasureOptions } from './measure.ts';
import { parseOptions } from './options.ts';
import type { Results, Row } from './report/results.ts';
import { save } from './report/save.ts';
import { reasons, table } from './report/table.ts';
import { peakRate } from './timing/peak.ts';
import { workloads } from './workloads/index.ts';

const WHOLE: MeasureOptions = {
  turns: { rounds: 11, turn: 30, warmUp: 300, budget: 6000, patience: 6000 },
  longest: Infinity,
};
const QUICK: MeasureOptions = {
  turns: { rounds: 3, turn: 5, warmUp: 30, budget: 250, patience: 2000 },
  longest: 400,
};

// Progress goes to stderr, so that stdout is the report.
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const options = parseOptions(process.argv.slice(2));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const chosen = workloads.filter(({ name }) => name.toLowerCase().includes(options.only?.toLowerCase() ?? ''));
if (chosen.length === 0) {
  throw new RangeError(`bench: no workload's name contains '${options.only}'. There are: ${namesOf(workloads)}.`);
}

installPeers(tell);
const engines = await allEngines(version, tell);
const peak = peakRate();
const rows: Row[] = [];
for (const workload of chosen) {
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
console.log(`gradtape ${version}, Node ${results.node}, ${results.machine}, ${results.date}; one thread`);
console.log(
  `peers: ${results.engines
    .slice(2)
    .map(({ name, version: number }) => `${name} ${number}`)
    .join(', ')}`,
);
console.log(`peak of the 128-bit lanes, products and sums: ${peak.toFixed(1)} GFLOP/s\n`);
console.log('Operands in the memory of each engine, nothing read back; ms, medians over turns');
console.log(`${table(results, 'milliseconds')}\n`);
console.log('From typed arrays to typed arrays; ms');
console.log(`${table(results, 'withTransfers')}\n`);
console.log(reasons(results));
if (options.save) save(results, tell);

function namesOf(all: typeof workloads): string {
  return all.map(({ name }) => name).join('; ');
}
