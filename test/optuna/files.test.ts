/** A journal that real Optuna wrote is read as Optuna reads it, without Python: `run.sh files` makes it anew. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../house/sources.ts';
import { createStudy } from '../../src/tune/index.ts';
import { journalDump } from './dump.ts';

const files = join(root, 'test/optuna/files');

t.test('studies and trials are those that Optuna tells', async (t) => {
  const wanted: unknown = JSON.parse(readFileSync(join(files, 'optuna.json'), 'utf8'));
  const found = await journalDump(join(files, 'study.journal'), ['ours', 'several']);
  t.strictSame(JSON.parse(JSON.stringify(found)), wanted);
});

t.test('its study goes on: what waits is taken, and the best trial is the best of all', async (t) => {
  const path = join(t.testdir(), 'study.journal');
  cpSync(join(files, 'study.journal'), path);
  const study = await createStudy({ storage: path, name: 'ours' });
  const before = study.bestTrial;
  const waiting = study.trials.find(({ state }) => state === 'waiting')?.number;
  const trial = await study.ask();
  t.equal(trial.number, waiting);
  t.equal(trial.suggestFloat('x', -5, 10), -2.5, 'as it was enqueued in Python');
  t.throws(() => trial.suggestCategorical('kind', ['a', 'b']), /choices changed/);
  await study.tell(trial, before.value as number);
  t.equal(study.bestTrial.number, before.number, 'the first of equal ones');
  const again = await createStudy({ storage: path, name: 'ours' });
  t.equal(again.trials[trial.number]?.state, 'complete');
});
