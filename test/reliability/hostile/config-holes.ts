/** Configs that mean harm: code, foreign modules, names, sizes and graphs that no model has. */
import { fromKeras } from '../../../src/keras/index.ts';
import type { Hole } from './hole.ts';
import { archiveOf, intactConfig, tensorOf, type ConfigObject, type ModelConfig } from './intact.ts';

type Root = ModelConfig;

/** The config of a layer. */
const configOf = (root: Root, index: number): ConfigObject =>
  (root.config.layers[index] as { config: ConfigObject }).config;

const copy = (): Root => structuredClone(intactConfig);

/** The config after a change. */
const changed = (change: (root: Root) => void): string => {
  const root = copy();
  change(root);
  return JSON.stringify(root);
};
/** With these keys in the config of the dense layer. */
const dense = (keys: ConfigObject): string => changed((root) => Object.assign(configOf(root, 1), keys));
/** With another layer in place of the dense one. */
const layer = (className: string, config: ConfigObject, envelope: ConfigObject = {}): string =>
  changed((root) =>
    Object.assign(root.config.layers[1] as object, {
      class_name: className,
      config: { name: 'd', ...config },
      ...envelope,
    }),
  );
const input = (keys: ConfigObject): string => changed((root) => Object.assign(configOf(root, 0), keys));
/** With this call of the dense layer. */
const call = (value: unknown): string =>
  changed((root) => Object.assign(root.config.layers[1] as object, { inbound_nodes: [value] }));

/** `lambda x: __import__('os').system('id')`, as Keras marshals code, shortened. */
const MARSHALLED = '4wEAAAAAAAAAAAAAAAABAAAAAwAAAFMAAABzDAAAAGQBoABkAqEBAQ==';
const lambda = { class_name: '__lambda__', config: { code: MARSHALLED, defaults: null, closure: null } };
const system = { module: 'os', class_name: 'function', config: 'system', registered_name: 'system' };

/** Models in one another, each of which calls the one inside twice. */
function doubling(depth: number): ConfigObject {
  const inner: ConfigObject =
    depth === 0 ? { class_name: 'Dense', config: { name: 'i', units: 4, use_bias: false } } : doubling(depth - 1);
  return {
    class_name: 'Functional',
    config: {
      name: `m${depth}`,
      layers: [
        { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [null, 4] }, inbound_nodes: [] },
        {
          ...inner,
          name: 'i',
          inbound_nodes: [
            { args: [tensorOf('x')], kwargs: {} },
            { args: [tensorOf('i')], kwargs: {} },
          ],
        },
      ],
      input_layers: ['x', 0, 0],
      output_layers: ['i', depth === 0 ? 1 : 2, 0],
    },
  };
}

function stacks(depth: number): ConfigObject {
  let inner: ConfigObject = { class_name: 'Flatten', config: {} };
  for (let i = 0; i < depth; i++) inner = { class_name: 'Sequential', config: { name: `s${i}`, layers: [inner] } };
  return inner;
}

function wrappers(depth: number): ConfigObject {
  let inner: ConfigObject = { class_name: 'Flatten', config: {} };
  for (let i = 0; i < depth; i++) inner = { class_name: 'TimeDistributed', config: { name: `t${i}`, layer: inner } };
  return inner;
}

type Case = readonly [name: string, config: string, message: RegExp, bomb?: 'bomb'];

const code: readonly Case[] = [
  ['a Lambda layer with code', layer('Lambda', { function: lambda }), /unknown layer class 'Lambda'/],
  [
    'a Lambda layer of Keras 2 with code',
    layer('Lambda', { function: [MARSHALLED, null, null], function_type: 'lambda' }),
    /unknown layer class 'Lambda'/,
  ],
  ['code for an activation', dense({ activation: lambda }), /__lambda__/],
  ['code for an initializer', dense({ kernel_initializer: lambda }), /__lambda__/],
  ['code for a regularizer', dense({ kernel_regularizer: lambda }), /__lambda__/],
  ['code for a constraint', dense({ kernel_constraint: lambda }), /__lambda__/],
  ['code for an argument of a call', call({ args: [lambda], kwargs: {} }), /is called with a __lambda__/],
  [
    'code for a named argument',
    call({ args: [tensorOf('x')], kwargs: { mask: lambda } }),
    /is called with a __lambda__/,
  ],
  ['code for any option', dense({ units: lambda }), /__lambda__/],
  [
    'code inside a wrapper',
    layer('TimeDistributed', { layer: { class_name: 'Lambda', config: { function: lambda } } }),
    /unknown layer class 'Lambda'/,
  ],
  [
    'code for a loss',
    changed((root) => Object.assign(root, { compile_config: { optimizer: 'sgd', loss: lambda } })),
    /compile settings cannot be read/,
  ],
  ['os.system for an activation', dense({ activation: system }), /unknown activation 'system'/],
  [
    'os.system for a loss',
    changed((root) => Object.assign(root, { compile_config: { optimizer: 'sgd', loss: system } })),
    /unknown loss 'system'/,
  ],
  [
    'os.system for a metric',
    changed((root) => Object.assign(root, { compile_config: { optimizer: 'sgd', loss: 'mse', metrics: [system] } })),
    /unknown metric 'system'/,
  ],
  [
    'subprocess.Popen for a layer',
    layer('Popen', { args: 'id' }, { module: 'subprocess', registered_name: 'Popen' }),
    /unknown layer class 'Popen'/,
  ],
  [
    'a loader of files for a layer',
    layer('get_file', { origin: 'http://localhost/x' }, { module: 'keras.utils' }),
    /unknown layer class 'get_file'/,
  ],
  [
    'a vocabulary that is a file',
    layer('StringLookup', { vocabulary: '/etc/passwd' }),
    /unknown layer class 'StringLookup'/,
  ],
  [
    'a model inside a file for a layer',
    layer('TFSMLayer', { filepath: '/models/evil' }),
    /unknown layer class 'TFSMLayer'/,
  ],
  [
    'an optimizer of another module',
    changed((root) =>
      Object.assign(root, { compile_config: { optimizer: { module: 'os', class_name: 'system', config: {} } } }),
    ),
    /unknown optimizer 'system'/,
  ],
  ['the constructor of functions', layer('Function', { body: 'return process' }), /unknown layer class 'Function'/],
  ['a class called constructor', layer('constructor', {}), /unknown layer class 'constructor'/],
  ['a class called __proto__', layer('__proto__', {}), /unknown layer class '__proto__'/],
  ['an activation called constructor', dense({ activation: 'constructor' }), /unknown activation 'constructor'/],
  [
    'an initializer called __proto__',
    dense({ kernel_initializer: { class_name: '__proto__', config: {} } }),
    /unknown initializer '__proto__'/,
  ],
  [
    'an option called __proto__',
    dense({ a: 1 }).replace('"a":1', '"__proto__":{"polluted":true}'),
    /its config has __proto__/,
  ],
];

const names: readonly Case[] = [
  ['a layer whose name climbs', dense({ name: '../../../evil' }), /its name is the path of a file outside/],
  ['a layer whose name is absolute', dense({ name: '/evil' }), /its name is the path of a file outside/],
  ['a layer whose name climbs in Windows', dense({ name: '..\\evil' }), /its name is the path of a file outside/],
  ['a layer whose name has a zero', dense({ name: 'a\0b' }), /its name is the path of a file outside/],
  [
    'a model whose name climbs',
    changed((root) => Object.assign(root.config, { name: '../m' })),
    /its name is the path of a file outside/,
  ],
  [
    'two layers of one name',
    changed((root) => root.config.layers.push(structuredClone(root.config.layers[1]) as object)),
    /two layers are named 'd'/,
  ],
  ['a name that is a number', dense({ name: 7 }), /name: expected a string, got 7/],
];

const sizes: readonly Case[] = [
  ['a layer of a terabyte', dense({ units: 2 ** 37 }), /more than the file holds/, 'bomb'],
  [
    'a layer of more bytes than numbers count',
    dense({ units: 1e300 }),
    /units is 1e\+300|more than the file holds/,
    'bomb',
  ],
  ['units of infinity', dense({ units: 0 }).replace('"units":0', '"units":1e999'), /units is Infinity/],
  ['units of NaN', dense({ units: 0 }).replace('"units":0', '"units":NaN'), /the text is no JSON/],
  ['units of minus one', dense({ units: -1 }), /units is -1/],
  ['half a unit', dense({ units: 0.5 }), /units is 0\.5/],
  ['units in words', dense({ units: '2' }), /units is '2'/],
  ['units that are a list', dense({ units: [2] }), /units is an array of 1/],
  [
    'a vocabulary of a terabyte',
    layer('Embedding', { input_dim: 2 ** 36, output_dim: 4 }),
    /more than the file holds/,
    'bomb',
  ],
  [
    'a filter of a terabyte',
    changed((root) => {
      Object.assign(configOf(root, 0), { batch_shape: [null, 1e6, 1e6, 1] });
      Object.assign(root.config.layers[1] as object, {
        class_name: 'Conv2D',
        config: { name: 'd', filters: 1e4, kernel_size: [1e4, 1e4] },
      });
    }),
    /more than the file holds/,
    'bomb',
  ],
  [
    'a recurrence of a terabyte',
    changed((root) => {
      Object.assign(configOf(root, 0), { batch_shape: [null, 5, 4] });
      Object.assign(root.config.layers[1] as object, { class_name: 'LSTM', config: { name: 'd', units: 1e6 } });
    }),
    /more than the file holds/,
    'bomb',
  ],
  [
    'states of a terabyte',
    changed((root) => {
      Object.assign(configOf(root, 0), { batch_shape: [2 ** 31, 5, 4] });
      Object.assign(root.config.layers[1] as object, {
        class_name: 'LSTM',
        config: { name: 'd', units: 64, stateful: true },
      });
    }),
    /more than the file holds/,
    'bomb',
  ],
  ['an input of negative size', input({ batch_shape: [null, -4] }), /batch_shape holds -4/],
  ['an input of half a number', input({ batch_shape: [null, 0.5] }), /batch_shape holds 0\.5/],
  [
    'an input of endless size',
    input({ batch_shape: [null, 1e300] }),
    /more than the file holds|batch_shape holds/,
    'bomb',
  ],
  ['an input without a shape', input({ batch_shape: null }), /batch_shape: expected a list, got nothing/],
  [
    'lists of nothing',
    changed((root) => Object.assign(root.config, { padding: '@' })).replace('"@"', `[${'[],'.repeat(1_500_000)}[]]`),
    /bytes of memory/,
    'bomb',
  ],
  [
    'six thousand layers',
    JSON.stringify({
      class_name: 'Sequential',
      config: { name: 's', layers: Array.from({ length: 6000 }, () => ({ class_name: 'Flatten', config: {} })) },
    }),
    /more than 5000 layers/,
    'bomb',
  ],
];

const graphs: readonly Case[] = [
  ['a million brackets', '['.repeat(1_000_000), /more than \d+ (levels )?deep/, 'bomb'],
  ['a config that is a list', '[]', /expected an object, got a list/],
  ['a config that is a number', '7', /expected an object, got 7/],
  ['a config that is nothing', 'null', /expected an object, got null/],
  ['a config that is a text', '"Functional"', /expected an object, got 'Functional'/],
  [
    'a config of a config that is a list',
    changed((root) => Object.assign(root, { config: [] })),
    /expected an object, got a list|inputs|layers/,
  ],
  [
    'layers that are an object',
    changed((root) => Object.assign(root.config, { layers: { length: 1e9 } })),
    /layers: expected a list, got an object/,
  ],
  [
    'a layer that is nothing',
    changed((root) => Object.assign(root.config, { layers: [null] })),
    /expected an object, got null/,
  ],
  [
    'a layer for a model',
    JSON.stringify({ class_name: 'Dense', config: { units: 2 } }),
    /is of a Dense layer, not of a model/,
  ],
  ['a layer that is its own input', call({ args: [tensorOf('d')], kwargs: {} }), /a cycle or a hole/],
  ['a layer that nothing leads to', call({ args: [tensorOf('x', 7)], kwargs: {} }), /a cycle or a hole/],
  ['a layer that is not there', call({ args: [tensorOf('toString')], kwargs: {} }), /refers to \["toString",0,0\]/],
  ['a call of minus one', call({ args: [tensorOf('x', -1)], kwargs: {} }), /a cycle or a hole|refers to/],
  ['arguments that are nothing', call({ args: null, kwargs: {} }), /args of a call: expected a list, got null/],
  [
    'arguments a hundred deep',
    call({ args: [Array.from({ length: 100 }).reduce((inner) => [inner], [] as unknown)], kwargs: {} }),
    /expected an object, got a list/,
  ],
  [
    'masks a hundred deep',
    call({
      args: [tensorOf('x')],
      kwargs: { mask: Array.from({ length: 100 }).reduce((inner) => [inner], 'x' as unknown) },
    }),
    /expected an object|is called with/,
  ],
  [
    'outputs that are nothing',
    changed((root) => Object.assign(root.config, { output_layers: null })),
    /output_layers: expected a list, got null/,
  ],
  [
    'an output that is not there',
    changed((root) => Object.assign(root.config, { output_layers: ['d', 5, 0] })),
    /a call of 'd' that is not there/,
  ],
  ['a hundred models in one another', JSON.stringify(stacks(100)), /more than \d+ (levels )?deep/],
  [
    'a hundred wrappers in one another',
    JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [wrappers(100)] } }),
    /more than \d+ (levels )?deep/,
  ],
  ['models that call each other a billion times', JSON.stringify(doubling(28)), /more than 200000 calls/, 'bomb'],
];

export const configHoles: readonly Hole[] = [...code, ...names, ...sizes, ...graphs].map(
  ([name, config, message, bomb]) => ({
    name: `config: ${name}`,
    make: () => archiveOf(config),
    load: (bytes) => fromKeras(bytes),
    message,
    bomb: bomb === 'bomb',
  }),
);
