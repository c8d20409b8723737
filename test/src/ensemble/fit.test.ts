/** ensemble.fit: what is learned, from which predictions, and what is refused. */
import t from 'tap';
import * as gt from '../../../src/index.ts';
import { crossValidate } from '../../../src/tune/index.ts';
import { constant, network, probabilities, yesses } from './models.ts';

const { layers, ops } = gt;

const SAMPLES = 60;
const x = ops.randomNormal([SAMPLES, 2], { seed: 5 });
const labels = Array.from({ length: SAMPLES }, (_, i) =>
  (x.data[2 * i] ?? 0) > 0 ? 0 : (x.data[2 * i + 1] ?? 0) > 0 ? 1 : 2,
);
const y = gt.tensor(labels);

const trained = async (seed: number, epochs: number): Promise<gt.Model> => {
  const net = network(seed);
  net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.05 }), loss: 'sparse_categorical_crossentropy', metrics: ['acc'] }); // prettier-ignore
  if (epochs > 0) await net.fit(x, y, { epochs, verbose: 0 });
  return net;
};
const lossOf = async (net: gt.Model): Promise<number> =>
  (await net.evaluate(x, y, { returnDict: true, verbose: 0 }))['loss'] ?? NaN;
/** A log loss in float32: each probability is off by a few roundings, each loss by as much over the probability. */
const ROUNDING = 1e-5;

t.test('the learned weights are no worse on their data than equal ones and than the best model', async (t) => {
  const models = [await trained(1, 10), await trained(2, 4), await trained(3, 0)];
  for (const mode of ['weighted', 'geometric'] as const) {
    const blend = await gt.ensemble.fit(models, x, y, { mode, shrinkage: 0 });
    t.equal(blend.mode, mode);
    const uniform = await lossOf(gt.ensemble(models, mode === 'geometric' ? { mode } : {}));
    const alone = await Promise.all(models.map(lossOf));
    const found = await lossOf(blend);
    t.ok(
      found <= Math.min(uniform, ...alone) + ROUNDING,
      `${mode}: ${found}, equal ${uniform}, alone ${alone.join(', ')}`,
    );
    t.equal(blend.memberWeights.length, 3);
    t.ok(Math.abs(blend.memberWeights.reduce((sum, one) => sum + one) - 1) < 1e-12);
    const again = await gt.ensemble.fit(models, x, ops.oneHot(y, 3), { mode, shrinkage: 0 });
    t.same(again.memberWeights, blend.memberWeights, 'one-hot rows say the same, and nothing is left to chance');
  }
});

t.test('a mixture is found again: weights of what the frequencies are', async (t) => {
  // 30 of 100 are of class 0: 0.3 = 0.1 w + 0.9 (1 - w) gives w = 0.75.
  const inputs = gt.zeros([100, 2]);
  const targets = Array.from({ length: 100 }, (_, i) => (i < 30 ? 0 : 1));
  const models = [probabilities([0.1, 0.9]), probabilities([0.9, 0.1])];
  const blend = await gt.ensemble.fit(models, inputs, targets, { shrinkage: 0 });
  t.ok(Math.abs((blend.memberWeights[0] ?? NaN) - 0.75) < 1e-6, `${blend.memberWeights.join(', ')}`);
  const halves = await gt.ensemble.fit(models, inputs, targets, { method: 'greedy', rounds: 2 });
  t.same(halves.memberWeights, [0.5, 0.5], 'the best of two votes, which have no quarters');
  const yes = await gt.ensemble.fit([yesses([0.1]), yesses([0.9])], inputs, targets.map((one) => [1 - one]), { shrinkage: 0 }); // prettier-ignore
  t.ok(Math.abs((yes.memberWeights[0] ?? NaN) - 0.75) < 1e-6, `${yes.memberWeights.join(', ')}`);
  const numbers = await gt.ensemble.fit([constant([0]), constant([4])], inputs, gt.full([100, 1], 1), { shrinkage: 0 }); // prettier-ignore
  t.ok(Math.abs((numbers.memberWeights[0] ?? NaN) - 0.75) < 1e-12, 'numbers by their squared error');
  const weighted = await gt.ensemble.fit(models, inputs, targets, {
    sampleWeight: targets.map((one) => (one === 0 ? 7 : 3)),
    shrinkage: 0,
  });
  t.ok(Math.abs((weighted.memberWeights[0] ?? NaN) - 0.5) < 1e-6, 'samples count by their weights');
});

t.test('weights leave equal ones only as far as the samples can tell', async (t) => {
  const inputs = gt.zeros([200, 2]);
  const targets = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 && i % 20 > 0 ? 0 : 1));
  // 90 of 200 are of class 0: 0.45 = 0.6 w + 0.4 (1 - w) gives w = 0.25.
  const alike = [probabilities([0.6, 0.4]), probabilities([0.4, 0.6])];
  const least = await gt.ensemble.fit(alike, inputs, targets, { shrinkage: 0 });
  t.ok(Math.abs((least.memberWeights[0] ?? NaN) - 0.25) < 1e-6, `${least.memberWeights.join(', ')}`);
  const learned = await gt.ensemble.fit(alike, inputs, targets);
  t.same(learned.memberWeights, [0.5, 0.5], '90 of 200 are a coin that may be fair');
  // With 20 of 200 there is no doubt.
  const rare = targets.map((_, i) => (i % 10 === 0 ? 0 : 1));
  const sure = await gt.ensemble.fit([probabilities([0.1, 0.9]), probabilities([0.9, 0.1])], inputs, rare);
  t.ok((sure.memberWeights[0] ?? NaN) > 0.8, `${sure.memberWeights.join(', ')}`);
  const again = await gt.ensemble.fit([probabilities([0.1, 0.9]), probabilities([0.9, 0.1])], inputs, rare);
  t.same(again.memberWeights, sure.memberWeights, 'the folds are the same each time');
  // Guesses of chance, of which some are lucky on these samples.
  const guesses = Array.from({ length: 8 }, (_, seed) => ops.softmax(ops.randomNormal([60, 3], { seed })));
  const guessers = guesses.map(() => probabilities([0.2, 0.3, 0.5]));
  const lucky = await gt.ensemble.fit(guessers, null, y, { predictions: guesses, shrinkage: 0 });
  t.ok(Math.max(...lucky.memberWeights) > 0.3, lucky.memberWeights.join(', '));
  const judged = await gt.ensemble.fit(guessers, null, y, { predictions: guesses });
  t.ok(Math.max(...judged.memberWeights) < 0.2, judged.memberWeights.join(', '));
  const one = await gt.ensemble.fit(alike, gt.zeros([1, 2]), [1]);
  t.same(one.memberWeights, [0.5, 0.5], 'one sample tells nothing');
});

t.test('shrinkage: how far of the way from equal weights', async (t) => {
  // (4 w - 1)² is least at 1/4, equal weights are at 1/2.
  const models = [constant([4]), constant([0])];
  const cases = [[0, 0.25], [1, 0.375], [3, 0.4375], [Infinity, 0.5]] as const; // prettier-ignore
  for (const [shrinkage, weight] of cases) {
    const { memberWeights } = await gt.ensemble.fit(models, gt.zeros([3, 2]), gt.full([3, 1], 1), { shrinkage });
    t.ok(Math.abs((memberWeights[0] ?? NaN) - weight) < 1e-12, `${shrinkage}: ${memberWeights.join(', ')}`);
  }
});

t.test('the weights are those of the mode', async (t) => {
  // Half of the samples are of class 0. The mixture of 0.9 and 0.2 that is 0.5 has w = 3/7; of the logits it is another.
  const models = [probabilities([0.9, 0.1]), probabilities([0.2, 0.8])];
  const [inputs, targets] = [gt.zeros([10, 2]), Array.from({ length: 10 }, (_, i) => i % 2)];
  const weightOf = async (mode: 'weighted' | 'geometric'): Promise<number> =>
    (await gt.ensemble.fit(models, inputs, targets, { mode, shrinkage: 0 })).memberWeights[0] ?? NaN;
  const logits = [Math.log(9), Math.log(0.25)] as const;
  t.ok(Math.abs((await weightOf('weighted')) - 3 / 7) < 1e-6);
  t.ok(
    Math.abs((await weightOf('geometric')) - logits[1] / (logits[1] - logits[0])) < 1e-6,
    'w log 9 + (1 - w) log 1/4 = 0',
  );
});

t.test('greedy gives whole votes, and leaves out what does not help', async (t) => {
  const models = [await trained(1, 10), await trained(2, 4), constant([0, 9, 0], { activation: 'softmax' })];
  const blend = await gt.ensemble.fit(models, x, y, { method: 'greedy', rounds: 10 });
  t.equal(blend.memberWeights[2], 0);
  const isVotes = (count: number): boolean => blend.memberWeights.every((one) => Math.abs(one * count - Math.round(one * count)) < 1e-12); // prettier-ignore
  t.ok(
    Array.from({ length: 10 }, (_, i) => i + 1).some(isVotes),
    `${blend.memberWeights.join(', ')} of 10 votes at most`,
  );
  t.equal(
    blend.layers.length,
    gt.ensemble(models.slice(0, 2), { weights: blend.memberWeights.slice(0, 2) }).layers.length,
  );
  t.ok((await lossOf(blend)) <= Math.min(...(await Promise.all(models.slice(0, 2).map(lossOf)))) + ROUNDING);
});

t.test('out-of-fold predictions of cross-validations, models of folds as members', async (t) => {
  const build = (units: number) => (): gt.Model => {
    const net = gt.sequential([
      layers.dense(units, { activation: 'tanh', inputShape: [2] }),
      layers.dense(3, { activation: 'softmax' }),
    ]);
    net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.03 }), loss: 'sparse_categorical_crossentropy' });
    return net;
  };
  const options = { k: 3, stratified: true, fit: { epochs: 8 } };
  const wide = await crossValidate(build(12), [x, y], options);
  const narrow = await crossValidate(build(1), [x, y], options);
  const members = [gt.ensemble(wide.models), gt.ensemble(narrow.models)];
  const blend = await gt.ensemble.fit(members, null, y, { predictions: [wide.predictions, narrow.predictions] });
  t.ok((blend.memberWeights[0] ?? NaN) > 0.5, `the wide one counts more: ${blend.memberWeights.join(', ')}`);
  t.same((await blend.predict(x)).shape, [SAMPLES, 3]);
  const flat = await gt.ensemble.fit(wide.models, x, y);
  t.equal(flat.members.length, 3, 'the example of the API: folds.models');

  const unknown = gt.tensor(
    Float32Array.from(wide.predictions.data, (one, at) => (at < 30 ? NaN : one)),
    [SAMPLES, 3],
  );
  const other = gt.tensor(
    Float32Array.from(narrow.predictions.data, (one, at) => (at < 30 ? NaN : one)),
    [SAMPLES, 3],
  );
  const rest = await gt.ensemble.fit(members, null, y, { predictions: [unknown, other] });
  const weights = labels.map((_, i) => (i < 10 ? 0 : 1));
  const same = await gt.ensemble.fit(members, null, y, {
    predictions: [wide.predictions, narrow.predictions],
    sampleWeight: weights,
  });
  t.same(rest.memberWeights, same.memberWeights, 'samples that nobody predicted are left out');
  await t.rejects(
    gt.ensemble.fit(members, null, y, { predictions: [unknown, narrow.predictions] }),
    /sample 0 are NaN in some/,
  );
});

t.test('several outputs: their losses are added', async (t) => {
  const make = (a: number, b: readonly number[]): gt.Model => {
    const start = gt.input([2]);
    const [left, right] = [layers.dense(1, { name: 'a' }), layers.dense(2, { name: 'b', activation: 'softmax' })];
    const net = gt.model(start, { a: left(start), b: right(start) });
    net.setWeights([gt.zeros([2, 1]), gt.tensor([a]), gt.zeros([2, 2]), gt.tensor(b.map(Math.log))]);
    return net as gt.Model;
  };
  const inputs = gt.zeros([4, 2]);
  const models = [make(0, [0.5, 0.5]), make(4, [0.5, 0.5])];
  const blend = await gt.ensemble.fit(models, inputs, { a: [1, 1, 1, 1], b: [0, 1, 0, 1] }, { shrinkage: 0 });
  t.ok(Math.abs((blend.memberWeights[0] ?? NaN) - 0.75) < 1e-9, 'b says nothing, a says 0.75');
  await t.rejects(gt.ensemble.fit(models, inputs, { a: [1, 1, 1, 1] }), /target missing 'b'/);
});

t.test('several outputs: by their names, in whatever order the models have them', async (t) => {
  const make = (isTurned: boolean, a: number): gt.Model => {
    const start = gt.input([2], { name: 'x' });
    const outputs = { a: layers.dense(1, { name: 'a' })(start), b: layers.dense(1, { name: 'b' })(start) };
    const net = gt.model(start, isTurned ? { b: outputs.b, a: outputs.a } : outputs);
    for (const [name, bias] of [
      ['a', a],
      ['b', 9],
    ] as const)
      // prettier-ignore
      net.getLayer(name).setWeights([gt.zeros([2, 1]), gt.tensor([bias])]);
    return net as gt.Model;
  };
  const blend = await gt.ensemble.fit([make(false, 0), make(true, 4)], gt.zeros([2, 2]), { a: [1, 1], b: [9, 9] }, { shrinkage: 0 }); // prettier-ignore
  t.ok(Math.abs((blend.memberWeights[0] ?? NaN) - 0.75) < 1e-9, blend.memberWeights.join());
});

t.test('outputs of several steps: those of a sample share what it counts', async (t) => {
  const make = (first: number): gt.Model => {
    const start = gt.input([2, 1]);
    const net = gt.model(start, layers.dense(1, { kernelInitializer: 'zeros', name: 'y' })(start)) as gt.Model;
    net.setWeights([gt.zeros([1, 1]), gt.tensor([first])]);
    return net;
  };
  // The models say 0 and 4; three of four quarters of what counts are 0, the last one 4: 4 (1 - w) = 1.
  const targets = gt.tensor([0, 0, 4, 4], [2, 2, 1]);
  const blend = await gt.ensemble.fit([make(0), make(4)], gt.zeros([2, 2, 1]), targets, { sampleWeight: [3, 1], shrinkage: 0 }); // prettier-ignore
  t.ok(Math.abs((blend.memberWeights[0] ?? NaN) - 0.75) < 1e-9, blend.memberWeights.join());
});

t.test(
  'probabilities that were trained by another loss than the log loss are blended by their squared error',
  async (t) => {
    const inputs = gt.zeros([4, 2]);
    const targets = ops.oneHot(gt.tensor([0, 1, 1, 1]), 2);
    const blendBy = async (loss: string | undefined, given?: 'mse'): Promise<readonly number[]> => {
      const models = [probabilities([0.9, 0.1]), probabilities([0.2, 0.8]), probabilities([0.01, 0.99])];
      if (loss !== undefined) models[0]?.compile({ loss });
      return (await gt.ensemble.fit(models, inputs, targets, { shrinkage: 0, ...(given && { loss: given }) }))
        .memberWeights;
    };
    const [logLoss, squared] = [await blendBy(undefined), await blendBy(undefined, 'mse')];
    t.notSame(logLoss, squared);
    t.same(await blendBy('mse'), squared);
    t.same(await blendBy('categorical_crossentropy'), logLoss);
  },
);

t.test('the log loss takes probabilities for targets: smoothed labels, not signs, nor sums other than 1', async (t) => {
  const classes = [probabilities([0.5, 0.25, 0.25]), probabilities([0.25, 0.5, 0.25])];
  const yes = [yesses([0.25]), yesses([0.75])];
  const hot = labels.map((label) => [0, 1, 2].map((one) => (one === label ? 1 : 0)));
  const last = (rows: readonly (readonly number[])[], row: readonly number[]): number[][] =>
    rows.map((one, sample) => [...(sample === SAMPLES - 1 ? row : one)]);
  const bits = labels.map((label) => [label === 0 ? 1 : 0]);
  const refused: readonly (readonly [readonly gt.Model[], number[][], RegExp])[] = [
    [classes, last(hot, [NaN, 0, 1]), /^ensemble\.fit: sample 59 has NaN in the targets of 'y'.*from 0 to 1: give labels/],
    [classes, last(hot, [-1, 1, -1]), /sample 59 has -1 in .*or take the loss 'mse'/],
    [classes, last(hot, [1, 1, 0]), /sample 59 has classes that sum to 2 .*divide them by their sum/],
    [classes, last(hot, [0, 0, 0]), /sample 59 has classes that sum to 0 .*A sampleWeight of 0 leaves a sample out/],
    [yes, bits.map(([one = 0]) => [2 * one - 1]), /has -1 in the targets of 'y'.*1 for a yes and 0 for a no/],
    [yes, last(bits, [NaN]), /sample 59 has NaN/],
    [[constant([1]), constant([2])], last(bits, [Infinity]), /sample 59 has Infinity.*Give finite numbers/],
  ]; // prettier-ignore
  for (const mode of ['weighted', 'geometric'] as const) {
    for (const [models, targets, message] of refused) {
      if (mode === 'geometric' && message.source.includes('finite')) continue;
      await t.rejects(gt.ensemble.fit(models, x, targets, { mode }), { name: 'ArgumentError', message });
      const sampleWeight = targets.map((_, sample) => (sample === SAMPLES - 1 ? 0 : 1));
      if (!message.source.includes('59')) continue;
      const { memberWeights } = await gt.ensemble.fit(models, x, targets, { mode, sampleWeight });
      t.ok(memberWeights.every(Number.isFinite), 'what stands in a sample that does not count does not matter');
    }
  }
  const smoothed = ops.add(ops.mul(ops.oneHot(y, 3), 0.9), 0.1 / 3);
  await t.resolves(gt.ensemble.fit(classes, x, smoothed), 'smoothed labels are probabilities');
  await t.resolves(gt.ensemble.fit(yes, x, ops.add(ops.mul(gt.tensor(bits), 0.9), 0.05)));
  await t.resolves(gt.ensemble.fit(yes, x, bits.map(([one = 0]) => [2 * one - 1]), { loss: 'mse' }), 'any numbers have a squared error'); // prettier-ignore
});

t.test('targets with the samples along another axis are refused', async (t) => {
  const turned = gt.ops.transpose(ops.oneHot(y, 3));
  await t.rejects(gt.ensemble.fit([network(1), network(2)], x, turned), /the targets of 'y' have the shape \[3, 60\]/);
});

t.test('what does not fit is refused with the way out', async (t) => {
  const models = [network(1), network(2)];
  const refused: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => gt.ensemble.fit([], x, y), /ensemble.fit: the models are an empty list/],
    [() => gt.ensemble.fit(models, null, y), /x is null\. Give inputs, or what was predicted/],
    [() => gt.ensemble.fit(models, x, [0, 1]), /the targets of 'y' have the shape \[2\].*or labels/],
    [() => gt.ensemble.fit(models, x, labels.map(() => 3)), /the target of sample 0 in 'y' is 3/],
    [() => gt.ensemble.fit(models, null, y, { predictions: [gt.zeros([60, 3])] }), /got 1 predictions for 2 models/],
    [() => gt.ensemble.fit(models, null, y, { predictions: [gt.zeros([60, 3]), gt.zeros([9, 3])] }), /model 1 for output 'y'/],
    [() => gt.ensemble.fit(models, x, y, { sampleWeight: [1] }), /sampleWeight has 1 values for 60/],
    [() => gt.ensemble.fit(models, x, y, { sampleWeight: labels.map(() => -1) }), /the samples count -60 in all/],
    [() => gt.ensemble.fit(models, x, y, { sampleWeight: labels.map((_, i) => i - 1) }), /Weights are finite and not negative/],
    [() => gt.ensemble.fit(models, x, y, { method: 'newton' as never }), /method is 'newton'\. Give 'simplex' or 'greedy'/],
    [() => gt.ensemble.fit(models, x, y, { rounds: 0 }), /rounds is 0/],
    [() => gt.ensemble.fit(models, x, y, { shrinkage: -1 }), /shrinkage is -1\. Give a number that is not negative, or 'auto'/],
    [() => gt.ensemble.fit(models, x, y, { shrinkage: NaN }), /shrinkage is NaN/],
    [() => gt.ensemble.fit(models, x, y, { method: 'greedy', shrinkage: 1 }), /'greedy' know no shrinkage/],
    [() => gt.ensemble.fit(models, x, ops.oneHot(y, 3), { mode: 'geometric', loss: 'mse' }), /minimizes the log loss only/],
    [() => gt.ensemble.fit([constant([1])], x, y, { loss: 'crossentropy' }), /neither softmax nor sigmoid/],
  ]; // prettier-ignore
  for (const [act, message] of refused) await t.rejects(act(), { message });
});
