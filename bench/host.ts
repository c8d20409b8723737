/**
 * All engines of Node in this process. One table with the operands in each engine's own memory, nothing read back; a second
 * one from typed arrays to typed arrays.
 */
import { allEngines } from './engines/index.ts';
import { install } from './install.ts';
import { measureAll } from './measure-all.ts';
import type { BenchOptions } from './options.ts';
import type { Results } from './report/results.ts';
import { save } from './report/save.ts';
import { reasons, table } from './report/table.ts';
import { allWorkloads, namesWith } from './workloads/index.ts';

/** @param version gradtape's. @param tell hears the progress; the report is printed */
export async function benchHost(version: string, options: BenchOptions, tell: (line: string) => void): Promise<void> {
  const workloads = allWorkloads(1);
  // Before anything is installed.
  namesWith(
    workloads.map(({ name }) => name),
    options.only,
  );
  install('bench/peers', '540 MB', tell);
  const engines = await allEngines(version, tell);
  const results = await measureAll(version, workloads, engines, options, tell);
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
