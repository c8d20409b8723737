/**
 * Files that real Keras 2 saved: the models predict what Keras 2 predicted, and where they were compiled their training
 * goes on with Keras 2's losses.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { layers, modelFromJSON, sequential, type Model, type Tensor } from '../../src/index.ts';
import { fromKeras, loadWeights } from '../../src/keras/index.ts';
import { root } from '../house/sources.ts';
import {
  decodeTensors,
  ErrorReport,
  numberDifference,
  relativeDifference,
  toTensor,
  type FixtureTensor,
} from './fixture.ts';

interface Keras2Case {
  readonly name: string;
  readonly file: string;
  /** The whole model, its weights or its JSON. */
  readonly how: 'model' | 'weights' | 'json';
  readonly x: readonly FixtureTensor[];
  readonly predictions: readonly FixtureTensor[];
  readonly y?: readonly FixtureTensor[];
  /** Of the training steps after saving. */
  readonly losses?: readonly number[];
  readonly config?: object;
  readonly weights?: readonly FixtureTensor[];
}

const MOST_BYTES = 1_500_000;
const PREDICTION_TOLERANCE = 1e-6;
const folder = join(root, 'test/keras/fixtures/keras2/files');
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => decodeTensors(readFileSync(join(folder, file), 'utf8')) as Keras2Case);
const report = new ErrorReport();

const one = <Item>(list: readonly Item[]): Item | Item[] => (list.length === 1 ? (list[0] as Item) : [...list]);

async function load({ file, how, config, weights }: Keras2Case): Promise<Model> {
  const bytes = new Uint8Array(readFileSync(join(folder, file)));
  if (how === 'model') return fromKeras(bytes);
  if (how === 'weights') {
    const model = modelFromJSON(config as object);
    await loadWeights(model, bytes);
    return model;
  }
  const model = modelFromJSON(new TextDecoder().decode(bytes));
  model.setWeights((weights ?? []).map(toTensor));
  return model;
}

async function check(t: Test, given: Keras2Case): Promise<void> {
  report.case(given.name);
  const model = await load(given);
  const x = one(given.x.map(toTensor)) as Tensor;
  const outputs = await model.predict(x, { verbose: 0 });
  const list = (Array.isArray(outputs) ? outputs : [outputs]) as Tensor[];
  t.equal(list.length, given.predictions.length, 'as many outputs');
  list.forEach((output, index) => {
    const error = relativeDifference(output, given.predictions[index] as FixtureTensor);
    report.note(given.name, error);
    t.ok(error <= PREDICTION_TOLERANCE, `output ${index} differs by ${error}`);
  });
  if (!given.losses) return;
  const y = one((given.y ?? []).map(toTensor)) as Tensor;
  for (const [step, loss] of given.losses.entries()) {
    const [measured] = [await model.trainOnBatch(x, y)].flat() as number[];
    const error = numberDifference(measured ?? NaN, loss);
    t.ok(report.note(given.name, error), `step ${step}: the loss is ${measured}, Keras's ${loss}`);
  }
}

for (const given of cases) t.test(`${given.file}`, (t) => check(t, given));

t.test('weights go into layers by name, and those of other layers stay', async (t) => {
  const bytes = new Uint8Array(readFileSync(join(folder, 'plain_weights.h5')));
  const source = await load(cases.find(({ name }) => name === 'plain_weights') as Keras2Case);
  const make = (names: readonly string[]): Model =>
    sequential(
      names.map((name, index) => layers.dense(5 - 2 * index, { name, ...(index === 0 ? { inputShape: [4] } : {}) })),
    );
  const partly = make(['hidden', 'other']);
  const before = await partly.getLayer('other').getWeights();
  await loadWeights(partly, bytes, { byName: true });
  t.strictSame(await partly.getLayer('hidden').getWeights(), await source.getLayer('hidden').getWeights());
  t.strictSame(await partly.getLayer('other').getWeights(), before);
  const ordered = make(['a', 'b']);
  await loadWeights(ordered, bytes);
  t.strictSame(await ordered.getLayer('b').getWeights(), await source.getLayer('end').getWeights());
});

t.test('at least 40 files, and under 1.5 MB', (t) => {
  t.ok(cases.length >= 40, `${cases.length} files`);
  const bytes = readdirSync(folder).reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0);
  t.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  t.end();
});

t.teardown(() => {
  for (const line of report.lines()) t.comment(line);
});
