/**
 * Batch normalisation forward as WebAssembly: x is read twice, once for its moments and once to normalise it.
 * `y = (x - high) scale + shift`, where high is the mean rounded to float32 and `shift = beta - low scale` has what the
 * rounding left off: a mean far from zero costs no digits.
 */
import {
  f32,
  f32x4,
  f64,
  i32,
  type F64,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import type { BatchNormGeometry } from './geometry.ts';
import { emitMoments, SECOND } from './wasm-moments.ts';
import {
  doubleAt,
  eachChannel,
  eachColumn,
  laneAt,
  walkRest,
  walkRows,
  wideRowsCall,
  type Columns,
  type Sizes,
  type Step,
} from './wide-rows.ts';

/** Vectors of a record while rows are normalised. */
const HIGH = 0;
const SCALE = 16;
const ADDED = 32;

/** x and y. */
const OPERANDS = { inputs: [1], outputs: [1] };

const NORMALIZE: Step = { by: 'rows', emit: emitNormalize };

/** With the moments of the batch. */
export function batchNormTrainingWasm(geometry: BatchNormGeometry, present: readonly boolean[]): WasmCall {
  return wideRowsCall('batchNormTraining', geometry, present, OPERANDS, [
    { by: 'columns', emit: (f, sizes, { inputs }) => emitMoments(f, sizes, inputs[0]!) },
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => {
          const { mean, squares } = emitChannelMoments(f, sizes, channel);
          const divisor = f64.max(f64.convertI32Signed(sizes.rowCount), 1);
          const variance = f.local('f64', f64.div(squares, divisor));
          const inverse = emitInverse(f, variance, geometry);
          [mean, variance, inverse].forEach((value, k) => {
            f.store(i32.add(params.outputs[k + 1]!, channel), f32.demoteF64(value));
          });
          const high = f.local('f32', f32.demoteF64(mean));
          const scale = emitScale(f, params, present, channel, inverse);
          const low = f64.sub(mean, f64.promoteF32(high));
          const added = f64.sub(betaOf(params, present, channel), f64.mul(low, scale));
          emitRecords(f, sizes, channel, [high, f32.demoteF64(scale), f32.demoteF64(added)]);
        }),
    },
    NORMALIZE,
  ]);
}

/** With given moments. */
export function batchNormInferenceWasm(geometry: BatchNormGeometry, present: readonly boolean[]): WasmCall {
  return wideRowsCall('batchNormInference', geometry, present, OPERANDS, [
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => {
          const inverse = emitInverse(f, doubleOf(params.inputs[4]!, channel), geometry);
          const scale = emitScale(f, params, present, channel, inverse);
          const mean = f32.load(i32.add(params.inputs[3]!, channel));
          emitRecords(f, sizes, channel, [mean, f32.demoteF64(scale), f32.demoteF64(betaOf(params, present, channel))]);
        }),
    },
    NORMALIZE,
  ]);
}

interface ChannelMoments {
  readonly mean: Local<'f64'>;
  readonly squares: Local<'f64'>;
}

/** Joins the columns of a channel as blocks of their rows. */
function emitChannelMoments(f: FunctionBuilder, sizes: Sizes, channel: Local<'i32'>): ChannelMoments {
  const mean = f.local('f64', f64.const(0));
  const squares = f.local('f64', f64.const(0));
  const before = f.local('f64', f64.const(0));
  eachColumn(f, sizes, channel, (column) => {
    const count = f.local('i32', i32.add(sizes.rows, i32.ltSigned(column, sizes.rest)));
    f.if(count, () => {
      const n = f.local('f64', f64.convertI32Signed(count));
      const total = f.local('f64', f64.add(before, n));
      const doubles = f.index(doubleAt(sizes.doubles, column));
      const change = f.local('f64', f64.sub(f64.load(doubles), mean));
      const part = f.local('f64', f64.div(n, total));
      f.set(mean, f64.add(mean, f64.mul(change, part)));
      const between = f64.mul(f64.mul(change, change), f64.mul(before, part));
      f.set(squares, f64.add(squares, f64.add(f64.load(doubles, SECOND), between)));
      f.set(before, total);
    });
  });
  return { mean, squares };
}

/** `1 / sqrt(variance + epsilon)`. */
export function emitInverse(f: FunctionBuilder, variance: F64, { epsilon }: BatchNormGeometry): Local<'f64'> {
  return f.local('f64', f64.div(1, f64.sqrt(f64.add(variance, epsilon))));
}

/** The inverse deviation times gamma, which is input 1. */
export function emitScale(
  f: FunctionBuilder,
  { inputs }: WasmParams,
  present: readonly boolean[],
  channel: Local<'i32'>,
  inverse: Local<'f64'>,
): Local<'f64'> {
  return present[1] ? f.local('f64', f64.mul(inverse, doubleOf(inputs[1]!, channel))) : inverse;
}

function betaOf({ inputs }: WasmParams, present: readonly boolean[], channel: Local<'i32'>): Value<'f64'> {
  return present[2] ? doubleOf(inputs[2]!, channel) : f64.const(0);
}

/** A float of an array as a double. */
export function doubleOf(array: Local<'i32'>, at: Local<'i32'>): Value<'f64'> {
  return f64.promoteF32(f32.load(i32.add(array, at)));
}

/** Writes these numbers into the vectors of the records of a channel's columns. */
export function emitRecords(
  f: FunctionBuilder,
  sizes: Sizes,
  channel: Local<'i32'>,
  numbers: readonly Value<'f32'>[],
): void {
  const values = numbers.map((number) => f.local('f32', number));
  eachColumn(f, sizes, channel, (column) => {
    const lane = f.index(laneAt(sizes.records, column));
    values.forEach((value, k) => f.store(lane, value, 16 * k));
  });
}

function emitNormalize(
  f: FunctionBuilder,
  { narrow, width, rows, rest, records }: Sizes,
  { inputs, outputs }: WasmParams,
  module: ModuleBuilder,
): void {
  const name = `batchNorm: normalize ${narrow ? 'narrow' : 'wide'} rows`;
  const normalize = module.once(name, (m) =>
    m.define({ name, params: NORMALIZED }, (g, ...params) => emitNormalizer(g, narrow, params)),
  );
  f.call(normalize, inputs[0]!, outputs[0]!, width, rows, rest, records);
}

const NORMALIZED = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

function emitNormalizer(f: FunctionBuilder, narrow: boolean, params: Six<Local<'i32'>>): void {
  const [x, y, width, rows, rest, records] = params;
  const away = f.index(i32.sub(y, x));
  const normalize = ({ record, places, load, store }: Columns): void => {
    const [high, scale, added] = [HIGH, SCALE, ADDED].map((at) => f.local('v128', load(record, at)));
    for (const place of places) {
      const scaled = f32x4.mul(f32x4.sub(load(place), high!), scale!);
      store(i32.add(place, away), f32x4.add(scaled, added!));
    }
  };
  walkRows(f, { narrow, width, stride: width, records }, x, rows, normalize);
  walkRest(f, { rest, records }, x, normalize);
}

type Six<T> = readonly [T, T, T, T, T, T];
