/** Further rows of pooling: channels first, other windows, and what every pooling layer refuses. */
import * as layers from '../../../../src/layers/index.ts';
import { input } from '../../../../src/models/input.ts';
import { zeros } from '../../../../src/tensor/tensor.ts';
import type { LayerRow, Refusal } from '../rows.ts';

const first = { dataFormat: 'channels_first' } as const;
const sequences: LayerRow['inputs'] = [[[2, 2, 7]], [[3, 2, 9]]];
const images: LayerRow['inputs'] = [[[2, 2, 5, 4]], [[3, 2, 8, 7]]];

type Windowed = 'maxPooling1d' | 'maxPooling2d' | 'averagePooling1d' | 'averagePooling2d';
type Global = 'globalMaxPooling1d' | 'globalMaxPooling2d' | 'globalAveragePooling1d' | 'globalAveragePooling2d';

const aList = (name: Windowed | Global): Refusal => ({
  name: 'a list',
  call: () => layers[name]()([zeros([2, 3, 3]), zeros([2, 3, 3])]),
  message: /takes one tensor, got a list of 2/,
});

const anotherOrder = (name: Windowed | Global): Refusal => ({
  name: 'an unknown order of axes',
  call: () =>
    name.startsWith('global')
      ? layers[name as Global]({ dataFormat: 'NCHW' as never })
      : layers[name as Windowed](2, { dataFormat: 'NCHW' as never }),
  message: /dataFormat is 'NCHW'; known are 'channels_last' and 'channels_first'/,
});

const wrongRank = (name: Windowed | Global): Refusal => ({
  name: 'another rank',
  call: () => layers[name]()(input([4])),
  message: /the input has the shape \[null, 4\]; expected \[batch, /,
});

const windowed = (name: Windowed): LayerRow => ({
  layer: name,
  variant: 'channels first, overlapping',
  make: (options) => layers[name](3, { ...options, ...first, strides: 2, padding: 'same' }),
  inputs: name.endsWith('1d') ? sequences : images,
  params: 0,
  refused: [
    aList(name),
    anotherOrder(name),
    wrongRank(name),
    { name: 'no strides', call: () => layers[name](2, { strides: 0 }), message: /strides is 0/ },
    { name: 'half a cell', call: () => layers[name](1.5), message: /poolSize is 1.5/ },
    {
      name: 'an unknown padding',
      call: () => layers[name](2, { padding: 'causal' as never }),
      message: /the padding is 'causal'; known are 'valid', 'same'/,
    },
  ],
});

const global = (name: Global): LayerRow => ({
  layer: name,
  variant: 'channels first, axes kept',
  make: (options) => layers[name]({ ...options, ...first, keepdims: true }),
  inputs: name.endsWith('1d') ? sequences : images,
  params: 0,
  refused: [aList(name), anotherOrder(name), wrongRank(name)],
});

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
