/**
 * Run by killed-studies.ts: goes on with the study of a file until it has so many trials; tells each one that begins. Behind
 * the most that it may run it waits for its end: a slow machine kills late, and the study must not be over by then.
 */
import { writeSync } from 'node:fs';
import { createStudy } from '../../src/tune/index.ts';
import { studySampler } from './study-samplers.ts';

/** A trial takes a while, so that a process can be killed within it, and reports on the way. */
const PAUSE = 4;

async function main(path: string, sampler: string, trials: number, most: number): Promise<void> {
  let begun = 0;
  const study = await createStudy({ storage: path, sampler: studySampler(sampler) });
  await study.optimize(
    async (trial) => {
      if (++begun > most) await new Promise(() => setInterval(() => undefined, 1000));
      writeSync(1, `${trial.number}\n`);
      const x = trial.suggestFloat('x', -5, 10);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      trial.report(x, 0);
      const isWide = trial.suggestCategorical('kind', ['wide', 'narrow']) === 'wide';
      const y = isWide ? trial.suggestFloat('y', 0, 15) : trial.suggestInt('n', 1, 9, { log: true });
      return (y - 0.129 * x * x + 1.59 * x - 6) ** 2 + (isWide ? 0 : 1);
    },
    { totalTrials: trials },
  );
  await study.close();
}

const [, , path, sampler, trials, most] = process.argv;
if (path !== undefined && sampler !== undefined) await main(path, sampler, Number(trials), Number(most));
