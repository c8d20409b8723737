/** shuffle, trainTestSplit, batches: rows stay together, sizes are as asked, one seed gives one result. */
import t from 'tap';
import fc from 'fast-check';
import * as gt from '../../../src/index.ts';
import { batches, shuffle, trainTestSplit } from '../../../src/data/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
/** Row i is [i, i + 100]; label i is 10 i. */
const rows = (length: number): { x: Tensor; y: Tensor } => ({
  x: tensor(Float32Array.from(range(length).flatMap((i) => [i, i + 100])), [length, 2]),
  y: tensor(
    Float32Array.from(range(length), (i) => 10 * i),
    [length],
  ),
});
/** The samples in a part of `rows`, or undefined when a row was torn apart. */
const samplesOf = (x: Tensor, y: Tensor): number[] | undefined => {
  const samples = range(x.shape[0] ?? 0).map((i) => x.at(i, 0));
  return samples.every((one, i) => x.at(i, 1) === one + 100 && y.at(i) === 10 * one) ? samples : undefined;
};
const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

t.test('shuffle: every row once, arrays alike, the order by the seed alone', (t) => {
  const { x, y } = rows(50);
  const [xs, ys] = shuffle([x, y], { seed: 3 });
  const order = samplesOf(xs, ys);
  t.ok(order, 'rows stay together');
  t.same(ascending(order ?? []), range(50));
  t.notSame(order, range(50));
  t.same(samplesOf(...shuffle([x, y], { seed: 3 })), order);
  t.notSame(samplesOf(...shuffle([x, y], { seed: 4 })), order);
  t.same(samplesOf(...shuffle([x, y])), samplesOf(...shuffle([x, y], { seed: 0 })));
  const [bytes, nested] = shuffle([new Uint8Array([1, 2, 3]), [[1], [2], [3]]]);
  t.same([...bytes.data], [...nested.data]);
  t.end();
});

t.test('shuffle: the orders are fair', (t) => {
  // 6 orders of 3 rows in 600 draws: chi-squared with 5 degrees of freedom is above 20.5 once in a thousand times.
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 600; seed++) {
    const [drawn] = shuffle([[0, 1, 2]], { seed });
    const key = [...drawn.data].join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const statistic = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
  t.equal(counts.size, 6);
  t.ok(statistic < 20.5, `chi-squared ${statistic}`);
  t.end();
});

t.test('trainTestSplit: fractions round the test part up and the train part down; numbers are counts', (t) => {
  const { x, y } = rows(10);
  const sizes = (options: Parameters<typeof trainTestSplit>[1]): unknown => {
    const [xTrain, xTest, yTrain, yTest] = trainTestSplit([x, y], options);
    const [train, test] = [samplesOf(xTrain, yTrain), samplesOf(xTest, yTest)];
    t.ok(train && test && new Set([...train, ...test]).size === train.length + test.length, 'no sample twice');
    return [train?.length, test?.length];
  };
  t.same(sizes({}), [7, 3], '0.25 of 10 is 3');
  t.same(sizes({ testSize: 0.31 }), [6, 4]);
  t.same(sizes({ testSize: 2 }), [8, 2]);
  t.same(sizes({ trainSize: 0.55 }), [5, 5]);
  t.same(sizes({ trainSize: 3, testSize: 2 }), [3, 2], 'the rest is left out');
  t.same(sizes({ trainSize: 0.5, testSize: 0.5 }), [5, 5]);
  t.end();
});

t.test('trainTestSplit: in order without shuffle; one seed gives one split', (t) => {
  const { x, y } = rows(10);
  const [xTrain, xTest] = trainTestSplit([x, y], { testSize: 3, shuffle: false });
  t.same(samplesOf(xTrain, trainTestSplit([y], { testSize: 3, shuffle: false })[0]), range(7));
  t.same(range(3).map((i) => xTest.at(i, 0)), [7, 8, 9]); // prettier-ignore
  const split = (seed: number): unknown => trainTestSplit([x], { seed }).map((part) => part.toArray());
  t.same(split(1), split(1));
  t.notSame(split(1), split(2));
  t.end();
});

t.test('trainTestSplit: stratify gives each part its share of each label', (t) => {
  const cases = fc.array(fc.integer({ min: 4, max: 30 }), { minLength: 2, maxLength: 4 }).chain((counts) =>
    fc.record({
      counts: fc.constant(counts),
      seed: fc.integer({ min: 0, max: 999 }),
      share: fc.constantFrom(0.25, 0.4, 0.5),
    }),
  );
  fc.assert(
    fc.property(cases, ({ counts, seed, share }) => {
      const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
      const [train, test] = trainTestSplit([labels], { stratify: labels, testSize: share, seed });
      const inTest = counts.map((_, label) => test.data.filter((one) => one === label).length);
      const inTrain = counts.map((_, label) => train.data.filter((one) => one === label).length);
      const total = labels.length;
      return (
        train.size + test.size === total &&
        // Each share is the exact one, rounded down or up; the test part gets what remains of rounding the train part.
        counts.every((count, i) => Math.abs((inTrain[i] ?? 0) - (count * train.size) / total) < 1) &&
        counts.every((count, i) => (inTrain[i] ?? 0) + (inTest[i] ?? 0) === count)
      );
    }),
    { seed: 7, numRuns: 200 },
  );
  t.end();
});

t.test('trainTestSplit refuses what cannot be split', (t) => {
  const { x, y } = rows(10);
  const refuse = (options: object, message: RegExp): void =>
    void t.throws(() => trainTestSplit([x, y], options), { name: 'ArgumentError', message });
  refuse({ testSize: 0 }, /testSize is 0 of 10 samples\. Give a fraction between 0 and 1/);
  refuse({ testSize: 10 }, /testSize is 10 of 10/);
  refuse({ trainSize: 1.5 }, /trainSize is 1\.5/);
  refuse({ trainSize: 8, testSize: 3 }, /10 samples cannot give 8 to train on and 3 to test with/);
  refuse({ trainSize: 0.05 }, /cannot give 0 to train on/);
  refuse({ seed: 0.5 }, /the seed is 0\.5/);
  refuse({ shuffle: 'yes' }, /shuffle is 'yes'\. Give true or false/);
  refuse({ shuffle: false, stratify: y }, /stratify needs shuffle/);
  refuse({ stratify: y }, /the label \d+ has one sample/);
  refuse({ stratify: [0, 0, 1, 1] }, /the arrays have 10, 10, 4 samples/);
  refuse({ stratify: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], testSize: 2 }, /cannot hold all 5 labels/);
  t.throws(() => trainTestSplit([x, [1, 2]]), /the arrays have 10, 2 samples/);
  t.throws(
    () => trainTestSplit(x as never),
    /got a tensor of shape \[10, 2\]\. Give a list of arrays, such as \[x, y\]/,
  );
  t.throws(() => trainTestSplit([]), /got an array of 0/);
  t.throws(() => trainTestSplit([3]), { name: 'ArgumentError' });
  t.end();
});

t.test('batches: the samples in order, the last batch smaller or left out', (t) => {
  const { x, y } = rows(10);
  const of = (options: Parameters<typeof batches>[1]): unknown =>
    [...batches([x, y], options)].map(([bx, by]) => samplesOf(bx, by));
  t.same(of({ batchSize: 4 }), [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  t.same(of({ batchSize: 4, dropRemainder: true }), [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
  t.equal(batches([x, y], { batchSize: 4 }).length, 3);
  t.equal(batches([x, y], { batchSize: 4, dropRemainder: true }).length, 2);
  t.equal(batches([x]).length, 1, '32 samples by default');
  t.same([...batches([[] as number[]])], []);
  t.end();
});

t.test('batches: with shuffle each pass has its own order, and the seed settles all of them', (t) => {
  const { x, y } = rows(40);
  const passes = (seed: number): number[][] => {
    const source = batches([x, y], { batchSize: 16, shuffle: true, seed });
    return range(2).map(() => [...source].flatMap(([bx, by]) => samplesOf(bx, by) ?? []));
  };
  const [first = [], second = []] = passes(1);
  t.same(ascending(first), range(40));
  t.same(ascending(second), range(40));
  t.notSame(first, second);
  t.same(passes(1), [first, second]);
  t.notSame(passes(2)[0], first);
  t.end();
});

t.test('batches: items keep their structure: lists, records, typed arrays with a shape', (t) => {
  const { x, y } = rows(4);
  const source = batches(
    [[x, y], { left: x, right: [[1], [2], [3], [4]] }, { data: new Uint8Array(8), shape: [4, 2] }],
    {
      batchSize: 3,
    },
  );
  const [[pair, named, bytes]] = [...source] as [typeof source extends Iterable<infer Batch> ? Batch : never];
  t.same(pair.map((one) => one.shape), [[3, 2], [3]]); // prettier-ignore
  t.same(
    [named.left.shape, named.right.shape],
    [
      [3, 2],
      [3, 1],
    ],
  );
  t.same(bytes.shape, [3, 2]);
  t.end();
});

t.test('batches feed fit, evaluate and predict like the arrays themselves', async (t) => {
  const input = gt.input([2]);
  const net = gt.model(input, gt.layers.dense(1, { kernelInitializer: 'zeros' })(input));
  const { x, y } = rows(10);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 1e-5 }), loss: 'mse' });
  const start = await net.getWeights();
  await net.fit(x, y, { epochs: 3, batchSize: 4, shuffle: false, verbose: 0 });
  const wanted = (await net.getWeights()).map((one) => one.toArray());
  net.setWeights(start);
  await net.fit(batches([x, y], { batchSize: 4 }), { epochs: 3, verbose: 0 });
  t.same(
    (await net.getWeights()).map((one) => one.toArray()),
    wanted,
  );
  t.equal(
    await net.evaluate(batches([x, y], { batchSize: 4 }), { verbose: 0 }),
    await net.evaluate(x, y, { batchSize: 4, verbose: 0 }),
  );
});

t.test('batches refuses wrong options and arrays', (t) => {
  const { x } = rows(10);
  const refuse = (data: unknown, options: unknown, message: RegExp): void =>
    void t.throws(() => batches(data as never, options as never), { name: 'ArgumentError', message });
  refuse([x], { batchSize: 0 }, /batchSize is 0\. Give an integer of at least 1/);
  refuse([x], { shuffle: 1 }, /shuffle is 1\. Give true or false/);
  refuse([x], { dropRemainder: 'no' }, /dropRemainder is 'no'/);
  refuse([x], { seed: NaN }, /the seed is NaN/);
  refuse([x, [1, 2]], {}, /the arrays have 10, 2 samples/);
  refuse(x, {}, /got a tensor of shape \[10, 2\]\. Give a list, such as \[x\] or \[x, y\]/);
  refuse([x, 'y'], {}, /item 1 is 'y'/);
  refuse([x], null, /the options are null/);
  t.end();
});
