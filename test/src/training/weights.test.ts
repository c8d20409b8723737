/** Sample and class weights: which shapes and structures, what they do to the loss by its definition, what is refused. */
import * as gt from 'gradtape';
import t from 'tap';
import { line, meanSquare, squares } from './line.ts';

const quiet = { verbose: 0 } as const;

/** Outputs `left` = x and `right` = 2 x, squared error against 0: losses x² and 4 x². */
const fork = (): gt.Model => {
  const input = gt.input([1], { name: 'x' });
  const branch = (name: string, value: number): gt.SymbolicTensor =>
    gt.layers.dense(1, { name, useBias: false, kernelInitializer: gt.initializers.constant({ value }) })(input);
  const net = gt.model(input, [branch('left', 1), branch('right', 2)]);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
  return net;
};

/** One output per step, [batch, 2, 1]. */
const steps = (): gt.Model => {
  const input = gt.input([2, 1], { name: 'x' });
  const net = gt.model(input, gt.layers.dense(1, { useBias: false, kernelInitializer: 'ones' })(input));
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
  return net;
};

t.test('one weight per sample multiplies its loss; the number of samples divides the sum', async (t) => {
  const [x, y] = squares(2);
  const wanted = (3 * 1 + 5 * 4) / 2;
  for (const sampleWeight of [[3, 5], [[3], [5]], gt.tensor([3, 5]), new Float32Array([3, 5]), [gt.tensor([3, 5])]]) {
    t.equal(await line().evaluate(x, y, { ...quiet, sampleWeight }), wanted);
    t.same((await line().fit(x, y, { ...quiet, sampleWeight })).history['loss'], [wanted]);
    t.equal(await line().trainOnBatch(x, y, { sampleWeight }), wanted);
    t.equal(await line().testOnBatch(x, y, { sampleWeight }), wanted);
  }
});

t.test('a weight per sample and step, and one per sample for all its steps', async (t) => {
  const x = gt.tensor([[[1], [2]], [[3], [4]]]); // prettier-ignore
  const y = gt.zeros([2, 2, 1]);
  const loss = (sampleWeight: number[] | number[][]): Promise<unknown> =>
    steps().evaluate(x, y, { ...quiet, sampleWeight });
  t.equal(await loss([[1, 10], [100, 1000]]), (1 + 40 + 900 + 16000) / 4); // prettier-ignore
  t.equal(await loss([2, 0]), (2 + 8) / 4);
  t.equal(await loss([[2], [0]]), (2 + 8) / 4);
});

t.test('several outputs: one array for all, a list, a record; null weighs nothing differently', async (t) => {
  const [x, y] = squares(2);
  const targets = [y, y];
  const losses = async (sampleWeight: gt.EvaluateOptions['sampleWeight']): Promise<unknown> => {
    const logs = await fork().evaluate(x, targets, {
      ...quiet,
      returnDict: true,
      ...(sampleWeight ? { sampleWeight } : {}),
    });
    return [logs['left_loss'], logs['right_loss'], logs['loss']];
  };
  const [plain, left, right] = [meanSquare(1, 2), (3 * 1 + 5 * 4) / 2, 4 * (7 * 1 + 9 * 4) / 2]; // prettier-ignore
  t.same(await losses(undefined), [plain, 4 * plain, 5 * plain]);
  t.same(await losses([3, 5]), [left, 4 * left, 5 * left]);
  t.same(await losses([[3, 5], [7, 9]]), [left, right, left + right], 'a list of plain lists'); // prettier-ignore
  t.same(await losses([gt.tensor([3, 5]), gt.tensor([7, 9])]), [left, right, left + right]);
  t.same(await losses([null, [7, 9]]), [plain, right, plain + right]);
  t.same(await losses({ left: [3, 5], right: [7, 9] }), [left, right, left + right]);
  t.same(await losses({ right: [7, 9] }), [plain, right, plain + right]);
  t.same(await losses({ left: null, right: [7, 9] }), [plain, right, plain + right]);
});

t.test(
  'class weights: by label, by the largest of a row, for one column of 0 and 1; a missing class weighs 1',
  async (t) => {
    const net = (units: number, loss: string): gt.Model => {
      const input = gt.input([1]);
      const made = gt.model(input, gt.layers.dense(units, { activation: units > 1 ? 'softmax' : 'sigmoid' })(input));
      made.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0 }), loss });
      return made;
    };
    const labels = [0, 2, 1, 2];
    const x = gt.ones([4, 1]);
    const classWeight = { 0: 2, 2: 0.5 };
    const bySample = [2, 0.5, 1, 0.5];
    const cases: [
      name: string,
      units: number,
      loss: string,
      y: gt.Tensor | number[] | number[][],
      weights: number[],
    ][] = [
      ['labels', 3, 'sparse_categorical_crossentropy', labels, bySample],
      ['a column of labels', 3, 'sparse_categorical_crossentropy', labels.map((one) => [one]), bySample],
      ['one-hot rows', 3, 'categorical_crossentropy', gt.data.toCategorical(labels), bySample],
      ['soft rows', 3, 'categorical_crossentropy', [[0.6, 0.2, 0.2], [0, 0.4, 0.6], [0.1, 0.5, 0.4], [0.3, 0.3, 0.4]], bySample], // prettier-ignore
      ['a binary column', 1, 'binary_crossentropy', [[0], [1], [1], [0]], [2, 1, 1, 2]],
      ['binary numbers', 1, 'binary_crossentropy', [0, 1, 1, 0], [2, 1, 1, 2]],
    ];
    for (const [name, units, loss, y, sampleWeight] of cases) {
      const made = net(units, loss);
      const wanted = await made.testOnBatch(x, y, { sampleWeight });
      t.equal(await made.trainOnBatch(x, y, { classWeight }), wanted, name);
      const { history } = await made.fit(x, y, { ...quiet, classWeight });
      t.same(history['loss'], [wanted], `${name}, fit`);
      t.not(wanted, await made.testOnBatch(x, y), `${name}: the weights change the loss`);
    }
  },
);

t.test('weights that do not fit are refused, and nothing is trained', async (t) => {
  const [x, y] = squares(2);
  const net = line(0.1);
  const two = fork();
  const three = steps();
  const before = (await net.getWeights())[0]?.item();
  const weighted = (sampleWeight: unknown): (() => Promise<unknown>) => {
    return () => net.fit(x, y, { ...quiet, sampleWeight: sampleWeight as number[] });
  };
  const classes = (classWeight: unknown, more: gt.FitOptions = {}): (() => Promise<unknown>) => {
    return () =>
      net.fit(x, y, { ...quiet, ...more, classWeight: classWeight as gt.FitOptions['classWeight'] & object });
  };
  const forked = (sampleWeight: unknown, more: gt.FitOptions = {}): (() => Promise<unknown>) => {
    return () =>
      two.fit(x, [y, y], { ...quiet, ...more, ...(sampleWeight ? { sampleWeight: sampleWeight as number[] } : {}) });
  };
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['too few', weighted([1]), /unequal length \(x: 2, .*sample weight .*: 1\)/],
    ['too wide', weighted([[1, 2], [3, 4]]), /a sampleWeight of shape \[2, 2\] does not fit losses of shape \[2\]/], // prettier-ignore
    ['text', weighted('heavy'), /'sampleWeight' is 'heavy'/],
    ['an unknown name', weighted({ other: [1, 1] }), /sampleWeight names the unknown output 'other'/],
    ['a list of another length', forked([gt.ones([2])]), /sampleWeight has 1 entries, the model has 2 outputs/],
    ['one wide array for two outputs', forked(gt.ones([2, 3])), /sampleWeight has the shape \[2, 3\]; one array for 2 outputs/], // prettier-ignore
    ['an unknown output', forked({ middle: [1, 1] }), /unknown output 'middle'/],
    ['classes of two outputs', forked(undefined, { classWeight: { 0: 1 } }), /classWeight is for models with one output; this one has 2/], // prettier-ignore
    ['both', classes({ 0: 1 }, { sampleWeight: [1, 1] }), /give sampleWeight or classWeight, not both/],
    ['no record', classes([1, 2]), /classWeight is an array of 2\. Give \{ 0: weight/],
    ['a class by name', classes({ cat: 1 }), /classWeight has 1 for 'cat'/],
    ['a weight that is none', classes({ 0: NaN }), /classWeight has NaN for '0'/],
    ['classes of steps', () => three.fit(gt.ones([2, 2, 1]), gt.zeros([2, 2, 1]), { ...quiet, classWeight: { 0: 1 } }), /classWeight weighs whole samples, and the target has the shape \[2, 2, 1\]/], // prettier-ignore
  ];
  for (const [name, call, message] of cases) await t.rejects(call(), { message }, name);
  t.equal((await net.getWeights())[0]?.item(), before);
  await net.fit(x, y, quiet);
});
