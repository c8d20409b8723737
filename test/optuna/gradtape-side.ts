/** Run by run.sh: `gradtape-side.js make|compare|continue|share|shared FOLDER`. See there for the order. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createStudy, samplers, TrialPruned, type ObjectiveTrial, type Study } from '../../src/tune/index.ts';
import { journalDump, studiesDump } from './dump.ts';

/** Trials that each side adds while the other does. */
const SHARED_TRIALS = 40;
const STUDIES = ['ours', 'several'];

/** A parameter of each kind, and one that not every trial has. */
function objective(trial: ObjectiveTrial): number {
  const kind = trial.suggestCategorical('kind', ['a', 2, 0.5, true, null]);
  const x = trial.suggestFloat('x', -5, 10);
  const rest = trial.suggestFloat('log', 1e-5, 1, { log: true }) + trial.suggestFloat('step', 0, 1, { step: 0.1 });
  const even = trial.suggestInt('even', 0, 10, { step: 2 });
  return x * x + rest + even + (kind === 'a' ? trial.suggestInt('depth', 1, 64, { log: true }) : 0);
}

/** Makes a journal with all that we write. @returns the studies as they are in memory: the file is for Optuna to read */
async function make(path: string): Promise<readonly Study[]> {
  const ours = await createStudy({ storage: path, name: 'ours', sampler: samplers.random({ seed: 1 }) });
  await ours.setUserAttribute('__proto__', { nested: [1, 2.5, null, true, NaN], wide: 'grüße 語 😀' });
  await ours.enqueueTrial({ x: 1, kind: true }, { userAttributes: { from: 'a queue' } });
  const endings = ['complete', 'pruned', 'throws', 'gives NaN', 'gives infinity'] as const;
  await ours.optimize(
    (trial) => {
      const value = objective(trial);
      trial.setUserAttribute('toString', { value, text: '"\\\n\u2028' });
      for (const [step, report] of [value, NaN, Infinity, -Infinity].entries()) trial.report(report, 2 * step);
      switch (endings[trial.number % endings.length]) {
        case 'pruned':
          trial.report(0.5, 8);
          throw new TrialPruned();
        case 'throws':
          throw new Error('planted');
        case 'gives NaN':
          return NaN;
        case 'gives infinity':
          return -Infinity;
        default:
          return value;
      }
    },
    { trials: 20, maxConsecutiveFailures: 99 },
  );
  (await ours.ask()).suggestFloat('x', -5, 10);
  await ours.enqueueTrial({ x: -2.5, depth: 3 });
  await ours.close();
  const several = await createStudy({ storage: path, name: 'several', directions: ['minimize', 'maximize'] });
  await several.optimize((trial) => [objective(trial), Infinity], { trials: 5 });
  await several.close();
  return [ours, several];
}

/** What Optuna says is in the journal, and what we see. */
async function compare(folder: string, path: string): Promise<void> {
  const theirs: unknown = JSON.parse(readFileSync(join(folder, 'optuna.json'), 'utf8'));
  const ours = await journalDump(path, STUDIES);
  const count = (studies: unknown): number =>
    (studies as readonly { readonly trials: readonly unknown[] }[]).reduce((sum, { trials }) => sum + trials.length, 0);
  // Through JSON, so that names of objects count and not their order.
  const isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(ours)), theirs);
  console.log(
    `Optuna -> gradtape: ${count(theirs)} trials, ${count(ours)} here; ${isSame ? 'no' : 'some'} differences`,
  );
  if (isSame) return;
  writeFileSync(join(folder, 'differs.json'), JSON.stringify(ours));
  throw new Error(`${firstDifference(ours, theirs, 'journal')}`);
}

function firstDifference(ours: unknown, theirs: unknown, where: string): string {
  if (typeof ours === 'object' && typeof theirs === 'object' && ours !== null && theirs !== null) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const [one, other] = [ours, theirs].map((side) => (side as Readonly<Record<string, unknown>>)[key]);
      if (!isDeepStrictEqual(one, other)) return firstDifference(one, other, `${where}.${key}`);
    }
  }
  return `${where}: gradtape has ${JSON.stringify(ours)}, Optuna ${JSON.stringify(theirs)}`;
}

async function goOn(path: string): Promise<readonly Study[]> {
  const studies: Study[] = [];
  for (const name of STUDIES) {
    const study = await createStudy({ storage: path, name, sampler: samplers.random({ seed: 4 }) });
    const several = study.directions.length > 1;
    await study.optimize((trial) => (several ? [objective(trial), 1] : objective(trial)), { trials: 6 });
    await study.close();
    studies.push(study);
  }
  return studies;
}

async function share(path: string): Promise<void> {
  const study = await createStudy({ storage: path, name: 'shared', sampler: samplers.random({ seed: 5 }) });
  await study.optimize(objective, { trials: SHARED_TRIALS, parallel: 4 });
  await study.close();
}

async function shared(path: string): Promise<void> {
  const study = await createStudy({ storage: path, name: 'shared' });
  const byUs = study.trials.filter(({ systemAttributes }) => 'gradtape:writer' in systemAttributes).length;
  const complete = study.trials.filter(({ state }) => state === 'complete').length;
  console.log(
    `both at once: ${byUs} trials of gradtape, ${study.trials.length - byUs} of Optuna, ${complete} complete`,
  );
  if (byUs === SHARED_TRIALS && study.trials.length === 2 * SHARED_TRIALS && complete === 2 * SHARED_TRIALS) return;
  throw new Error('trials are lost');
}

const [, , action, folder = ''] = process.argv;
const path = join(folder, 'study.journal');
const dump = (studies: readonly Study[]): void =>
  writeFileSync(join(folder, 'gradtape.json'), JSON.stringify(studiesDump(studies)));
if (action === 'make') {
  dump(await make(path));
} else if (action === 'compare') {
  await compare(folder, path);
} else if (action === 'continue') {
  dump(await goOn(path));
} else if (action === 'share') {
  await share(join(folder, 'shared.journal'));
} else if (action === 'shared') {
  await shared(join(folder, 'shared.journal'));
}
