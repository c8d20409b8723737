/** Calls of pooling ops: windows that overlap, touch or stand apart, both paddings. Maxima have no ties unless asked for. */
import type fc from 'fast-check';
import type { Pool1dCallOptions, Pool2dCallOptions } from '../../ops/pool.ts';
import type { Pair } from '../../ops/windows.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { distinct, filled, type CallDraw } from './filled.ts';
import { between, listOf, perhaps, sizeOrNone, written } from './sizes.ts';
import { scaledDouble } from './tensors.ts';

/** A call of a pooling op. */
export interface PoolCall<Options> {
  readonly x: Tensor;
  readonly options: Options;
}

export type Pool1dCall = PoolCall<Pool1dCallOptions>;
export type Pool2dCall = PoolCall<Pool2dCallOptions>;

interface Windows {
  readonly batch: number;
  readonly channels: number;
  readonly poolSize: readonly number[];
  readonly strides: readonly number[] | undefined;
  /** Sizes of the image, or with padding 'valid' what it has beyond the first window, plus 1. */
  readonly cells: readonly number[];
  readonly padding: 'valid' | 'same';
  /** Whether options that have their defaults are written out. */
  readonly spelled: boolean;
}

function windows(rank: number): fc.Arbitrary<Windows> {
  return fastCheck().record({
    batch: sizeOrNone(2),
    channels: between(1, 3),
    poolSize: listOf(rank, between(1, 3)),
    strides: perhaps(listOf(rank, between(1, 3))),
    cells: listOf(rank, sizeOrNone(4)),
    padding: fastCheck().constantFrom('valid', 'same'),
    spelled: fastCheck().boolean(),
  });
}

function pooled<Options extends object>(
  rank: number,
  optionsOf: (drawn: Windows) => Options,
  values: fc.Arbitrary<number>,
  finish: (values: readonly number[]) => readonly number[] = (some) => some,
): fc.Arbitrary<PoolCall<Options>> {
  return filled(windows(rank), {
    x: {
      values,
      shape: ({ batch, channels, poolSize, cells, padding }) => [
        batch,
        ...cells.map((count, axis) => (padding === 'valid' ? Math.max(count, 1) + (poolSize[axis] ?? 1) - 1 : count)),
        channels,
      ],
      finish,
    },
  }).map(({ drawn, tensors: { x } }) => ({
    x,
    options: written<Options>(optionsOf(drawn), { poolSize: 2, strides: undefined, padding: 'valid' }, drawn.spelled),
  }));
}

function options2d({ poolSize, strides, padding, spelled }: Windows): Pool2dCallOptions {
  const pair = ([height = 1, width = 1]: readonly number[]): Pair =>
    height === width && !spelled ? height : [height, width];
  return { poolSize: pair(poolSize), strides: strides && pair(strides), padding };
}

const options1d = ({ poolSize: [poolSize = 1], strides, padding }: Windows): Pool1dCallOptions => ({
  poolSize,
  strides: strides?.[0],
  padding,
});

const maxima = ({ values }: CallDraw): [fc.Arbitrary<number>, ((values: readonly number[]) => readonly number[])?] =>
  values ? [values] : [scaledDouble(), (some) => distinct(some)];

/** Images `[0..2, height, width, 1..3]`, windows of 1 to 3 x 1 to 3, strides 1 to 3 per axis or as large as the windows, both paddings. By default all values differ, by at least 1/16. */
export function maxPool2d(draw: CallDraw = {}): fc.Arbitrary<Pool2dCall> {
  return pooled(2, options2d, ...maxima(draw));
}

/** Sequences `[0..2, steps, 1..3]`, windows of 1 to 3, strides 1 to 3 or as large as the windows, both paddings. By default all values differ, by at least 1/16. */
export function maxPool1d(draw: CallDraw = {}): fc.Arbitrary<Pool1dCall> {
  return pooled(1, options1d, ...maxima(draw));
}

/** Images, windows, strides and padding as those of `maxPool2d`; values may be equal. */
export function avgPool2d({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<Pool2dCall> {
  return pooled(2, options2d, values);
}

/** Sequences, windows, strides and padding as those of `maxPool1d`; values may be equal. */
export function avgPool1d({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<Pool1dCall> {
  return pooled(1, options1d, values);
}
