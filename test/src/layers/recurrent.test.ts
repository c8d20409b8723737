/** Recurrent layers and their wrappers: states, masks, directions, and cells made of ops against the kernels. */
import t from 'tap';
import { constant } from '../../../src/initializers/index.ts';
import * as layers from '../../../src/layers/index.ts';
import type { Bidirectional } from '../../../src/layers/bidirectional.ts';
import type { CallOptions } from '../../../src/layers/graph-node.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import type { LstmOptions } from '../../../src/layers/lstm.ts';
import { maskOf } from '../../../src/layers/masks.ts';
import { clearSession } from '../../../src/layers/naming.ts';
import type { Recurrent, RecurrentOptions } from '../../../src/layers/recurrent.ts';
import { modelFromJSON } from '../../../src/models/from-json.ts';
import { input } from '../../../src/models/input.ts';
import { model, type Model } from '../../../src/models/model.ts';
import { sequential } from '../../../src/models/sequential.ts';
import { concat, mul, randomNormal, reverse, sigmoid, slice, stack, tanh } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { ones, tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import '../../../src/training/models.ts';

type Make = (units: number, options?: RecurrentOptions) => Recurrent;
const kinds: readonly (readonly [name: string, make: Make, states: number])[] = [
  ['lstm', layers.lstm as Make, 2],
  ['gru', layers.gru as Make, 1],
  ['gru, reset before', ((units, options) => layers.gru(units, { ...options, resetAfter: false })) as Make, 1],
  ['simpleRnn', layers.simpleRnn as Make, 1],
];

/** Values of activations by functions that no layer recognises: they force the cell made of ops. */
const unknownTanh = (x: Tensor): Tensor => tanh(x);
const unknownSigmoid = (x: Tensor): Tensor => sigmoid(x);

const x = randomNormal([3, 5, 2], { seed: 1 });
const mask = tensor([
  [1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1],
  [0, 1, 1, 0, 1],
]);

const all = (layer: Layer, given: Tensor, options: CallOptions = {}): Tensor[] => {
  const result = layer.invoke(given, options) as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
};
const only = (layer: Layer, given: Tensor, options: CallOptions = {}): Tensor =>
  all(layer, given, options)[0] as Tensor;
const values = (one: Tensor | undefined): number[] => [...(one?.data ?? [])];
const states = (count: number): Tensor[] =>
  Array.from({ length: count }, (_, index) => randomNormal([3, 4], { seed: 20 + index }));

/** Sums of at most 8 products of values near 1, rounded at each of 5 steps, grow less than this. */
const FLOAT32 = 5 * 8 * 2 ** -24 * 4;
const near = (a: Tensor | undefined, b: Tensor | undefined): boolean =>
  a !== undefined && b !== undefined && a.data.every((value, i) => Math.abs(value - (b.data[i] ?? NaN)) <= FLOAT32);

for (const [name, make, stateCount] of kinds) {
  t.test(`${name}: the cell made of ops gives what the kernel gives`, (t) => {
    for (const options of [
      {},
      { returnSequences: true, returnState: true },
      { returnSequences: true, goBackwards: true },
      { returnSequences: true, zeroOutputForMask: true },
      { useBias: false, dropout: 0.5 },
      { dropout: 0.5, recurrentDropout: 0.5, returnState: true },
    ]) {
      // A bias that differs from gate to gate, and between input and state.
      const drawn = { ...options, biasInitializer: 'random_uniform' } as const;
      clearSession();
      const kernel = make(4, drawn);
      clearSession();
      const cell = make(4, { ...drawn, activation: unknownTanh, recurrentActivation: unknownSigmoid } as object);
      for (const call of [{}, { mask }, { training: true }, { mask, initialState: states(stateCount) }]) {
        clearSession();
        const expected = all(kernel, x, call);
        clearSession();
        const actual = all(cell, x, call);
        t.equal(actual.length, expected.length);
        t.ok(
          expected.every((one, index) => near(one, actual[index])),
          `${JSON.stringify(options)} ${Object.keys(call).join()}`,
        );
      }
    }
    t.end();
  });

  t.test(`${name}: the initial state continues a sequence where another call left it`, (t) => {
    const layer = make(4, { returnState: true });
    const whole = all(layer, x);
    const [, ...middle] = all(layer, slice(x, [0, 0, 0], [3, 2, 2]));
    const rest = all(layer, slice(x, [0, 2, 0], [3, 3, 2]), { initialState: middle });
    t.strictSame(rest.map(values), whole.map(values));
    t.end();
  });

  t.test(`${name}: a model takes the initial state as an input and finds its place in JSON again`, async (t) => {
    const sequence = input([5, 2], { name: 'sequence' });
    const first = Array.from({ length: stateCount }, (_, index) => input([4], { name: `state_${index}` }));
    const layer = make(4, { name: 'rnn' });
    const net = model([sequence, ...first], layer(sequence, { initialState: first }));
    const given = states(stateCount);
    const expected = values(only(layer, x, { initialState: given }));
    t.strictSame(values((await net.predict([x, ...given])) as Tensor), expected);
    const again = modelFromJSON(JSON.stringify(net));
    again.setWeights(await net.getWeights());
    t.strictSame(values((await again.predict([x, ...given])) as Tensor), expected);
  });

  t.test(`${name}: masked steps keep the state; padding changes nothing`, (t) => {
    const layer = make(4, { returnSequences: true });
    const last = make(4);
    only(layer, x);
    only(last, x);
    last.setWeights(layer.weights.map((weight) => weight.value));
    const masked = only(layer, x, { mask });
    t.equal(maskOf(masked), mask, 'the mask goes on with the sequence');
    const ended = only(last, x, { mask });
    t.equal(maskOf(ended), undefined, 'and ends with the last output');
    const short = only(last, slice(x, [0, 0, 0], [1, 3, 2]));
    t.strictSame(values(slice(ended, [0, 0], [1, 4])), values(short), 'padding at the end');
    const steps = values(slice(masked, [0, 0, 0], [1, 5, 4]));
    t.strictSame(steps.slice(12, 16), steps.slice(8, 12), 'a masked step repeats the output before it');
    t.strictSame(
      values(slice(masked, [2, 0, 0], [1, 1, 4])),
      [0, 0, 0, 0],
      'a masked first step gives the first state',
    );
    const start = states(stateCount);
    const held = only(layer, x, { mask, initialState: start });
    t.strictSame(values(slice(held, [2, 0, 0], [1, 1, 4])), values(slice(start[0] as Tensor, [2, 0], [1, 4])));
    t.end();
  });

  t.test(`${name}: zeroOutputForMask gives zeros at masked steps, and the state is kept all the same`, (t) => {
    const options = { returnSequences: true, returnState: true, name: 'one' };
    const layer = make(4, { ...options, zeroOutputForMask: true });
    const plain = make(4, options);
    const [sequence, ...kept] = all(layer, x, { mask }) as [Tensor, ...Tensor[]];
    const [expected, ...expectedStates] = all(plain, x, { mask }) as [Tensor, ...Tensor[]];
    const zeroed = values(expected).map((value, index) => ((mask.data[Math.floor(index / 4)] ?? 0) === 0 ? 0 : value));
    t.strictSame(values(sequence), zeroed);
    t.strictSame(kept.map(values), expectedStates.map(values));
    const last = make(4, { name: 'one', zeroOutputForMask: true });
    t.strictSame(values(only(last, x, { mask })).slice(0, 4), [0, 0, 0, 0], 'the last output is zero where masked');
    t.end();
  });

  t.test(`${name}: goBackwards reads the reversed sequence`, (t) => {
    const options = { returnSequences: true, name: 'one' };
    const turned = only(make(4, { ...options, goBackwards: true }), x, { mask });
    const expected = only(make(4, options), reverse(x, { axis: 1 }), { mask: reverse(mask, { axis: 1 }) });
    t.strictSame(values(turned), values(expected));
    t.end();
  });

  t.test(`${name}: a stateful layer goes on where the last batch ended, until resetState`, async (t) => {
    const layer = make(4, { stateful: true, name: 'one' });
    const plain = make(4, { name: 'one' });
    const [a, b] = [x, randomNormal([3, 5, 2], { seed: 2 })] as const;
    const first = values(only(layer, a));
    t.strictSame(first, values(only(plain, a)));
    const twice = only(plain, concat([a, b], { axis: 1 }));
    t.strictSame(values(only(layer, b)), values(twice));
    layer.resetState();
    t.strictSame(values(only(layer, a)), first);

    layer.resetState();
    const run = compile((given: Tensor) => only(layer, given));
    t.strictSame(values(await run(a)), first, 'in a program too');
    t.strictSame(values(await run(b)), values(twice), 'one run hands on to the next');
    t.equal(layer.states?.length, stateCount);
    t.equal(layer.weights.length, plain.weights.length, 'states are no weights');
    t.end();
  });
}

t.test('states survive the batches of fit, evaluate and predict, and a model resets them', async (t) => {
  const sequence = input([5, 2], { batchSize: 3 });
  const layer = layers.lstm(4, { stateful: true });
  const net = model(sequence, layers.dense(1)(layer(sequence)));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const first = values((await net.predict(x, { batchSize: 3 })) as Tensor);
  t.notSame(values((await net.predict(x, { batchSize: 3 })) as Tensor), first, 'the second prediction goes on');
  net.resetState();
  t.strictSame(values((await net.predict(x, { batchSize: 3 })) as Tensor), first);
  net.resetState();
  await net.fit(concat([x, x], { axis: 0 }), zeros([6, 1]), { batchSize: 3, epochs: 2, shuffle: false, verbose: 0 });
  const kept = await Promise.all((layer.states ?? []).map(async (state) => values(await state.read())));
  t.ok(
    kept.flat().every((value) => value !== 0),
    'the states of the last batch are kept',
  );
  await t.rejects(net.trainOnBatch(ones([2, 5, 2]), zeros([2, 1])), { message: /3/ }, 'another batch size is refused');
});

t.test('input and state are dropped independently', (t) => {
  for (const seed of [undefined, 3]) {
    const layer = layers.simpleRnn(256, {
      name: 'rnn',
      activation: 'linear',
      kernelInitializer: 'identity',
      recurrentInitializer: 'identity',
      dropout: 0.5,
      recurrentDropout: 0.5,
      ...(seed === undefined ? {} : { seed }),
    } as object);
    const start = mul(ones([1, 256]), 4);
    const y = only(layer, ones([1, 1, 256]), { training: true, initialState: [start] });
    // x is 0 or 2, the state 0 or 8: each of the four sums comes in a quarter of the units, within five deviations.
    for (const sum of [0, 2, 8, 10]) {
      const share = values(y).filter((value) => value === sum).length / 256;
      t.ok(Math.abs(share - 0.25) < 5 * Math.sqrt(0.1875 / 256), `${sum} in ${share} of the units`);
    }
  }
  t.end();
});

t.test('lstm: the forget bias starts at 1, all else as initialised, and unitForgetBias: false leaves it too', (t) => {
  const bias = (options: LstmOptions): number[] => {
    const layer = layers.lstm(2, options);
    only(layer, x);
    return values(layer.bias?.value);
  };
  t.strictSame(bias({}), [0, 0, 1, 1, 0, 0, 0, 0], 'gates i, f, c, o');
  t.strictSame(bias({ unitForgetBias: false }), [0, 0, 0, 0, 0, 0, 0, 0]);
  const half = constant({ value: 0.5 });
  t.strictSame(bias({ biasInitializer: half }), [0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 0.5]);
  t.strictSame(bias({ biasInitializer: half, unitForgetBias: false }), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  t.end();
});

t.test('the seed of a layer decides its dropout, whatever its name', (t) => {
  const run = (name: string, seed: number | undefined): number[] => {
    clearSession();
    const layer = layers.gru(4, {
      name,
      dropout: 0.5,
      recurrentDropout: 0.5,
      kernelInitializer: 'ones',
      recurrentInitializer: 'identity',
      ...(seed === undefined ? {} : { seed }),
    } as object);
    return values(only(layer, x, { training: true }));
  };
  t.strictSame(run('a', 3), run('b', 3));
  t.notSame(run('a', 3), run('a', 4));
  t.notSame(run('a', undefined), run('b', undefined));
  t.end();
});

t.test('bidirectional: two copies, named after the layer, and the backward sequence turned round', (t) => {
  const pattern = layers.lstm(4, { name: 'memory', returnSequences: true });
  const both = layers.bidirectional(pattern, { name: 'both' }) as Bidirectional;
  t.equal(both.forwardLayer.name, 'forward_memory');
  t.equal(both.backwardLayer.name, 'backward_memory');
  t.notOk(both.forwardLayer.goBackwards);
  t.ok(both.backwardLayer.goBackwards);
  const output = only(both, x, { mask });
  t.equal(maskOf(output), mask);
  t.strictSame(pattern.weights, [], 'the layer itself is a pattern');
  const forward = only(both.forwardLayer, x, { mask });
  const backward = reverse(only(both.backwardLayer, x, { mask }), { axis: 1 });
  t.strictSame(values(output), values(concat([forward, backward], { axis: -1 })));
  t.strictSame(
    both.weights.map((weight) => weight.name),
    ['forward', 'backward'].flatMap((way) =>
      ['kernel', 'recurrent_kernel', 'bias'].map((weight) => `${way}_memory/${weight}`),
    ),
  );
  const masked = values(slice(output, [0, 4, 0], [1, 1, 8]));
  t.ok(
    masked.every((value) => value === 0),
    'masked steps are zero in both directions',
  );
  t.end();
});

t.test('bidirectional: states come out and go in, forward ones first', (t) => {
  const both = layers.bidirectional(layers.lstm(4, { returnState: true }), { mergeMode: 'sum' }) as Bidirectional;
  const outputs = all(both, x);
  t.strictSame(
    outputs.map((one) => one.shape),
    [
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
    ],
  );
  const given = states(4);
  const [, ...forward] = all(both.forwardLayer, x, { initialState: given.slice(0, 2) });
  const [, ...backward] = all(both.backwardLayer, x, { initialState: given.slice(2) });
  const [, ...after] = all(both, x, { initialState: given });
  t.strictSame(after.map(values), [...forward, ...backward].map(values));
  t.end();
});

t.test('bidirectional: the masks of both outputs, none for last outputs and states', (t) => {
  const sequences = layers.bidirectional(layers.gru(4, { returnSequences: true, returnState: true }), {
    mergeMode: null,
  });
  t.strictSame(
    all(sequences, x, { mask }).map((one) => maskOf(one) !== undefined),
    [true, true, false, false],
  );
  t.equal(maskOf(only(layers.bidirectional(layers.gru(4)), x, { mask })), undefined);
  t.end();
});

t.test('bidirectional: first weights, half for each direction', (t) => {
  const weights = [ones([2, 4]), zeros([4, 4]), zeros([4]), zeros([2, 4]), ones([4, 4]), ones([4])];
  const both = layers.bidirectional(layers.simpleRnn(4), { weights });
  only(both, x);
  t.strictSame(
    both.weights.map((weight) => values(weight.value)),
    weights.map(values),
  );
  t.end();
});

t.test('bidirectional: stateful layers go on and are reset together', (t) => {
  const both = layers.bidirectional(layers.gru(4, { stateful: true }), { name: 'both' });
  const first = values(only(both, x));
  t.notSame(values(only(both, x)), first);
  both.resetState();
  t.strictSame(values(only(both, x)), first);
  t.end();
});

t.test("a model of Keras's JSON with both wrappers is read, and written as it was", (t) => {
  const net = sequential([
    layers.bidirectional(layers.lstm(3, { returnSequences: true }), { mergeMode: null, inputShape: [5, 2] }),
  ]);
  const config = JSON.parse(JSON.stringify(net)) as { config: { layers: { config: { merge_mode: unknown } }[] } };
  t.equal(config.config.layers.at(-1)?.config.merge_mode, null);
  const again = modelFromJSON(config) as Model;
  t.strictSame(JSON.parse(JSON.stringify(again)), config);
  t.equal((again.layers.at(-1) as Bidirectional).mergeMode, null);

  const steps = layers.timeDistributed(
    sequential([layers.dense(3, { inputShape: [2] }), layers.activation('tanh')], { name: 'inner' }),
    { name: 'steps' },
  );
  const frames = input([null, 2]);
  const folded = model(frames, steps(frames));
  const copy = modelFromJSON(JSON.stringify(folded));
  copy.setWeights(folded.weights.map((weight) => weight.value));
  t.strictSame(values(copy(x) as Tensor), values(folded(x) as Tensor));
  t.end();
});

t.test('timeDistributed: each step by itself', (t) => {
  const inner = layers.lstm(3);
  const layer = layers.timeDistributed(inner);
  const frames = randomNormal([2, 3, 4, 2], { seed: 5 });
  const output = only(layer, frames);
  const steps = [0, 1, 2].map((step) => {
    const one = slice(frames, [0, step, 0, 0], [2, 1, 4, 2]);
    return only(inner, tensor(one.data.slice(), [2, 4, 2]));
  });
  t.strictSame(values(output), values(stack(steps, { axis: 1 })));
  const inside = ones([2, 3, 4]);
  t.equal(maskOf(only(layer, frames, { mask: inside })), inside, 'the mask goes on');
  t.end();
});

t.test('timeDistributed: batch normalization takes the moments of one step at a time, as in Keras', (t) => {
  const norm = layers.batchNormalization({ momentum: 0.5 });
  const layer = layers.timeDistributed(norm);
  const output = only(layer, x, { training: true });
  const moved = norm.weights.slice(2).map((weight) => values(weight.value));
  const other = layers.batchNormalization({ momentum: 0.5 });
  const steps = [0, 1, 2, 3, 4].map((step) =>
    only(other, tensor(slice(x, [0, step, 0], [3, 1, 2]).data.slice(), [3, 2]), { training: true }),
  );
  t.strictSame(values(output), values(stack(steps, { axis: 1 })));
  t.strictSame(
    moved,
    other.weights.slice(2).map((weight) => values(weight.value)),
  );
  t.end();
});
