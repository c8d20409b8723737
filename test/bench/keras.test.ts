/** What the comparison with Keras asks for, hands over and says of its runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { jobs, stepsOf } from '../../bench/keras/jobs.ts';
import { compiledModel } from '../../bench/keras/models.ts';
import { parseKerasOptions } from '../../bench/keras/options.ts';
import {
  endTable,
  firstEpochTime,
  flawOf,
  lossDifference,
  missing,
  startTable,
  stepTable,
  stepTime,
  type KerasRow,
  type Side,
} from '../../bench/keras/report.ts';
import { coresOf, type Run } from '../../bench/keras/runs.ts';
import { readTask, writeTask, type Task } from '../../bench/keras/task.ts';
import { root } from '../house/sources.ts';

const trained: Run = {
  versions: {},
  parameters: 10,
  firstEpoch: 500,
  firstEpochEnd: 0,
  epochs: [90, 80, 8, 40],
  losses: [2, 1.5, 1],
  processor: 1,
  peak: 3 * 2 ** 20,
};
const ours: Side = { engine: 'gradtape', runs: [trained, { ...trained, firstEpoch: 700, epochs: [99, 10] }] };
const jax: Side = { engine: 'Keras JAX', runs: [{ ...trained, epochs: [5], losses: [2.5, 1], firstEpoch: 1200 }] };
const torch: Side = { engine: 'Keras PyTorch', runs: [], reason: 'not here' };
const row: KerasRow = { job: 'a model', threads: 1, steps: 4, epochs: 4, random: false, sides: [ours, jax, torch] };

t.test('options are understood, and what cannot be done is refused', (t) => {
  t.same(parseKerasOptions([]), { only: undefined, threads: [1], save: false });
  t.same(parseKerasOptions(['--threads', '1,2', '--save']), { only: undefined, threads: [1, 2], save: true });
  t.same(parseKerasOptions(['--only', 'MLP']).only, 'MLP');
  for (const threads of ['0', '1,', 'two', '1.5']) {
    t.throws(() => parseKerasOptions(['--threads', threads]), /--threads takes whole numbers/, threads);
  }
  t.throws(() => parseKerasOptions(['--threads']), /--threads needs a value/);
  t.throws(() => parseKerasOptions(['--quick']), /unknown option '--quick'.*Use: npm run bench:keras/);
  t.throws(() => parseKerasOptions(['--save', '--only', 'MLP']), /whole runs only/);
  t.end();
});

t.test(
  'a step is the share of an epoch of the later half, in the middle of all processes; a start is the middle of the processes',
  (t) => {
    t.same(stepTime(ours, 4), { middle: 2.5, least: 2, most: 10 });
    t.same(firstEpochTime(ours), { middle: 600, least: 500, most: 700 });
    t.equal(stepTime(torch, 4), undefined);
    t.end();
  },
);

t.test('the tables compare ours with the faster Keras, and say what is missing', (t) => {
  const [, line = ''] = stepTable([row]).split('\n');
  t.match(line, /2\.50 \[2\.00, 10\.0\].*1\.25 \[1\.25, 1\.25\].* - +0\.50x/, 'a loss is told as one');
  t.match(line, /3e-1$/, 'the first losses, 2 and 2.5, are a quarter apart');
  t.match(startTable([row]), /600 \[500, 700\] +1200 \[1200, 1200\] +- +2\.00x/);
  const faster: Side = { ...torch, runs: [{ ...trained, firstEpoch: 900 }] };
  t.match(startTable([{ ...row, sides: [ours, jax, faster] }]), /1\.50x/);
  t.match(endTable([row]), /a model +1 +3 +3 +- +2\.00 to 1\.00 +2\.50 to 1\.00 +-$/);
  t.equal(missing([row, row]), 'Keras PyTorch, 1 threads: not here');
  t.equal(lossDifference({ ...row, random: true }), undefined, 'dropout draws other numbers');
  t.equal(lossDifference({ ...row, sides: [{ ...ours, runs: [] }, jax, faster] }), undefined, 'nothing of ours');
  t.end();
});

t.test('a comparison of different models, or with one that learns nothing, is void', (t) => {
  t.equal(flawOf(row), undefined);
  const larger: Side = { ...jax, runs: [{ ...trained, parameters: 11 }] };
  t.match(flawOf({ ...row, sides: [ours, larger] }), /model of Keras JAX has 11 parameters, that of gradtape 10/);
  for (const last of [2, 3, NaN]) {
    const stuck: Side = { ...jax, runs: [trained, { ...trained, losses: [2, last] }] };
    t.match(flawOf({ ...row, sides: [ours, stuck] }), /Keras JAX has not learned: its loss went from 2 to/, `${last}`);
  }
  t.end();
});

t.test('a task is read as it was written', (t) => {
  const folder = t.testdir();
  const words = { data: Int32Array.of(-1, 2 ** 24 + 1), shape: [2] };
  const values = { data: Float32Array.of(0.1, -0, Infinity, 1e-40), shape: [2, 2] };
  const task: Task = {
    model: 'mlp',
    batchSize: 2,
    epochs: 3,
    validationSplit: 0.1,
    x: [words, values],
    y: [values],
    test: { x: [words], y: [] },
    weights: [values],
  };
  writeTask(folder, task);
  t.strictSame(readTask(folder), task);
  writeTask(folder, { ...task, test: null });
  t.equal(readTask(folder).test, null);
  t.end();
});

t.test('cores are read as taskset writes them', (t) => {
  t.same(coresOf(' 0-1\n'), [0, 1]);
  t.same(coresOf('3'), [3]);
  t.same(coresOf('0,2,5-7'), [0, 2, 5, 6, 7]);
  t.end();
});

t.test('every job has data that fit takes, in whole batches', async (t) => {
  for (const { name, model, batchSize, samples, data, ...job } of jobs) {
    const net = compiledModel(model);
    const few = 2 * batchSize;
    const { x, y } = data(few);
    const history = await net.fit([...x], [...y], { epochs: 1, batchSize, verbose: 0 });
    t.ok(Number.isFinite(history.history['loss']?.[0]), name);
    const whole = { name, model, batchSize, samples, data, ...job };
    if (job.validationSplit === 0) t.equal(stepsOf(whole) * batchSize, samples, `${name}: whole batches`);
  }
  t.equal(stepsOf(jobs.find(({ model }) => model === 'digits') as (typeof jobs)[number]), 844, '54,000 digits by 64');
});

t.test('train.py has every model', (t) => {
  const script = readFileSync(join(root, 'bench/keras/train.py'), 'utf8');
  for (const { model } of jobs) t.match(script, `"${model}": `);
  t.end();
});
