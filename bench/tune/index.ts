/**
 * `npm run bench:tune`: our samplers beside Optuna's with their defaults, on the same problems and budget, and the genetic
 * one beside chance. Optuna's studies are kept in optuna/; ours run here.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createStudy, samplers, type Sampler } from '../../src/tune/index.ts';
import { keep } from '../report/save.ts';
import { askMilliseconds } from './ask-time.ts';
import { parseTuneOptions } from './options.ts';
import { bestOf, optunaRuns } from './optuna-runs.ts';
import { problems, type Problem } from './problems.ts';
import { judge, tuneTable, type Match, type TuneResults } from './report.ts';

/** The settings of our samplers were chosen while looking at studies of smaller seeds. */
const FIRST_SEED = 1000;
/** Trials of the studies without Optuna. */
const GENETIC_TRIALS = 100;
const ASKED_AFTER = 200;

const CAPTION = `Best values after so many trials, medians over studies of different seeds with bootstrap intervals; less the optimum
where it is known. better: how often one of ours beats one of the other's. p: Mann-Whitney, two-sided, Holm over all rows`;

const options = parseTuneOptions(process.argv.slice(2));
const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// Progress goes to stderr, so that stdout is the report.
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const matches: Match[] = [];
for (const problem of problems) {
  if (!problem.name.includes(options.only ?? '')) continue;
  const { name, optimum, trials } = problem;
  const runs = optunaRuns(name);
  const against = (sampler: 'gp' | 'tpe', ours: readonly number[]): Match => ({
    problem: name,
    optimum,
    trials,
    ours: { sampler: sampler === 'gp' ? 'bayesian' : 'tpe', values: ours },
    other: { sampler: `Optuna ${sampler === 'gp' ? 'GP' : 'TPE'}`, values: bestOf(runs, sampler, trials) },
  });
  matches.push(against('gp', await studies(problem, trials, 'bayesian', (seed) => samplers.bayesian({ seed }))));
  matches.push(against('tpe', await studies(problem, trials, 'tpe', (seed) => samplers.tpe({ seed }))));
  if (optimum === undefined) continue;
  const genetic = await studies(problem, GENETIC_TRIALS, 'genetic', (seed) => samplers.genetic({ seed }));
  const chance = await studies(problem, GENETIC_TRIALS, 'random', (seed) => samplers.random({ seed }));
  matches.push({
    problem: name,
    optimum,
    trials: GENETIC_TRIALS,
    ours: { sampler: 'genetic', values: genetic },
    other: { sampler: 'random', values: chance },
  });
}
const results: TuneResults = {
  version,
  date: new Date().toISOString().slice(0, 10),
  machine: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  optuna: optunaRuns('branin').optuna,
  askMilliseconds: await askMilliseconds(ASKED_AFTER),
  outcomes: judge(matches),
};
console.log(
  `gradtape ${version}, Node ${process.version}, ${results.machine}, ${results.date}; Optuna ${results.optuna}`,
);
console.log(`\n${CAPTION}\n\n${tuneTable(results.outcomes)}`);
console.log(
  `\nbayesian, ${ASKED_AFTER} trials behind it: an ask takes ${results.askMilliseconds.toFixed(0)} ms of the processor`,
);
if (options.save) keep(`${version}-tune`, results, tell);

/** The best value of each of the problem's studies. */
async function studies(
  { name, seeds, objective }: Problem,
  trials: number,
  label: string,
  sampler: (seed: number) => Sampler,
): Promise<readonly number[]> {
  const values: number[] = [];
  const start = performance.now();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    const study = await createStudy({ sampler: sampler(seed) });
    await study.optimize(objective, { trials });
    values.push(study.bestValue);
  }
  tell(`${name}: ${label}, ${seeds} studies in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return values;
}
