/** The pooling kernels against the definition, exactly. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  avgPoolGradKernel,
  avgPoolKernel,
  maxPoolGradKernel,
  maxPoolKernel,
  poolGatherKernel,
} from '../../kernels/pool/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { windowOutput } from '../../kernels/window.ts';
import { FLOAT_TYPES, type FloatType, inner, integers, plain, runKernel } from './integers.ts';
import { pooledShape, type Pool } from './pools.ts';

/** For each output in order: the sample and the positions in it of the cells of its window. */
function windows(pool: Pool): { sample: number; cells: number[] }[] {
  const { height, width, channels, poolSize, strides, padding } = pool;
  const [batch = 0, rows = 0, columns = 0] = pooledShape(pool);
  const top = windowOutput(height, poolSize[0], strides[0], 1, padding).before;
  const left = windowOutput(width, poolSize[1], strides[1], 1, padding).before;
  const all: { sample: number; cells: number[] }[] = [];
  for (let sample = 0; sample < batch; sample++)
    for (let oy = 0; oy < rows; oy++)
      for (let ox = 0; ox < columns; ox++)
        for (let c = 0; c < channels; c++) {
          const cells: number[] = [];
          for (let y = oy * strides[0] - top; y < oy * strides[0] - top + poolSize[0]; y++)
            for (let x = ox * strides[1] - left; x < ox * strides[1] - left + poolSize[1]; x++)
              if (y >= 0 && y < height && x >= 0 && x < width) cells.push((y * width + x) * channels + c);
          all.push({ sample, cells });
        }
  return all;
}

/** Every window of at most 4 x 4 cells has a number of cells that divides this. */
const DIVISIBLE = 144;

function check(pool: Pool, Float: FloatType): void {
  const { batch, height, width, channels } = pool;
  const xShape: Shape = [batch, height, width, channels];
  const yShape = pooledShape(pool);
  const image = height * width * channels;
  const x = { shape: xShape, data: integers(Float, xShape, 1).map((value) => value * DIVISIBLE) };
  const dy = { shape: yShape, data: integers(Float, yShape, 2).map((value) => value * DIVISIBLE) };
  const values = { shape: xShape, data: integers(Float, xShape, 3) };
  const maxima: number[] = [];
  const positions: number[] = [];
  const means: number[] = [];
  const dxOfMaxima = new Array<number>(x.data.length).fill(0);
  const dxOfMeans = new Array<number>(x.data.length).fill(0);
  windows(pool).forEach(({ sample, cells }, output) => {
    const numbers = cells.map((cell) => x.data[sample * image + cell]!);
    const first = cells[numbers.indexOf(Math.max(...numbers))]!;
    maxima.push(Math.max(...numbers));
    positions.push(first);
    means.push(numbers.reduce((a, b) => a + b, 0) / numbers.length);
    dxOfMaxima[sample * image + first]! += dy.data[output]!;
    for (const cell of cells) dxOfMeans[sample * image + cell]! += dy.data[output]! / cells.length;
  });

  const [y, indices] = runKernel(maxPoolKernel, [x], [yShape, yShape], pool, Float);
  assert.deepEqual(plain(y!), plain(maxima));
  assert.deepEqual(plain(indices!), positions);
  const picked = { shape: yShape, data: indices! };
  const [dxMax] = runKernel(maxPoolGradKernel, [dy, picked], [xShape], pool, Float);
  assert.deepEqual(plain(dxMax!), plain(dxOfMaxima));
  const [gathered] = runKernel(poolGatherKernel, [values, picked], [yShape], pool, Float);
  assert.equal(inner(dxMax!, values.data) + 0, inner(dy.data, gathered!) + 0, 'gather is the adjoint of the gradient');
  const [mean] = runKernel(avgPoolKernel, [x], [yShape], pool, Float);
  assert.deepEqual(plain(mean!), plain(means));
  const [dxMean] = runKernel(avgPoolGradKernel, [dy], [xShape], pool, Float);
  assert.deepEqual(plain(dxMean!), plain(dxOfMeans));
  assert.equal(inner(dxMean!, x.data) + 0, inner(dy.data, mean!) + 0, 'the gradient is the adjoint of the mean');
}

const upTo = (max: number) => fc.integer({ min: 1, max });

const pools: fc.Arbitrary<Pool> = fc.record({
  batch: fc.integer({ min: 0, max: 3 }),
  height: fc.integer({ min: 0, max: 9 }),
  width: upTo(9),
  channels: upTo(5),
  poolSize: fc.tuple(upTo(4), upTo(4)),
  strides: fc.tuple(upTo(4), upTo(4)),
  padding: fc.constantFrom('valid', 'same'),
});

for (const Float of FLOAT_TYPES) {
  t.test(`maximum and average pooling of ${Float.name} and their gradients equal the definition`, (t) => {
    fc.assert(
      fc.property(pools, (pool) => check(pool, Float)),
      { seed: 7, numRuns: 500 },
    );
    t.end();
  });
}

t.test('the first of equal maxima wins, a NaN wins over all, also over infinity', (t) => {
  const options = { poolSize: [1, 4], strides: [1, 4], padding: 'valid' } as const;
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const x = {
    shape: [1, 3, 4, 1],
    data: Float32Array.of(1, 5, 5, 2, infinity, nan, 7, nan, -infinity, -infinity, -infinity, -infinity),
  };
  const [y = [], indices = []] = runKernel(
    maxPoolKernel,
    [x],
    [
      [1, 3, 1, 1],
      [1, 3, 1, 1],
    ],
    options,
    Float32Array,
  );
  t.same(Array.from(y), [5, nan, -infinity]);
  t.same(Array.from(indices), [1, 5, 8]);
  t.end();
});

t.test('a 1-D pool is a pool of k rows on images of width 1', (t) => {
  const options = { poolSize: [3, 1], strides: [2, 1], padding: 'same' } as const;
  const x = { shape: [1, 5, 1, 1], data: Float32Array.of(1, 2, 3, 4, 8) };
  const [y = []] = runKernel(avgPoolKernel, [x], [[1, 3, 1, 1]], options, Float32Array);
  t.same(Array.from(y), [1.5, 3, 6]);
  t.end();
});
