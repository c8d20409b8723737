/** Bad input is refused before any step, with a message that names what is wrong; the model stays as it was. */
import * as gt from 'gradtape';
import t from 'tap';
import { compiledModel, smallModel, twoClasses, weightsOf } from './data.ts';

const { x, y } = twoClasses(16);
const quiet = { verbose: 0 } as const;

t.test('fit refuses data that do not fit, and changes nothing', async (t) => {
  const net = compiledModel();
  const before = await weightsOf(net);
  const badLabels = gt.tensor(
    Float32Array.from(y.data, (label, i) => (i === 5 ? 7 : label)),
    [16],
  );
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    [
      'a wrong width',
      () => net.fit(gt.zeros([16, 3]), y, quiet),
      /'point' expects the shape \[null, 2\], got \[16, 3\]/,
    ],
    ['a wrong rank', () => net.fit(gt.zeros([16, 2, 2]), y, quiet), /expects the shape \[null, 2\], got \[16, 2, 2\]/],
    ['unequal lengths', () => net.fit(x, gt.zeros([15]), quiet), /unequal length \(point: 16, target .*: 15\)/],
    ['a label out of range', () => net.fit(x, badLabels, quiet), /label 7 at position 5/],
    ['two inputs for one', () => net.fit([x, x], y, quiet), /got 2 inputs, the model has 1/],
    ['an unknown input name', () => net.fit({ pixel: x }, y, quiet), /missing 'point'; unknown 'pixel'/],
    [
      'an empty validation split',
      () => net.fit(x, y, { ...quiet, validationSplit: 0.01 }),
      /leaves 15 for training and 1|leaves/,
    ],
    [
      'a split that leaves nothing to train on',
      () => net.fit(x, y, { ...quiet, validationSplit: 0.99 }),
      /leaves 0 for training/,
    ],
    ['a split outside 0 to 1', () => net.fit(x, y, { ...quiet, validationSplit: 1 }), /validationSplit is 1/],
    ['a batch size of 0', () => net.fit(x, y, { ...quiet, batchSize: 0 }), /batchSize is 0/],
    ['no data', () => net.fit(gt.zeros([0, 2]), gt.zeros([0]), quiet), /no samples/],
    [
      'both kinds of weights',
      () => net.fit(x, y, { ...quiet, sampleWeight: gt.ones([16]), classWeight: { 0: 1 } }),
      /not both/,
    ],
  ];
  for (const [name, call, message] of cases) {
    if (name === 'an empty validation split') continue;
    await t.rejects(call(), { message }, name);
  }
  t.same(await weightsOf(net), before, 'no weight changed');
  await net.fit(x, y, quiet);
});

t.test('an empty validation split is refused', async (t) => {
  const one = twoClasses(1);
  await t.rejects(compiledModel().fit(one.x, one.y, { ...quiet, validationSplit: 0.5 }), {
    message: /leaves 0 for training and 1 for validation/,
  });
});

t.test('compile refuses unknown names and suggests the nearest', (t) => {
  const net = smallModel();
  t.throws(() => net.compile({ optimizer: 'adaam', loss: 'mse' }), /did you mean 'adam'\?.*rmsprop/s);
  t.throws(() => net.compile({ optimizer: 'adam', loss: 'mean_squared_eror' }), /did you mean 'mean_squared_error'\?/);
  t.throws(() => net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['acuracy'] }), /did you mean 'accuracy'\?/);
  t.end();
});

t.test('compile refuses a missing or surplus output in a record of losses', (t) => {
  const input = gt.input([2]);
  const net = gt.model(input, [
    gt.layers.dense(1, { name: 'left' })(input),
    gt.layers.dense(1, { name: 'right' })(input),
  ]);
  t.throws(() => net.compile({ loss: { left: 'mse' } }), /no entry for 'right'/);
  // @ts-expect-error the compiler refuses it too
  t.throws(() => net.compile({ loss: { left: 'mse', right: 'mse', middle: 'mse' } }), /unknown output 'middle'/);
  t.throws(() => net.compile({ loss: ['mse'] }), /1 entries, the model has 2 outputs/);
  net.compile({ loss: { left: 'mse', right: null } });
  t.end();
});

t.test('a model that was not compiled says so', async (t) => {
  await t.rejects(smallModel().fit(x, y, quiet), { message: /Call model.compile/ });
});

t.test('indices outside an embedding are refused before training', async (t) => {
  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const net = gt.model(text, gt.layers.dense(1)(gt.layers.globalAveragePooling1d()(gt.layers.embedding(10, 2)(text))));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  await t.rejects(
    net.fit(
      [
        [1, 2],
        [3, 10],
      ],
      [[1], [2]],
      quiet,
    ),
    { message: /'text' has the index 10 in sample 1, but the layer 'embedding.*' knows the indices 0 to 9/ },
  );
  await t.rejects(net.predict([[0.5, 2]]), { message: /has the index 0.5/ });
});

t.test('a callback that throws ends fit with its error; the model trains again', async (t) => {
  const net = compiledModel();
  const failure = new Error('from the callback');
  await t.rejects(
    net.fit(x, y, {
      ...quiet,
      callbacks: [
        {
          onTrainBatchEnd() {
            throw failure;
          },
        },
      ],
    }),
    failure,
  );
  await net.fit(x, y, quiet);
});

t.test('a data iterator that throws ends fit with its error; the model trains again', async (t) => {
  const net = compiledModel();
  async function* failing(): AsyncGenerator<[gt.Tensor, gt.Tensor]> {
    yield [x, y];
    await Promise.resolve();
    throw new Error('from the data');
  }
  await t.rejects(net.fit(failing(), quiet), { message: 'from the data' });
  await net.fit(x, y, quiet);
});

t.test('a second fit while one runs is refused, and so is compile', async (t) => {
  const net = compiledModel();
  const first = net.fit(x, y, { ...quiet, epochs: 3 });
  await t.rejects(net.fit(x, y, quiet), { message: /while a fit of this model is running/ });
  t.throws(() => net.compile({ loss: 'mse' }), /while a fit of this model is running/);
  t.equal((await first).epoch.length, 3);
});
