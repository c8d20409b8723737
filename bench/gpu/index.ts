/**
 * `npm run bench -- --gpu`: gradtape on the graphics card beside TensorFlow.js, in one page of headless Chromium and in
 * turns; with `--dawn` gradtape alone, in this process.
 */
import { cpus } from 'node:os';
import type { BenchOptions, GpuPlace } from '../options.ts';
import { gpuTable } from '../report/gpu-table.ts';
import type { GpuResults, Row } from '../report/results.ts';
import { keep } from '../report/save.ts';
import { reasons, timesOf } from '../report/table.ts';
import { namesWith } from '../workloads/index.ts';
import { siteAt } from './sites.ts';

const CAPTION = `Operands in the memory of each engine; ms, medians over turns. A run is over when one number of its last result was
read, training: the loss. Devices work in the order of the calls, so everything before it is done then. gradtape on a card
runs a slice and waits for its program`;
const OF_PEERS = `; tfjs runs a slice and waits for data(), on webgl dataSync(), which is faster there`;

/** @param version gradtape's. @param tell hears the progress; the report is printed */
export async function benchGpu(
  version: string,
  place: GpuPlace,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<void> {
  const site = await siteAt(place, version, tell);
  try {
    for (const line of site.notStarted) tell(line);
    const rows: Row[] = [];
    for (const name of namesWith(site.workloads, options.only)) {
      tell(name);
      const row = await site.measure(name, options.quick);
      rows.push(row);
      tell(`  ${timesOf(row)}`);
    }
    const { adapter, runtime, engines } = site;
    const date = new Date().toISOString().slice(0, 10);
    const machine = cpus()[0]?.model ?? 'unknown';
    const results: GpuResults = { version, date, machine, adapter, runtime, engines, rows };
    print(results);
    if (options.save) keep(`${version}-${place === 'page' ? 'gpu' : 'gpu-dawn'}`, results, tell);
  } finally {
    await site.close();
  }
}

function print(results: GpuResults): void {
  const { version, date, machine, adapter, runtime, engines } = results;
  const peers = engines.filter(({ role }) => role === 'peer').map(({ name, version: number }) => `${name} ${number}`);
  console.log(`gradtape ${version}, ${runtime}, graphics card: ${adapter}, ${machine}, ${date}`);
  if (peers.length > 0) console.log(`peers: ${peers.join(', ')}`);
  console.log(`\n${CAPTION}${peers.length > 0 ? OF_PEERS : ''}.\n${gpuTable(results, 'milliseconds')}\n`);
  console.log(`From typed arrays to typed arrays; ms\n${gpuTable(results, 'withTransfers')}\n`);
  console.log(reasons(results));
}
