/**
 * `npm run bench:keras`: `fit` of the same models in gradtape and in real Keras 3 on both of its backends that a processor
 * runs well, in processes that take turns on the same cores.
 */
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { formatTime } from '../report/table.ts';
import { keep } from '../report/save.ts';
import { namesWith } from '../workloads/index.ts';
import { jobs, stepsOf, type Job } from './jobs.ts';
import { parseKerasOptions } from './options.ts';
import {
  endTable,
  flawOf,
  missing,
  startTable,
  stepTable,
  stepTime,
  type KerasResults,
  type KerasRow,
} from './report.ts';
import { allowedCores, ENGINES, kerasPython, prepareJob, run, type EngineName, type Run } from './runs.ts';

const DEFAULT_ROUNDS = 3;

const options = parseKerasOptions(process.argv.slice(2));
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// Progress goes to stderr, so that stdout is the report.
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const names = namesWith(
  jobs.map(({ name }) => name),
  options.only,
);
const python = kerasPython(tell);
const [load = NaN] = loadavg();
const rows: KerasRow[] = [];
for (const job of jobs.filter(({ name }) => names.includes(name))) {
  const { folder, remove } = await prepareJob(job);
  try {
    for (const threads of options.threads) rows.push(measure(job, folder, threads));
  } finally {
    remove();
  }
}
const results: KerasResults = {
  version,
  date: new Date().toISOString().slice(0, 10),
  machine: cpus()[0]?.model ?? 'unknown',
  versions: Object.assign(
    {},
    ...rows.flatMap(({ sides }) => sides.flatMap(({ runs }) => runs.map((one) => one.versions))),
  ),
  load,
  rows,
};
print(results);
if (options.save) keep(`${version}-keras`, results, tell);

/** @throws RangeError when the engines did not do the same */
function measure(job: Job, folder: string, threads: number): KerasRow {
  const task = { folder, threads, cores: allowedCores(threads), python };
  const runs = new Map<EngineName, Run[]>(ENGINES.map((engine) => [engine, []]));
  const reasons = new Map<EngineName, string>();
  for (let round = 0; round < (job.rounds ?? DEFAULT_ROUNDS); round++) {
    for (let place = 0; place < ENGINES.length; place++) {
      // Who goes first, and so behind whom everyone goes, changes with the round.
      const engine = ENGINES[(place + round) % ENGINES.length] as EngineName;
      if (reasons.has(engine)) continue;
      try {
        runs.get(engine)?.push(run(engine, task));
      } catch (error) {
        reasons.set(engine, (error as Error).message);
      }
    }
  }
  const row: KerasRow = {
    job: job.name,
    threads,
    steps: stepsOf(job),
    epochs: job.epochs,
    random: job.random ?? false,
    sides: ENGINES.map((engine) => {
      const reason = reasons.get(engine);
      return { engine, runs: runs.get(engine) ?? [], ...(reason !== undefined && { reason }) };
    }),
  };
  const flaw = flawOf(row);
  if (flaw !== undefined) throw new RangeError(`bench:keras: ${flaw}`);
  const times = row.sides.map((side) => `${side.engine} ${formatTime(stepTime(side, row.steps)?.middle)}`);
  tell(`${row.job}, ${threads} threads: ${times.join(', ')} ms a step`);
  return row;
}

function print({ version: ours, date, machine, versions, load: busy, rows: all }: KerasResults): void {
  const others = Object.entries(versions).map(([name, number]) => `${name} ${number}`);
  console.log(`gradtape ${ours}, ${others.join(', ')}; ${machine}, ${date}, load before ${busy.toFixed(2)}\n`);
  console.log(
    'A step of fit in the later half of the epochs; ms, medians [least, most]; difference: of the losses of the first epoch',
  );
  console.log(`${stepTable(all)}\n`);
  console.log('From the start of the process to the end of the first epoch; ms');
  console.log(`${startTable(all)}\n`);
  console.log('Peak memory in MiB; loss of the first and of the last epoch, and accuracy on held-out data');
  console.log(`${endTable(all)}\n`);
  console.log(missing(all));
}
