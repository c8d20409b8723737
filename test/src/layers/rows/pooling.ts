/** Further rows of pooling: channels first, other windows, and what every pooling layer refuses. */
import {
  averagePooling1d,
  averagePooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  maxPooling1d,
  maxPooling2d,
} from '../../../../src/layers/index.ts';
import type { Layer } from '../../../../src/layers/layer.ts';
import { input } from '../../../../src/models/input.ts';
import { zeros } from '../../../../src/tensor/tensor.ts';
import type { LayerRow } from '../../../../src/testing/layer-row.ts';
import type { RefusedCall } from '../../../../src/testing/op-row.ts';

const first = { dataFormat: 'channels_first' } as const;
const sequences: LayerRow['inputs'] = [[[2, 2, 7]], [[3, 2, 9]]];
const images: LayerRow['inputs'] = [[[2, 2, 5, 4]], [[3, 2, 8, 7]]];

const windowedLayers = { maxPooling1d, maxPooling2d, averagePooling1d, averagePooling2d };
const globalLayers = { globalMaxPooling1d, globalMaxPooling2d, globalAveragePooling1d, globalAveragePooling2d };
type Make = (options: { readonly dataFormat?: never }) => Layer;

const refusedByAll = (make: Make): readonly RefusedCall[] => [
  {
    name: 'a list',
    call: () => make({})([zeros([2, 3, 3]), zeros([2, 3, 3])]),
    message: /takes one tensor, got a list of 2/,
  },
  {
    name: 'an unknown order of axes',
    call: () => make({ dataFormat: 'NCHW' as never }),
    message: /dataFormat is 'NCHW'; known are 'channels_last' and 'channels_first'/,
  },
  {
    name: 'another rank',
    call: () => make({})(input([4])),
    message: /the input has the shape \[null, 4\]; expected \[batch, /,
  },
];

const windowed = (layer: keyof typeof windowedLayers): LayerRow => {
  const make = windowedLayers[layer];
  return {
    layer,
    variant: 'channels first, overlapping',
    make: (options) => make(3, { ...options, ...first, strides: 2, padding: 'same' }),
    inputs: layer.endsWith('1d') ? sequences : images,
    params: 0,
    refused: [
      ...refusedByAll((options) => make(2, options)),
      { name: 'no strides', call: () => make(2, { strides: 0 }), message: /strides is 0/ },
      { name: 'half a cell', call: () => make(1.5), message: /poolSize is 1.5/ },
      {
        name: 'an unknown padding',
        call: () => make(2, { padding: 'causal' as never }),
        message: /the padding is 'causal'; known are 'valid', 'same'/,
      },
    ],
  };
};

const global = (layer: keyof typeof globalLayers): LayerRow => {
  const make = globalLayers[layer];
  return {
    layer,
    variant: 'channels first, axes kept',
    withoutMask: 'the steps are its last axis',
    make: (options) => make({ ...options, ...first, keepdims: true }),
    inputs: layer.endsWith('1d') ? sequences : images,
    params: 0,
    refused: refusedByAll(make),
  };
};

export const rows: readonly LayerRow[] = [
  windowed('maxPooling1d'),
  windowed('maxPooling2d'),
  windowed('averagePooling1d'),
  windowed('averagePooling2d'),
  global('globalMaxPooling1d'),
  global('globalMaxPooling2d'),
  global('globalAveragePooling1d'),
  global('globalAveragePooling2d'),
];
