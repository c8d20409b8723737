/** Folds in threads: the bits of folds in this thread, and what is refused. */
import t from 'tap';
import * as gt from '../../../../src/index.ts';
import { crossValidate, type CrossValidateOptions, type CrossValidation } from '../../../../src/tune/index.ts';
import type { SampleData } from '../../../../src/tune/index.ts';
import buildModel from './build-child.ts';

const module = new URL('./build-child.js', import.meta.url);
const SAMPLES = 23;
const x = gt.ops.randomNormal([SAMPLES, 4], { seed: 1 });
const labels = Array.from({ length: SAMPLES }, (_, index) => (index * index) % 3);
const kind = gt.ops.oneHot(gt.tensor(labels), 3);
const size = gt.ops.randomNormal([SAMPLES, 1], { seed: 2 });
const data: SampleData = [x, { kind, size }, gt.tensor(labels.map((label) => label + 1))];
type Outputs = { readonly kind: gt.Tensor; readonly size: gt.Tensor };

async function bitsOf({ predictions, scores, histories, models }: CrossValidation<Outputs>): Promise<unknown> {
  const weights = await Promise.all(models.map((model) => model.getWeights()));
  return {
    predictions: [[...predictions.kind.data], [...predictions.size.data]],
    scores: Object.entries(scores).map(([name, { values }]) => [name, [...values]]),
    histories: histories.map(({ history, epoch, params }) => ({ history: { ...history }, epoch, params })),
    weights: weights.map((own) => own.map(({ data }) => [...data])),
  };
}

t.test('2 threads give the bits of this one: predictions, scores, histories, weights', async (t) => {
  const options: CrossValidateOptions = { k: 3, seed: 5, fit: { epochs: 4, batchSize: 4 }, validate: true };
  gt.seed(11);
  const here = await crossValidate<Outputs>(buildModel, data, options);
  const there = await crossValidate<Outputs>(module, data, { ...options, workers: 2 });
  t.same(await bitsOf(there), await bitsOf(here));
  const [first] = there.models;
  const judged = await first?.predict<Outputs>(x, { verbose: 0 });
  const rows = [...(there.splits[0]?.test ?? [])].map((sample) => judged?.size.data[sample]);
  t.same(
    rows,
    [...(there.splits[0]?.test ?? [])].map((sample) => there.predictions.size.data[sample]),
  );
  gt.seed(12);
  t.notSame(await bitsOf(await crossValidate<Outputs>(module, data, { ...options, workers: 2 })), await bitsOf(here));
});

t.test('what threads cannot be handed is refused', async (t) => {
  const refused: readonly (readonly [typeof buildModel | URL, CrossValidateOptions, RegExp])[] = [
    [buildModel, { workers: 2 }, /workers is given with a function/],
    [module, { parallel: 2 }, /parallel is given with a module's URL/],
    [module, { fit: () => ({ epochs: 1 }) }, /fit has functions/],
    [module, { fit: { callbacks: [{}] } }, /fit has functions/],
    [module, { workers: 0 }, /workers is 0/],
    [new URL('./not-there.js', import.meta.url), {}, /crossValidate: the module .* cannot be imported/],
    [new URL('./no-default-child.js', import.meta.url), {}, /no default export/],
    ['build.js' as unknown as URL, {}, /first argument is 'build\.js'.*the URL of a module/],
  ];
  for (const [build, options, message] of refused) {
    await t.rejects(crossValidate(build, data, options), { name: 'ArgumentError', message });
  }
  await t.rejects(crossValidate(new URL('./objective-child.js', import.meta.url), data), /suggestCategorical/);
});

t.test('a signal ends folds in threads', async (t) => {
  const controller = new AbortController();
  const done = crossValidate(module, data, { k: 3, fit: { epochs: 100_000 }, workers: 2, signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 300);
  await t.rejects(done, /enough/);
  const inner = new AbortController();
  setTimeout(() => inner.abort(new Error('enough of it')), 300);
  const fit = { epochs: 100_000, signal: inner.signal };
  await t.rejects(crossValidate(module, data, { k: 3, fit, workers: 2 }), { message: 'enough of it' });
});

t.test('a module that gives one model for all folds is refused', async (t) => {
  const one = new URL('./one-model-child.js', import.meta.url);
  for (const workers of [1, 2]) {
    await t.rejects(crossValidate(one, [x, kind], { k: 3, workers }), {
      name: 'ArgumentError',
      message: /^crossValidate: the function gave the model '.*' for fold 0 and again for fold 1/,
    });
  }
});
