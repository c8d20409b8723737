/** Models to and from JSON: Keras's forms of calls and names, and everything that must be refused. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { Dense } from '../../../src/layers/dense.ts';
import { Layer, type Config, type LayerOptions } from '../../../src/layers/layer.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { modelFromJSON } from '../../../src/models/from-json.ts';
import { input } from '../../../src/models/input.ts';
import { model, type Model } from '../../../src/models/model.ts';
import { sequential } from '../../../src/models/sequential.ts';
import { mul } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

interface LayerJSON {
  readonly class_name: string;
  readonly module: string | null;
  readonly registered_name: string | null;
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes: { args: unknown; kwargs: unknown }[];
  readonly shared_object_id?: number;
}

interface ModelJSON {
  readonly config: { layers: LayerJSON[]; input_layers: unknown; output_layers: unknown };
}

const jsonOf = (net: Model): ModelJSON => JSON.parse(JSON.stringify(net)) as ModelJSON;
const historyOf = (json: LayerJSON): unknown =>
  JSON.parse(
    JSON.stringify(json.inbound_nodes).replaceAll(
      /\{"class_name":"__keras_tensor__".*?"keras_history":(\[.*?\])\}\}/g,
      '$1',
    ),
  );

/** A stack of one Dense whose config has further keys. */
const withKeys = (keys: object, className = 'Dense'): object => ({
  class_name: 'Sequential',
  config: {
    name: 's',
    layers: [{ class_name: className, config: { name: 'd', ...(className === 'Dense' ? { units: 2 } : {}), ...keys } }],
  },
});

class Scale extends Layer {
  readonly factor: number;
  constructor(options: LayerOptions & { readonly factorOfScale: number }) {
    super(options);
    this.factor = options.factorOfScale;
  }
  override call(x: Tensor): Tensor {
    return mul(x, this.factor);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), factor_of_scale: this.factor };
  }
}

t.test('calls of other graphs are not counted', (t) => {
  const shared = layers.dense(2, { name: 'shared' });
  shared(input([2]));
  const x = input([2], { name: 'x' });
  const json = jsonOf(model(x, shared(shared(x))));
  t.strictSame(historyOf(json.config.layers[1] as LayerJSON), [
    { args: [['x', 0, 0]], kwargs: {} },
    { args: [['shared', 0, 0]], kwargs: {} },
  ]);
  t.strictSame(json.config.output_layers, ['shared', 1, 0]);
  t.strictSame(modelFromJSON(json).graphNodes.length, 2);
  t.end();
});

t.test("a model's first call inside another is number 0 for layers and number 1 for the ends", (t) => {
  const a = input([2], { name: 'a' });
  const inner = model(a, layers.dense(2)(a), { name: 'inner' });
  const x = input([2], { name: 'x' });
  const once = inner(x);
  const json = jsonOf(model(x, [layers.add([once, x], { name: 'sum' }), inner(once)]));
  t.strictSame(json.config.output_layers, [
    ['sum', 0, 0],
    ['inner', 2, 0],
  ]);
  t.strictSame(historyOf(json.config.layers.find((layer) => layer.name === 'sum') as LayerJSON), [
    {
      args: [
        [
          ['inner', 0, 0],
          ['x', 0, 0],
        ],
      ],
      kwargs: {},
    },
  ]);
  t.strictSame(jsonOf(modelFromJSON(json)), json);
  t.end();
});

t.test("a record's outputs are numbered by sorted keys", (t) => {
  const a = input([2], { name: 'a' });
  const inner = model({ a }, { z: layers.dense(3)(a), b: layers.dense(4)(a) }, { name: 'inner' });
  const x = input([2], { name: 'x' });
  const { z } = inner({ a: x }) as unknown as { z: SymbolicTensor };
  const json = jsonOf(model(x, z));
  t.strictSame(json.config.output_layers, ['inner', 1, 1]);
  t.strictSame(historyOf(json.config.layers[1] as LayerJSON), [{ args: [{ a: ['x', 0, 0] }], kwargs: {} }]);
  t.strictSame(modelFromJSON(json).outputs[0]?.shape, [null, 3]);
  t.end();
});

t.test('an input from the middle of a graph becomes an input layer of the same name', (t) => {
  const x = input([2]);
  const hidden = layers.dense(3, { name: 'hidden' })(x);
  const json = jsonOf(model(hidden, layers.dense(1, { name: 'end' })(hidden)));
  t.strictSame(
    json.config.layers.map(({ class_name, name }) => [class_name, name]),
    [
      ['InputLayer', 'hidden'],
      ['Dense', 'end'],
    ],
  );
  t.strictSame(json.config.input_layers, ['hidden', 0, 0]);
  t.strictSame(modelFromJSON(json).inputs[0]?.shape, [null, 3]);
  t.end();
});

t.test('a layer that stands in two models is one layer after reading', (t) => {
  const x = input([2], { name: 'x' });
  const shared = layers.dense(2, { name: 'shared' });
  const inner = model(x, shared(x), { name: 'inner' });
  const y = input([2], { name: 'y' });
  const net = model(y, shared(inner(y)));
  const copy = modelFromJSON(jsonOf(net));
  t.equal(net.weights.length, 2);
  t.equal(copy.weights.length, 2);
  t.strictSame(jsonOf(copy), jsonOf(net));
  t.end();
});

t.test('training: true and false stay, but not the false that Keras writes by itself', (t) => {
  const x = input([2], { name: 'x' });
  const net = model(
    x,
    layers.dropout(0.5, { name: 'drop' })(layers.batchNormalization({ name: 'norm' })(x, { training: false }), {
      training: true,
    }),
  );
  const json = jsonOf(net);
  const trainings = (one: Model): unknown[] => one.graphNodes.map((node) => node.options.training);
  t.strictSame(trainings(modelFromJSON(json)), [false, true]);
  const automatic = JSON.parse(
    JSON.stringify(json).replace('"training":true', '"training":false,"mask":null'),
  ) as object;
  t.strictSame(trainings(modelFromJSON(automatic)), [false, undefined]);
  t.end();
});

t.test('layers in any order, the last first: calls wait for their inputs', (t) => {
  const x = input([2], { name: 'x' });
  let y: SymbolicTensor = x;
  for (let i = 0; i < 2000; i++) y = layers.activation('relu', { name: `l${i}` })(y);
  const json = jsonOf(model(x, y));
  json.config.layers.reverse();
  t.equal(modelFromJSON(json).layers.at(-1)?.name, 'l1999');
  t.end();
});

t.test('a cycle, a hole, an unknown layer and a missing output are refused by name', (t) => {
  const x = input([2], { name: 'x' });
  const json = jsonOf(model(x, layers.dense(2, { name: 'b' })(layers.dense(2, { name: 'a' })(x))));
  const changed = (from: string, to: string): object => JSON.parse(JSON.stringify(json).replace(from, to)) as object;
  t.throws(() => modelFromJSON(changed('["x",0,0]}}', '["b",0,0]}}')), { message: /a cycle or a hole: .* a, b\./ });
  t.throws(() => modelFromJSON(changed('["a",0,0]}}', '["a",7,0]}}')), { message: /a cycle or a hole: .* b\./ });
  t.throws(() => modelFromJSON(changed('["a",0,0]}}', '["nobody",0,0]}}')), {
    message: /layer 'b': refers to \["nobody",0,0\]/,
  });
  t.throws(() => modelFromJSON(changed('["a",0,0]}}', '["a",0,3]}}')), {
    message: /refers to output 3 of 'a', which has 1/,
  });
  t.throws(() => modelFromJSON(changed('["b",0,0]', '["b",1,0]')), {
    message: /output_layers: refers to a call of 'b' that is not there/,
  });
  t.end();
});

t.test('keys that mean nothing are ignored; others are refused by name and value', (t) => {
  for (const fine of [
    { bias_constraint: null, quantization_config: null, seed: 3, lora: false },
    { dtype: 'float32' },
    { dtype: { class_name: 'DTypePolicy', config: { name: 'float32' } } },
  ]) {
    t.equal(modelFromJSON(withKeys(fine)).layers[0]?.name, 'd');
  }
  const l2 = { class_name: 'L2', module: 'keras.regularizers', config: { l2: 0.01 } };
  t.throws(() => modelFromJSON(withKeys({ dtype: 'mixed_float16' })), {
    message: /layer 'd': the dtype mixed_float16 is not supported/,
  });
  t.throws(() => modelFromJSON(withKeys({ novel: 3 })), {
    message: /layer 'd': its config has novel = 3\. Dense layers here cannot do that/,
  });
  t.strictSame(
    modelFromJSON(withKeys({ units: 2, kernel_regularizer: l2 })).layers[0]?.getConfig()['kernel_regularizer'],
    {
      ...l2,
      registered_name: null,
    },
  );
  t.throws(() => modelFromJSON(withKeys({ kernel_regularizer: 'l3' })), { message: /unknown regularizer 'l3'/ });
  t.throws(() => modelFromJSON(withKeys({ data_format: 'channels_first' }, 'Flatten')), {
    message: /data_format = "channels_first"/,
  });
  t.equal(modelFromJSON(withKeys({ renorm: false, renorm_momentum: 0.99 }, 'BatchNormalization')).layers.length, 1);
  t.throws(() => modelFromJSON(withKeys({ renorm: true }, 'BatchNormalization')), { message: /renorm = true/ });
  t.end();
});

t.test('an unknown class names customObjects and the nearest class', (t) => {
  t.throws(() => modelFromJSON(withKeys({}, 'Dens')), {
    message: /unknown layer class 'Dens'.*customObjects.*did you mean 'Dense'\?/,
  });
  t.end();
});

t.test("layers of the user's own are written under their class name and read through customObjects", (t) => {
  const json = jsonOf(sequential([new Scale({ name: 'scale', factorOfScale: 3, inputShape: [2] })]));
  const envelope = json.config.layers[1] as LayerJSON;
  t.match(envelope, { module: null, class_name: 'Scale', registered_name: 'Scale', config: { factor_of_scale: 3 } });
  const make = (options: LayerOptions & { readonly factorOfScale: number }): Layer => new Scale(options);
  for (const Scale_ of [Scale, make]) {
    const net = modelFromJSON(json, { customObjects: { Scale: Scale_ } });
    t.strictSame([...net(tensor([[1, 2]])).data], [3, 6]);
  }
  const registered = JSON.parse(
    JSON.stringify(json).replace('"registered_name":"Scale"', '"registered_name":"Mine>Scale"'),
  ) as object;
  t.equal(modelFromJSON(registered, { customObjects: { 'Mine>Scale': Scale } }).layers[0]?.name, 'scale');
  t.throws(() => modelFromJSON(json), { message: /unknown layer class 'Scale'/ });
  t.throws(() => modelFromJSON(json, { customObjects: { Scale: () => ({}) as Layer } }), { message: /made no layer/ });
  t.end();
});

t.test('a subclass of a built-in class is not written as the built-in one', (t) => {
  class Wide extends Dense {}
  const json = jsonOf(sequential([new Wide({ units: 2, inputShape: [2] })]));
  t.equal((json.config.layers[1] as LayerJSON).class_name, 'Wide');
  t.end();
});

t.test('activations come by name, as functions of the user, or as Keras writes functions', (t) => {
  const double = (x: Tensor): Tensor => mul(x, 2);
  const outputOf = (activation: unknown): number[] => {
    const net = modelFromJSON(withKeys({ use_bias: false, kernel_initializer: 'ones', activation }), {
      customObjects: { double },
    });
    return [...net(tensor([[1, -3]])).data];
  };
  t.strictSame(outputOf(null), [-2, -2]);
  t.strictSame(outputOf('relu'), [0, 0]);
  t.strictSame(outputOf('double'), [-4, -4]);
  t.strictSame(
    outputOf({ module: 'builtins', class_name: 'function', config: 'double', registered_name: 'double' }),
    [-4, -4],
  );
  t.throws(() => outputOf({ module: 'keras.layers', class_name: 'ReLU', config: {} }), {
    message: /activations that are layers \(ReLU\)/,
  });
  t.throws(() => modelFromJSON(withKeys({ activation: 'double', novel: 'l2' }), { customObjects: { double } }), {
    message: /novel/,
  });
  t.end();
});

t.test('envelopes without a module are read, and so is what Keras 2 wrote into the first layer', (t) => {
  const x = input([4]);
  const net = model(x, layers.add([x, layers.dense(4, { kernelRegularizer: 'l2' })(x)]));
  const bare = JSON.parse(JSON.stringify(net), (key: string, value: unknown) =>
    key === 'module' || key === 'registered_name' ? undefined : value,
  ) as object;
  t.notMatch(JSON.stringify(bare), /module/);
  t.strictSame(JSON.parse(JSON.stringify(modelFromJSON(bare))), JSON.parse(JSON.stringify(net)));
  const old = modelFromJSON({
    class_name: 'Sequential',
    config: {
      name: 'old',
      layers: [
        {
          class_name: 'Embedding',
          config: {
            name: 'e',
            batch_input_shape: [null, 5],
            input_dim: 7,
            output_dim: 2,
            input_length: 5,
            mask_zero: false,
          },
        },
        { class_name: 'Flatten', config: { name: 'f' } },
        {
          class_name: 'Dense',
          config: { name: 'd', units: 1, kernel_initializer: { class_name: 'Zeros', config: {} } },
        },
      ],
    },
  });
  t.strictSame(old.inputs[0]?.shape, [null, 5], 'the input shape stood in the first layer');
  t.equal(old.countParams(), 7 * 2 + 10 + 1);
  t.end();
});

t.test('JSON that is no model is refused, and keys that name prototypes do nothing', (t) => {
  for (const [json, message] of [
    ['{', /the text is no JSON/],
    ['[]', /expected an object, got a list/],
    ['{"class_name":"Functional"}', /expected an object with class_name and config/],
    ['{"class_name":"Functional","config":{}}', /layers: expected a list, got nothing/],
    [JSON.stringify({ class_name: 'Dense', config: { units: 1 } }), /is of a Dense layer, not of a model/],
    [JSON.stringify({ class_name: 'toString', config: {} }), /unknown layer class 'toString'/],
    [JSON.stringify(withKeys({ units: -1 })), /units is -1/],
  ] as const) {
    t.throws(() => modelFromJSON(json), { message }, json);
  }
  const attack = JSON.stringify(withKeys({})).replace(
    '"units":2',
    '"units":2,"__proto__":{"polluted":1},"constructor":null',
  );
  t.throws(() => modelFromJSON(attack), { message: /its config has __proto__/ });
  t.equal(({} as Record<string, unknown>)['polluted'], undefined);
  let deep: object = withKeys({});
  for (let i = 0; i < 100; i++) deep = { class_name: 'Sequential', config: { name: `s${i}`, layers: [deep] } };
  t.throws(() => modelFromJSON(deep), { message: /more than 32 deep/ });
  t.end();
});

t.test('inputs: integer dtypes stay integers, sparse ones are refused, shapes are checked', (t) => {
  const withInput = (config: object): object => ({
    class_name: 'Sequential',
    config: {
      name: 's',
      layers: [
        { class_name: 'InputLayer', config: { name: 'i', batch_shape: [null, 2], ...config } },
        { class_name: 'Flatten', config: {} },
      ],
    },
  });
  t.equal(modelFromJSON(withInput({ dtype: 'int64' })).inputs[0]?.dtype, 'int32');
  t.throws(() => modelFromJSON(withInput({ sparse: true })), { message: /sparse inputs are not supported/ });
  t.throws(() => modelFromJSON(withInput({ batch_shape: [null, -2] })), { message: /batch_shape holds -2/ });
  t.throws(() => modelFromJSON(withInput({ dtype: 'string' })), { message: /the dtype string is not supported/ });
  t.end();
});
