/** Claims on the order of axes: channels first computes what channels last does, transposed, with the same weights. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { setMask } from '../../../src/layers/masks.ts';
import type { DataFormat } from '../../../src/layers/spatial.ts';
import { input } from '../../../src/models/input.ts';
import { randomNormal, transpose } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { layerFromConfig } from '../../support/layer-from-config.ts';

type Options = { readonly dataFormat: DataFormat };

const makers: Readonly<Record<string, readonly [axes: 1 | 2, make: (options: Options) => Layer]>> = {
  conv1d: [1, (options) => layers.conv1d(4, 3, { ...options, padding: 'causal', groups: 2 })],
  conv2d: [2, (options) => layers.conv2d(4, [3, 2], { ...options, padding: 'same', strides: 2, activation: 'tanh' })],
  conv1dTranspose: [1, (options) => layers.conv1dTranspose(3, 2, { ...options, strides: 2 })],
  conv2dTranspose: [2, (options) => layers.conv2dTranspose(3, [2, 3], { ...options, padding: 'same', strides: 2 })],
  depthwiseConv1d: [1, (options) => layers.depthwiseConv1d(3, { ...options, depthMultiplier: 2 })],
  depthwiseConv2d: [2, (options) => layers.depthwiseConv2d([3, 2], { ...options, depthMultiplier: 2 })],
  separableConv1d: [1, (options) => layers.separableConv1d(3, 2, options)],
  separableConv2d: [2, (options) => layers.separableConv2d(3, [2, 3], options)],
  maxPooling1d: [1, (options) => layers.maxPooling1d(2, options)],
  maxPooling2d: [2, (options) => layers.maxPooling2d([2, 3], options)],
  averagePooling1d: [1, (options) => layers.averagePooling1d(2, options)],
  averagePooling2d: [2, (options) => layers.averagePooling2d([2, 3], { ...options, padding: 'same' })],
  globalMaxPooling1d: [1, (options) => layers.globalMaxPooling1d(options)],
  globalMaxPooling2d: [2, (options) => layers.globalMaxPooling2d({ ...options, keepdims: true })],
  globalAveragePooling1d: [1, (options) => layers.globalAveragePooling1d({ ...options, keepdims: true })],
  globalAveragePooling2d: [2, (options) => layers.globalAveragePooling2d(options)],
  zeroPadding1d: [1, (options) => layers.zeroPadding1d([1, 2], options)],
  zeroPadding2d: [2, (options) => layers.zeroPadding2d([[1, 2], 3], options)],
  cropping2d: [2, (options) => layers.cropping2d([[1, 2], 0], options)],
  upSampling2d: [2, (options) => layers.upSampling2d([2, 3], { ...options, interpolation: 'bilinear' })],
};

const toFirst = (x: Tensor): Tensor => {
  const rank = x.shape.length;
  return rank < 3 ? x : transpose(x, { permutation: [0, rank - 1, ...[1, 2].slice(0, rank - 2)] });
};

const numbers = (x: Tensor): number[] => [...x.data];

for (const [name, [axes, make]] of Object.entries(makers)) {
  t.test(`${name}: channels first are channels last, transposed`, async (t) => {
    const x = randomNormal(axes === 1 ? [2, 7, 4] : [2, 6, 5, 4], { seed: 1 });
    const last = make({ dataFormat: 'channels_last' });
    const first = make({ dataFormat: 'channels_first' });
    const expected = toFirst(last(x));
    const given = toFirst(x);
    first(given);
    first.setWeights(await last.getWeights());
    const actual = first(given);
    t.strictSame(actual.shape, expected.shape);
    t.strictSame(numbers(actual), numbers(expected));

    t.strictSame(first(input(given.shape.slice(1))).shape, [null, ...expected.shape.slice(1)], 'the declared shape');
    t.equal(first.getConfig()['data_format'], 'channels_first');
    const again = layerFromConfig(first.className, first.getConfig());
    again(given);
    again.setWeights(await last.getWeights());
    t.strictSame(numbers(again(given)), numbers(expected), 'a config keeps the order');

    const rank: RegExp = axes === 1 ? /expected \[batch, channels, steps\]/ : /\[batch, channels, height, width\]/;
    t.throws(() => make({ dataFormat: 'channels_first' })(input([4])), rank);
    t.throws(() => make({ dataFormat: 'channels_middle' as never }), {
      message: /dataFormat is 'channels_middle'; known are 'channels_last' and 'channels_first'/,
    });
  });
}

t.test('an activation over the last axis takes the output as it is given', (t) => {
  const y = layers.conv1d(3, 2, { activation: 'softmax', dataFormat: 'channels_first' })(
    randomNormal([1, 2, 5], { seed: 2 }),
  );
  t.strictSame(y.shape, [1, 3, 4]);
  for (let channel = 0; channel < 3; channel++) {
    const steps = numbers(y).slice(4 * channel, 4 * channel + 4);
    t.ok(Math.abs(steps.reduce((sum, value) => sum + value, 0) - 1) < 1e-6, 'the steps of a channel add up to 1');
  }
  t.end();
});

t.test('a mean over masked steps leaves out what padding holds, NaN too', (t) => {
  for (const dataFormat of ['channels_last', 'channels_first'] as const) {
    const values = dataFormat === 'channels_last' ? [[[1], [3], [NaN]]] : [[[1, 3, NaN]]];
    const x = tensor(values);
    setMask(x, tensor([[1, 1, 0]]));
    t.strictSame(numbers(layers.globalAveragePooling1d({ dataFormat })(x)), [2], dataFormat);
  }
  t.end();
});

t.test('a convolution takes the channels that it was built for', (t) => {
  for (const dataFormat of ['channels_last', 'channels_first'] as const) {
    const shape = (channels: number): number[] => (dataFormat === 'channels_last' ? [8, channels] : [channels, 8]);
    for (const make of [layers.conv1d, layers.conv1dTranspose, layers.separableConv1d]) {
      const layer = make(2, 3, { dataFormat });
      layer(input(shape(3)));
      t.throws(() => layer(input(shape(4))), { message: /has 4 channels; the layer was built for 3/ }, dataFormat);
    }
  }
  t.end();
});

t.test('an unknown padding is refused when the layer is made', (t) => {
  const full = { padding: 'full' as never };
  const causal = { padding: 'causal' as never };
  t.throws(() => layers.conv1d(2, 3, full), { message: /padding is 'full'; known are 'valid', 'same', 'causal'/ });
  t.throws(() => layers.conv2d(2, 3, causal), { message: /padding is 'causal'; known are 'valid', 'same'/ });
  t.throws(() => layers.conv2dTranspose(2, 3, full), { message: /padding is 'full'/ });
  t.throws(() => layers.separableConv1d(2, 3, causal), { message: /padding is 'causal'/ });
  t.throws(() => layers.maxPooling2d(2, full), { message: /padding is 'full'/ });
  t.end();
});
