/** The depthwise kernels on WebAssembly against float64, on sizes around the edges of vectors and tiles. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  depthwiseConv2dKernel,
  depthwiseFilterGradKernel,
  depthwiseInputGradKernel,
} from '../../kernels/depthwise/index.ts';
import { shapesOf } from './convolution.ts';
import { operand, uniform } from './numeric.ts';
import { requireSumsOnWasm } from './sums.ts';

interface Depthwise {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly channels: number;
  readonly multiplier: number;
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'valid' | 'same';
}

function check(c: Depthwise): void {
  const grouped = { ...c, inChannels: 1, outChannels: c.multiplier, groups: c.channels };
  const shapes = shapesOf(grouped);
  const filterShape = [c.kernelHeight, c.kernelWidth, c.channels, c.multiplier];
  const random = uniform(9);
  const x = operand(shapes.x, random);
  const filters = operand(filterShape, random);
  const bias = operand(shapes.y.slice(-1), random);
  const dy = operand(shapes.y, random);
  requireSumsOnWasm(depthwiseConv2dKernel, [x, filters, undefined], [shapes.y], c);
  requireSumsOnWasm(depthwiseConv2dKernel, [x, filters, bias], [shapes.y], c);
  requireSumsOnWasm(depthwiseInputGradKernel, [dy, filters], [shapes.x], c);
  requireSumsOnWasm(depthwiseFilterGradKernel, [x, dy], [filterShape], c);
}

const plain: Depthwise = {
  batch: 2,
  height: 6,
  width: 11,
  kernelHeight: 3,
  kernelWidth: 3,
  channels: 8,
  multiplier: 1,
  strides: [1, 1],
  dilationRate: [1, 1],
  padding: 'same',
};

const CHANNELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100];

t.test('every number of channels, at strides 1 and 2, with and without a border', (t) => {
  for (const channels of CHANNELS) {
    for (const stride of [1, 2]) {
      for (const padding of ['valid', 'same'] as const) {
        check({ ...plain, channels, strides: [stride, stride], padding });
      }
    }
  }
  t.end();
});

t.test('every width of image and window', (t) => {
  for (const width of [...CHANNELS, 0]) {
    for (const channels of [1, 3, 5]) {
      for (const kernelWidth of [1, 2, 3, 5, 6, 9])
        check({ ...plain, batch: 1, height: 3, width, channels, kernelWidth });
    }
  }
  t.end();
});

t.test('every multiplier', (t) => {
  for (const multiplier of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17]) {
    for (const channels of [1, 2, 3, 4, 5]) check({ ...plain, multiplier, channels, height: 5 });
  }
  t.end();
});

const upTo = (max: number) => fc.integer({ min: 1, max });

t.test('any windows', (t) => {
  fc.assert(
    fc.property(
      fc.record({
        batch: fc.integer({ min: 0, max: 2 }),
        height: fc.integer({ min: 0, max: 12 }),
        width: fc.integer({ min: 0, max: 20 }),
        kernelHeight: upTo(7),
        kernelWidth: upTo(8),
        channels: upTo(9),
        multiplier: fc.constantFrom(1, 1, 2, 3),
        strides: fc.tuple(upTo(3), upTo(3)),
        dilationRate: fc.tuple(upTo(3), upTo(3)),
        padding: fc.constantFrom('valid', 'same'),
      }),
      check,
    ),
    { seed: 3, numRuns: 300 },
  );
  t.end();
});

t.test('no channels and no multiplier', (t) => {
  assert.doesNotThrow(() => check({ ...plain, channels: 0 }));
  assert.doesNotThrow(() => check({ ...plain, multiplier: 0 }));
  t.end();
});
