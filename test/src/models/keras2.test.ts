/** What Keras 2 and TensorFlow.js write otherwise than Keras 3; test/keras/keras2.test.ts reads their real files. */
import t from 'tap';
import { Layer, type LayerOptions } from '../../../src/layers/layer.ts';
import { modelFromJSON } from '../../../src/models/from-json.ts';
import { isKeras2, toKeras3 } from '../../../src/models/keras2/to-keras3.ts';
import type { Model } from '../../../src/models/model.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

/** A stack of one layer on four numbers, or on another shape. */
const stack = (className: string, config: object, shape: readonly (number | null)[] = [null, 4]): object => ({
  class_name: 'Sequential',
  keras_version: '2.4.0',
  backend: 'tensorflow',
  config: {
    name: 's',
    layers: [
      { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype: 'float32', name: 'i' } },
      { class_name: className, config: { name: 'l', ...config } },
    ],
  },
});
const configOf = (json: object): Readonly<Record<string, unknown>> =>
  modelFromJSON(json).getLayer('l').getConfig() as Readonly<Record<string, unknown>>;

/** `x -> a -> b`, with calls as given. */
const graph = (calls: Readonly<Record<string, unknown>>, ends: { input?: unknown; output?: unknown } = {}): object => ({
  class_name: 'Model',
  config: {
    name: 'm',
    layers: [
      { name: 'x', class_name: 'InputLayer', config: { batch_input_shape: [null, 4], name: 'x' }, inbound_nodes: [] },
      ...Object.entries(calls).map(([name, inbound_nodes]) => ({
        name,
        class_name: name.startsWith('sum') ? 'Add' : 'Dense',
        config: name.startsWith('sum') ? { name } : { name, units: 4 },
        inbound_nodes,
      })),
    ],
    input_layers: ends.input ?? [['x', 0, 0]],
    output_layers: ends.output ?? [[Object.keys(calls).at(-1), 0, 0]],
  },
});

t.test('classes of TensorFlow 1 are those of today', (t) => {
  t.match(configOf(stack('BatchNormalizationV1', { axis: [1], fused: null })), { axis: 1 });
  t.match(configOf(stack('BatchNormalizationV2', { axis: 'ListWrapper([1])' })), { axis: 1 });
  for (const [old, today] of [
    ['UnifiedLSTM', 'LSTM'],
    ['UnifiedGRU', 'GRU'],
  ] as const) {
    const model = modelFromJSON(stack(old, { units: 2, time_major: false, implementation: 2 }, [null, 5, 3]));
    t.equal(model.getLayer('l').className, today);
  }
  t.end();
});

t.test('tuples are lists, at any depth', (t) => {
  const config = {
    filters: 2,
    kernel_size: { class_name: '__tuple__', items: [3, 2] },
    strides: { class_name: '__tuple__', items: [1, 1] },
  };
  t.match(configOf(stack('Conv2D', config, [null, 6, 6, 1])), { kernel_size: [3, 2], strides: [1, 1] });
  t.end();
});

t.test('keys that have another name, or none, today', (t) => {
  t.match(configOf(stack('LeakyReLU', { alpha: 0.25 })), { negative_slope: 0.25 });
  const kernel = { kernel_initializer: { class_name: 'GlorotUniform', config: {} }, kernel_regularizer: null };
  t.ok(configOf(stack('SeparableConv2D', { filters: 2, kernel_size: [2, 2], groups: 1, ...kernel }, [null, 4, 4, 1])));
  t.match(
    configOf(
      stack('Dense', {
        units: 2,
        kernel_initializer: {
          class_name: 'VarianceScaling',
          config: { scale: 1, mode: 'fan_in', distribution: 'normal', dtype: 'float32' },
        },
      }),
    ),
    { kernel_initializer: { config: { distribution: /^truncated_normal$/ } } },
    'what was called normal was cut off',
  );
  t.match(configOf(stack('Dense', { units: 2, activation: 'hard_sigmoid' })), { activation: 'hard_sigmoid_keras2' });
  t.match(configOf(stack('Activation', { activation: 'swish' })), { activation: 'silu' });
  t.throws(
    () => configOf(stack('Dense', { units: 2, dtype: { class_name: 'Policy', config: { name: 'mixed_float16' } } })),
    {
      message: /dtype mixed_float16/,
    },
  );
  t.equal(
    configOf(stack('Dense', { units: 2, dtype: { class_name: 'Policy', config: { name: 'float32' } } }))['units'],
    2,
  );
  t.end();
});

t.test("TensorFlow.js's GRU resets before the product, and says so nowhere", (t) => {
  const json = { ...stack('GRU', { units: 2 }, [null, 5, 3]), keras_version: 'tfjs-layers 4.22.0' };
  t.strictSame(
    modelFromJSON(json)
      .getLayer('l')
      .weights.map(({ shape }) => shape)
      .at(-1),
    [6],
  );
  t.strictSame(configOf({ ...json, keras_version: '2.4.0' })['reset_after'], true);
  t.end();
});

t.test('the oldest Sequential is a bare list, whose first layer knows the input', (t) => {
  const model = modelFromJSON({
    class_name: 'Sequential',
    config: [
      {
        class_name: 'Embedding',
        config: { name: 'e', batch_input_shape: [null, 3], dtype: 'int32', input_dim: 5, output_dim: 2 },
      },
      { class_name: 'Flatten', config: { name: 'f' } },
    ],
  });
  t.strictSame(
    [model.inputs[0]?.dtype, model.inputs[0]?.shape],
    ['int32', [null, 3]],
    'an int32 input, a float32 layer',
  );
  t.equal(model.inputs[0]?.name, 'e_input');
  t.end();
});

t.test('calls are lists of four, of three, or bare', (t) => {
  for (const calls of [
    { a: [[['x', 0, 0, {}]]], b: [[['a', 0, 0, {}]]] },
    { a: [[['x', 0, 0]]], b: [[['a', 0, 0]]] },
    { a: [['x', 0, 0, {}]], b: [['a', 0, 0, {}]] },
    {
      a: [[['x', 0, 0, {}]]],
      sum: [
        [
          ['a', 0, 0, {}],
          ['x', 0, 0, {}],
        ],
      ],
    },
  ]) {
    const model = modelFromJSON(graph(calls));
    t.equal(model.layers.length, 3);
    t.notOk(Array.isArray(model(tensor([[1, 2, 3, 4]]))), 'one output is no list');
  }
  const two = modelFromJSON(
    graph(
      { a: [[['x', 0, 0, {}]]] },
      {
        output: [
          ['a', 0, 0],
          ['x', 0, 0],
        ],
      },
    ),
  );
  t.equal((two(tensor([[1, 2, 3, 4]])) as unknown as Tensor[]).length, 2);
  const record = modelFromJSON(
    graph({ a: [[['x', 0, 0, {}]]] }, { output: { left: ['a', 0, 0], right: ['x', 0, 0] } }),
  );
  t.strictSame(Object.keys(record(tensor([[1, 2, 3, 4]]))).sort(), ['left', 'right']);
  t.equal(modelFromJSON(graph({ a: [[['x', 0, 0]]] }, { input: ['x', 0, 0], output: ['a', 0, 0] })).outputs.length, 1);
  t.end();
});

/** A model with a model inside, whose first call is number `first`. */
const nested = (className: string, first: number): object => ({
  class_name: 'Functional',
  config: {
    name: 'm',
    layers: [
      { name: 'x', class_name: 'InputLayer', config: { batch_input_shape: [null, 4], name: 'x' }, inbound_nodes: [] },
      {
        name: 'inner',
        class_name: className,
        config: (stack('Dense', { units: 4 }) as { config: object }).config,
        inbound_nodes: [[['x', 0, 0, {}]], [['inner', first, 0, {}]]],
      },
      {
        name: 'd',
        class_name: 'Dense',
        config: { name: 'd', units: 2 },
        inbound_nodes: [[['inner', first + 1, 0, {}]]],
      },
    ],
    input_layers: [['x', 0, 0]],
    output_layers: [
      ['d', 0, 0],
      ['inner', first, 0],
    ],
  },
});

t.test('a model inside counts its calls from 1, or from 0 where it began without an input', (t) => {
  const shape = (one: Model): unknown =>
    one.graphNodes.map((node) => `${node.layer.name}<${node.inputs[0]?.node.layer.name}`);
  for (const first of [0, 1]) {
    const model = modelFromJSON(nested('Sequential', first));
    t.strictSame(shape(model), ['s<x', 's<s', 'd<s'], `from ${first}`);
    t.equal(model.outputs[1]?.node.inputs[0]?.node.layer.name, 'x', 'the first call is an output');
  }
  t.end();
});

t.test('a registered class is found with its package and without', (t) => {
  class Same extends Layer {
    constructor(options: LayerOptions) {
      super(options);
    }
    override call(x: Tensor): Tensor {
      return x;
    }
  }
  const json = stack('Mine>Same', {});
  for (const name of ['Mine>Same', 'Same'])
    t.ok(modelFromJSON(json, { customObjects: { [name]: Same } }).getLayer('l') instanceof Same, name);
  t.throws(() => modelFromJSON(json), { message: /unknown layer class 'Mine>Same'/ });
  t.end();
});

t.test('Keras 3 is told from Keras 2', (t) => {
  t.ok(isKeras2({ ...stack('Dense', { units: 1 }), keras_version: '1.2.2' }));
  t.notOk(isKeras2({ ...stack('Dense', { units: 1 }), keras_version: '3.0.1' }));
  t.notOk(isKeras2({ ...stack('Dense', { units: 1 }), keras_version: '10.0.0' }));
  t.ok(isKeras2(graph({ a: [[['x', 0, 0]]] })), 'by its calls');
  t.notOk(isKeras2({ class_name: 'Sequential', config: { layers: [{ class_name: 'Dense', config: { units: 1 } }] } }));
  for (const none of [null, 3, 'x', [], {}, { config: null }, { config: { layers: {} } }]) t.notOk(isKeras2(none));
  t.end();
});

t.test('names of prototypes are keys like others', (t) => {
  const json = JSON.parse(
    JSON.stringify(graph({ a: [[['x', 0, 0, {}]]] }))
      .replaceAll('"a"', '"__proto__"')
      .replaceAll('"units"', '"constructor":null,"units"'),
  ) as object;
  const translated = toKeras3(json);
  t.equal(({} as Record<string, unknown>)['units'], undefined);
  t.equal(modelFromJSON(json).layers[1]?.name, '__proto__');
  t.ok(JSON.stringify(translated).includes('"constructor":null'));
  t.end();
});
