/** `model.json` files of TensorFlow.js that mean harm. */
import { fromTfjs } from '../../../src/keras/index.ts';
import type { Hole } from './hole.ts';

interface Weight {
  name: string;
  shape: unknown;
  dtype: unknown;
  quantization?: unknown;
}
interface Root {
  format: unknown;
  modelTopology: Record<string, unknown>;
  weightsManifest: { paths: unknown[]; weights: Weight[] }[];
}

const SHARD = 'weights.bin';
const BYTES = 32;

/** The small model; its shard is 32 bytes. */
export function intactTfjs(): Root {
  return {
    format: 'layers-model',
    modelTopology: {
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
      class_name: 'Sequential',
      config: {
        name: 's',
        layers: [
          {
            class_name: 'Dense',
            config: { name: 'd', units: 2, use_bias: false, batch_input_shape: [null, 4], dtype: 'float32' },
          },
        ],
      },
    },
    weightsManifest: [{ paths: [SHARD], weights: [{ name: 'd/kernel', shape: [4, 2], dtype: 'float32' }] }],
  };
}

/** Reads a `model.json` of one shard: what stands behind a zero, which no JSON has, or 32 zeros. */
export function loadTfjsBytes(bytes: Uint8Array): Promise<unknown> {
  const zero = bytes.indexOf(0);
  const [json, shard] = zero < 0 ? [bytes, new Uint8Array(BYTES)] : [bytes.subarray(0, zero), bytes.subarray(zero + 1)];
  return fromTfjs(new TextDecoder().decode(json), new Map([[SHARD, shard]]));
}

/** A `model.json` and its shard in one, with a dense layer whose weights take so many bytes there. */
export function largeTfjs(bytes: number, quantization?: object): Uint8Array {
  const root = intactTfjs();
  const units = bytes / (quantization ? 4 : 16);
  dense({ units })(root, {} as Weight);
  Object.assign(root.weightsManifest[0]?.weights[0] as Weight, {
    shape: [4, units],
    ...(quantization ? { quantization } : {}),
  });
  const json = new TextEncoder().encode(JSON.stringify(root));
  const file = new Uint8Array(json.length + 1 + bytes);
  file.set(json);
  file.fill(1, json.length + 1);
  return file;
}

type Change = (root: Root, weight: Weight) => void;

const paths =
  (path: unknown): Change =>
  (root) =>
    root.weightsManifest[0]?.paths.splice(0, 1, path);
const dense =
  (keys: object): Change =>
  (root) => {
    const { layers } = root.modelTopology['config'] as { layers: { config: object }[] };
    Object.assign(layers[0]?.config ?? {}, keys);
  };
const weights =
  (keys: Partial<Weight>): Change =>
  (_, weight) =>
    Object.assign(weight, keys);

const cases: readonly (readonly [name: string, change: Change, message: RegExp, bomb?: 'bomb'])[] = [
  ['a shard that climbs', paths('../../etc/passwd'), /only files beside this one are read/],
  ['a shard at an absolute path', paths('/etc/passwd'), /only files beside this one are read/],
  ['a shard on the web', paths('https://localhost/x.bin'), /only files beside this one are read/],
  ['a shard of Windows', paths('..\\x.bin'), /only files beside this one are read/],
  ['a shard that is not named', paths(7), /a path of weightsManifest: expected a string, got 7/],
  ['a shard called __proto__', paths('__proto__'), /the shard '__proto__' are not there/],
  ['a weight of a terabyte', weights({ shape: [2 ** 20, 2 ** 20] }), /ends at byte 4398046511104/, 'bomb'],
  ['a weight of more than numbers count', weights({ shape: [2 ** 53, 2] }), /its shape holds 9007199254740992/, 'bomb'],
  ['a weight of many axes', weights({ shape: Array.from({ length: 1000 }, () => 2 ** 40) }), /ends at byte/, 'bomb'],
  ['a weight of negative size', weights({ shape: [-4, -2] }), /its shape holds -4/],
  ['a weight of text', weights({ dtype: 'string' }), /its dtype is string/],
  ['a weight of complex numbers', weights({ dtype: 'complex64' }), /its dtype is complex64/],
  ['a weight of a type called constructor', weights({ dtype: 'constructor' }), /its dtype is constructor/],
  ['a weight called __proto__', weights({ name: '__proto__/kernel' }), /no layer has the weight '__proto__\/kernel'/],
  ['a weight called constructor', weights({ name: 'constructor' }), /no layer has the weight 'constructor'/],
  [
    'packed by an endless scale',
    weights({ quantization: { dtype: 'uint8', scale: '1e999', min: 0 } }),
    /quantized as uint8 with scale/,
  ],
  ['packed by another type', weights({ quantization: { dtype: 'int128' } }), /quantized as int128/],
  ['a layer of a terabyte', dense({ units: 2 ** 37 }), /more than the file holds/, 'bomb'],
  [
    'a Lambda layer',
    (root) => (root.modelTopology['config'] = { layers: [{ class_name: 'Lambda', config: {} }] }),
    /unknown layer class 'Lambda'/,
  ],
  ['a graph model', (root) => (root.format = 'graph-model'), /this is a graph model/],
  ['no layers', (root) => (root.modelTopology = {}), /class_name and config/],
  [
    'a manifest that is nothing',
    (root) => Object.assign(root, { weightsManifest: null }),
    /weightsManifest: expected a list/,
  ],
  ['a layer whose name climbs', dense({ name: '../d' }), /its name is the path of a file outside/],
];

/** A shard named by a thousand groups, each of which takes it whole. */
const repeated: Change = (root) => {
  root.weightsManifest = Array.from({ length: 1_000 }, (_, index) => ({
    paths: [SHARD],
    weights: [
      {
        name: `d${index}/kernel`,
        shape: [65536],
        dtype: 'float32',
        quantization: { dtype: 'uint8', scale: 1, min: 0 },
      },
    ],
  }));
};

const changed: readonly Hole[] = cases.map(([name, change, message, bomb]) => ({
  name: `tfjs: ${name}`,
  make: () => {
    const root = intactTfjs();
    change(root, root.weightsManifest[0]?.weights[0] as Weight);
    return new TextEncoder().encode(JSON.stringify(root));
  },
  load: loadTfjsBytes,
  message,
  bomb: bomb === 'bomb',
}));

export const tfjsHoles: readonly Hole[] = [
  ...changed,
  {
    name: 'tfjs: one shard a thousand times',
    make: () => {
      const root = intactTfjs();
      repeated(root, root.weightsManifest[0]?.weights[0] as Weight);
      return new TextEncoder().encode(JSON.stringify(root));
    },
    load: (bytes) => fromTfjs(new TextDecoder().decode(bytes), new Map([[SHARD, new Uint8Array(65536)]])),
    message: /twice the file's size plus 32 MB|needs \d+ bytes/,
    bomb: true,
  },
];
