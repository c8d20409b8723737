/** The small model that hostile files are made of. */
import { newGroup, writeH5, type H5Group } from '../../../src/keras/hdf5.ts';
import { buildZip } from '../../support/zip-builder.ts';

/** A parsed config that cases change. */
export type ConfigObject = Record<string, unknown>;

/** The root of a config. */
export interface ModelConfig {
  config: {
    layers: object[];
    input_layers: unknown;
    output_layers: unknown;
  } & ConfigObject;
  [key: string]: unknown;
}

/** Keras 3's config of `x [4] -> dense [2]`. */
export const intactConfig: ModelConfig = {
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  config: {
    name: 'm',
    trainable: true,
    layers: [
      {
        module: 'keras.layers',
        class_name: 'InputLayer',
        config: { batch_shape: [null, 4], dtype: 'float32', name: 'x' },
        registered_name: null,
        name: 'x',
        inbound_nodes: [],
      },
      {
        module: 'keras.layers',
        class_name: 'Dense',
        config: { name: 'd', units: 2, use_bias: false },
        registered_name: null,
        name: 'd',
        inbound_nodes: [{ args: [tensorOf('x')], kwargs: {} }],
      },
    ],
    input_layers: ['x', 0, 0],
    output_layers: ['d', 0, 0],
  },
  registered_name: 'Functional',
};

/** The envelope of a tensor in a call. */
export function tensorOf(layer: string, call = 0): object {
  return {
    class_name: '__keras_tensor__',
    config: { shape: [null, 4], dtype: 'float32', keras_history: [layer, call, 0] },
  };
}

let weights: Uint8Array | undefined;

/** Its weights, as `model.weights.h5`. */
export async function intactWeights(): Promise<Uint8Array> {
  weights ??= await writeH5(weightsTree());
  return weights;
}

function weightsTree(): H5Group {
  const root = newGroup();
  const group = (path: readonly string[]): H5Group =>
    path.reduce((above, name) => {
      const inner = above.groups.get(name) ?? newGroup();
      above.groups.set(name, inner);
      return inner;
    }, root);
  group(['layers', 'dense', 'vars']).datasets.set('0', {
    shape: [4, 2],
    data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  });
  return root;
}

/** A `.keras` file with this text for its config, and intact weights where there are no others. */
export async function archiveOf(config: string, given?: Uint8Array): Promise<Uint8Array> {
  return buildZip([
    { name: 'metadata.json', data: '{"keras_version":"3.15.1"}' },
    { name: 'config.json', data: config },
    { name: 'model.weights.h5', data: given ?? (await intactWeights()) },
  ]);
}
