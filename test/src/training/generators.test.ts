/** Iterables of batches in fit, evaluate and predict: which kinds, how far each epoch reads, what happens at their end. */
import * as gt from 'gradtape';
import t from 'tap';
import { captured } from '../callbacks/fake-model.ts';
import { line, meanSquare, singles, squares, traced } from './line.ts';

const quiet = { verbose: 0 } as const;
type Pair = [gt.Tensor, gt.Tensor];

/** Batches of x = 1, 2, 3, ... without end, and how many were made. */
const endless = (): { readonly source: Generator<Pair>; made: number } => {
  const state = { made: 0, source: undefined as unknown as Generator<Pair> };
  state.source = (function* (): Generator<Pair> {
    for (;;) yield [gt.tensor([[++state.made]]), gt.zeros([1, 1])];
  })();
  return state;
};

t.test('every kind of iterable of the same batches trains alike', async (t) => {
  const list = [...singles(3)];
  async function* slowly(): AsyncGenerator<Pair> {
    for (const batch of list) {
      await new Promise((resolve) => setTimeout(resolve));
      yield batch;
    }
  }
  const kinds: Readonly<Record<string, gt.BatchSource>> = {
    'a generator function': () => singles(3),
    'an async generator function': slowly,
    'a function that gives a list': () => list,
    'an iterable object': { [Symbol.iterator]: () => list.values() },
    'an async iterable object': { [Symbol.asyncIterator]: slowly },
    'a set': new Set(list),
    'batches of data': gt.data.batches(squares(3), { batchSize: 1 }),
  };
  const weightAfter = async (train: (net: gt.Model) => Promise<unknown>): Promise<unknown> => {
    const net = line(0.01);
    await train(net);
    return (await net.getWeights())[0]?.item();
  };
  const options = { ...quiet, epochs: 2 };
  const wanted = await weightAfter((net) => net.fit(...squares(3), { ...options, batchSize: 1, shuffle: false }));
  for (const [name, source] of Object.entries(kinds)) {
    t.equal(await weightAfter((net) => net.fit(source, options)), wanted, name);
    t.equal(
      await line().evaluate(source, quiet),
      await line().evaluate(...squares(3), { ...quiet, batchSize: 1 }),
      name,
    );
    t.same((await line().predict(source)).toArray(), [[1], [2], [3]], name);
  }
});

t.test('stepsPerEpoch reads an endless generator on, batch by batch and none too many', async (t) => {
  const numbers = endless();
  const { history } = await line().fit(numbers.source, { ...quiet, epochs: 3, stepsPerEpoch: 2 });
  t.same(history['loss'], [meanSquare(1, 2), meanSquare(3, 4), meanSquare(5, 6)]);
  t.equal(numbers.made, 6);
});

t.test('a generator that ends early ends its epoch and then the training, each with a warning', async (t) => {
  const run = await traced((callback) =>
    line().fit(singles(5), { ...quiet, epochs: 9, stepsPerEpoch: 2, callbacks: [callback] }),
  );
  t.equal(run.hooks, 'train e0 b0 b1 /e0 e1 b0 b1 /e1 e2 b0 /e2 /train');
  t.same(run.history['loss'], [meanSquare(1, 2), meanSquare(3, 4), 25]);
  t.match(run.warnings, [/ran out after 1 of 2 batches/, /the data ran out after 3 of 9 epochs; training ends/]);
  const whole = await traced((callback) => line().fit(singles(2), { ...quiet, epochs: 3, callbacks: [callback] }));
  t.equal(whole.hooks, 'train e0 b0 b1 /e0 /train', 'without stepsPerEpoch an epoch is all of it');
  t.match(whole.warnings, [/the data ran out after 1 of 3 epochs/]);
});

t.test(
  'a generator function begins anew when its batches end: at the end of an epoch silently, within with a warning',
  async (t) => {
    const even = await traced((callback) =>
      line().fit(() => singles(4), { ...quiet, epochs: 3, stepsPerEpoch: 2, callbacks: [callback] }),
    );
    t.same(even.history['loss'], [meanSquare(1, 2), meanSquare(3, 4), meanSquare(1, 2)]);
    t.same(even.warnings, []);
    const odd = await traced((callback) =>
      line().fit(() => singles(3), { ...quiet, epochs: 3, stepsPerEpoch: 2, callbacks: [callback] }),
    );
    t.same(odd.history['loss'], [meanSquare(1, 2), 9, meanSquare(1, 2)]);
    t.match(odd.warnings, [/ran out after 1 of 2 batches/]);
  },
);

t.test('validation: a function begins anew each time, a generator is read on', async (t) => {
  const validated = (validationData: gt.BatchSource, validationSteps?: number): ReturnType<typeof traced> =>
    traced((callback) =>
      line().fit(...squares(1), {
        ...quiet,
        epochs: 3,
        validationData,
        ...(validationSteps ? { validationSteps } : {}),
        callbacks: [callback],
      }),
    );
  const anew = await validated(() => singles(4), 2);
  t.same(anew.history['val_loss'], [meanSquare(1, 2), meanSquare(1, 2), meanSquare(1, 2)]);
  const all = await validated({ [Symbol.iterator]: () => singles(2) });
  t.same(all.history['val_loss'], [meanSquare(1, 2), meanSquare(1, 2), meanSquare(1, 2)]);
  const numbers = endless();
  const readOn = await validated(numbers.source, 2);
  t.same(readOn.history['val_loss'], [meanSquare(1, 2), meanSquare(3, 4), meanSquare(5, 6)]);
  t.equal(numbers.made, 6);
  const short = await validated(singles(3), 2);
  t.same(short.history['val_loss'], [meanSquare(1, 2), 9]);
  t.same(short.history['loss']?.length, 3, 'training goes on without validation');
  t.match(short.warnings, [
    /validation: the data ran out after 1 of 2/,
    /no batch in epoch 3, which has no validation/,
  ]);
});

t.test('generators are closed when fit, evaluate or predict is through, also by an error', async (t) => {
  const closable = (): { readonly source: () => Generator<Pair>; closed: number } => {
    const state = {
      closed: 0,
      *source(): Generator<Pair> {
        try {
          for (;;) yield [gt.ones([1, 1]), gt.zeros([1, 1])];
        } finally {
          state.closed++;
        }
      },
    };
    return state;
  };
  const [one, two, three, four] = [closable(), closable(), closable(), closable()];
  await line().fit(one.source, { ...quiet, stepsPerEpoch: 2, validationData: two.source, validationSteps: 1 });
  await line().evaluate(three.source, { ...quiet, steps: 1 });
  await line().predict(four.source(), { steps: 1 });
  t.same([one, two, three, four].map(({ closed }) => closed), [1, 1, 1, 1]); // prettier-ignore
  const five = closable();
  const fails: gt.Callback = {
    onTrainBatchEnd: () => {
      throw new Error('no');
    },
  };
  await t.rejects(line().fit(five.source, { ...quiet, callbacks: [fails] }), { message: 'no' });
  t.equal(five.closed, 1);
});

t.test('a batch is [x], [x, y], [x, y, weights], or inputs alone', async (t) => {
  const [x, y] = squares(2);
  const loss = (batch: gt.BatchData): Promise<unknown> => line().evaluate(() => [batch], quiet);
  t.equal(await loss([x, y]), meanSquare(1, 2));
  t.equal(await loss([x, y, [4, 0]]), 2);
  t.equal(await loss([x, y, null]), meanSquare(1, 2));
  t.equal(
    await loss([
      [[1], [2]],
      [[0], [0]],
    ]),
    meanSquare(1, 2),
    'nested arrays',
  );
  t.equal(await loss([{ x }, [y]]), meanSquare(1, 2), 'by name, in a list');
  const predicted = async (batch: gt.BatchEntry): Promise<unknown> => (await line().predict(() => [batch])).toArray();
  for (const batch of [[x], x, { x }, [{ x }, y], { data: new Uint8Array([1, 2]), shape: [2, 1] }] as gt.BatchEntry[])
    t.same(await predicted(batch), [[1], [2]]);
  // Without targets the loss is what the model adds itself.
  const net = line();
  net.addLoss(() => gt.tensor(3));
  net.compile({ optimizer: 'sgd' });
  t.same((await net.fit(() => [[x]], quiet)).history, { loss: [3] });
  t.same((await net.fit(x, null, quiet)).history, { loss: [3] });
});

t.test('class weights count in batches too', async (t) => {
  const { history } = await line().fit(() => singles(2), { ...quiet, classWeight: { 0: 3 } });
  t.same(history['loss'], [3 * meanSquare(1, 2)]);
});

t.test('steps of evaluate and predict: no batch too many, a warning for too few', async (t) => {
  const numbers = endless();
  t.equal(await line().evaluate(numbers.source, { ...quiet, steps: 2 }), meanSquare(1, 2));
  t.equal(numbers.made, 2);
  t.same((await line().predict(endless().source, { steps: 3 })).toArray(), [[1], [2], [3]]);
  const { warnings } = await captured(async () => {
    t.equal(await line().evaluate(singles(2), { ...quiet, steps: 3 }), meanSquare(1, 2));
    t.same((await line().predict(singles(2), { steps: 3 })).toArray(), [[1], [2]]);
    t.equal(await line().evaluate(singles(2), quiet), meanSquare(1, 2), 'all of it without steps');
  });
  t.match(warnings, [/evaluate: the data ran out after 2 of 3 batches/, /predict: the data ran out after 2 of 3/]);
});

t.test('refused: no batches, things that are no batches, a batch that does not fit', async (t) => {
  const net = line();
  const [x, y] = squares(2);
  const bad = (source: unknown): gt.BatchSource => source as gt.BatchSource;
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['none', () => net.fit(() => [], quiet), /fit: the data gave no batch/],
    ['none to evaluate', () => net.evaluate(singles(0), quiet), /evaluate: the data gave no batch/],
    ['none to predict', () => net.predict(singles(0)), /predict: the data gave no batch/],
    ['a function of nothing', () => net.fit(bad(() => undefined), quiet), /the function gave undefined\. It must return an iterable/], // prettier-ignore
    ['a broken iterator', () => net.fit(bad({ [Symbol.iterator]: () => ({ next: () => 3 }) }), quiet), /gave 3 instead of \{ value, done \}/], // prettier-ignore
    [
      'an empty batch',
      () =>
        net.fit(
          bad(() => [[]]),
          quiet,
        ),
      /batch 0: a list of 0\. A batch is \[x\], \[x, y\]/,
    ],
    [
      'a batch of four',
      () =>
        net.fit(
          bad(() => [[x, y, y, y]]),
          quiet,
        ),
      /a list of 4/,
    ],
    [
      'text',
      () =>
        net.fit(
          bad(() => ['ab']),
          quiet,
        ),
      /batch 0: 'x' is 'ab'/,
    ],
    ['no targets', () => net.fit(() => [[x]], quiet), /batch 0: the targets y are missing/],
    ['unequal lengths', () => net.fit(() => [[x, y], [x, gt.zeros([3, 1])]], quiet), /batch 1: the data are of unequal length/], // prettier-ignore
    ['both weights', () => net.fit(() => [[x, y, [1, 1]]], { ...quiet, classWeight: { 0: 1 } }), /not both/],
  ];
  for (const [name, call, message] of cases) await t.rejects(call(), { name: 'ArgumentError', message }, name);
  await t.rejects(
    net.fit(() => [[gt.ones([2, 3]), y]], quiet),
    { name: 'ShapeError', message: /batch 0: the input 'x'/ },
  );
  await net.fit(x, y, quiet);
});
