/**
 * Batch normalisation backward as WebAssembly. The sums of dy and of dy (x - mean) take one pass; with given moments dx is
 * written on the way, through the moments of the batch it takes a second pass. Float32 sums of a block of rows go on in
 * double.
 */
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  v128,
  type FunctionBuilder,
  type Local,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import type { BatchNormGeometry } from './geometry.ts';
import { BLOCK, halfOf, SECOND, SECOND_SUM, SHIFT, sumOf, SUM } from './wasm-moments.ts';
import { doubleOf, emitInverse, emitRecords, emitScale } from './wasm.ts';
import {
  doubleAt,
  eachChannel,
  eachColumn,
  eachRecord,
  walkRest,
  walkRows,
  wideRowsCall,
  type Columns,
  type Sizes,
} from './wide-rows.ts';

/** The last vector of a record: what multiplies dy. */
const SCALE = 48;

type I = Local<'i32'>;

/** x and dy, and dx. */
const OPERANDS = { inputs: [1, 0, 0, 0, 1], outputs: [1] };

/** Through the moments of the batch: `dx = scale (dy - mean of dy - (x - mean) slope)`. */
export function batchNormGradWasm(geometry: BatchNormGeometry, present: readonly boolean[]): WasmCall {
  const centerAt = ({ inputs }: WasmParams, channel: I): Value<'f32'> => f32.load(i32.add(inputs[2]!, channel));
  return wideRowsCall('batchNormGrad', geometry, present, OPERANDS, [
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => emitRecords(f, sizes, channel, [centerAt(params, channel)])),
    },
    { by: 'columns', emit: (f, sizes, { inputs }) => emitSums(f, sizes, inputs[0]!, inputs[4]!, undefined) },
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => {
          const { first, second } = emitChannelSums(f, sizes, channel);
          const inverse = f.local('f64', doubleOf(params.inputs[3]!, channel));
          const gammaSum = f.local('f64', f64.mul(second, inverse));
          f.store(i32.add(params.outputs[2]!, channel), f32.demoteF64(first));
          f.store(i32.add(params.outputs[1]!, channel), f32.demoteF64(gammaSum));
          const divisor = f.local('f64', f64.max(f64.convertI32Signed(sizes.rowCount), f64.const(1)));
          emitRecords(f, sizes, channel, [
            centerAt(params, channel),
            f32.demoteF64(f64.div(first, divisor)),
            f32.demoteF64(f64.div(f64.mul(gammaSum, inverse), divisor)),
            f32.demoteF64(emitScale(f, params, present, channel, inverse)),
          ]);
        }),
    },
    {
      by: 'rows',
      emit: (f, sizes, { inputs, outputs }) => emitGradient(f, sizes, inputs[0]!, inputs[4]!, outputs[0]!),
    },
  ]);
}

/** Writes dx from the records. */
function emitGradient(f: FunctionBuilder, sizes: Sizes, x: I, dy: I, dx: I): void {
  const toDy = f.index(i32.sub(dy, x));
  const toDx = f.index(i32.sub(dx, x));
  const emitRow = ({ record, places, load, store }: Columns): void => {
    const [center, mean, slope, scale] = [SHIFT, SUM, SECOND_SUM, SCALE].map((at) => f.local('v128', load(record, at)));
    for (const place of places) {
      const along = f32x4.mul(f32x4.sub(load(place), center!), slope!);
      const centered = f32x4.sub(f32x4.sub(load(i32.add(place, toDy)), mean!), along);
      store(i32.add(place, toDx), f32x4.mul(centered, scale!));
    }
  };
  const place = f.index(x);
  walkRows(f, sizes, place, sizes.rows, emitRow);
  walkRest(f, sizes, place, emitRow);
}

/** With constant moments: `dx = scale dy`. */
export function batchNormInferenceGradWasm(geometry: BatchNormGeometry, present: readonly boolean[]): WasmCall {
  const inverseAt = (f: FunctionBuilder, { inputs }: WasmParams, channel: I): Local<'f64'> =>
    emitInverse(f, doubleOf(inputs[3]!, channel), geometry);
  return wideRowsCall('batchNormInferenceGrad', geometry, present, OPERANDS, [
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => {
          const inverse = inverseAt(f, params, channel);
          const scale = f32.demoteF64(emitScale(f, params, present, channel, inverse));
          const zero = f32.const(0);
          emitRecords(f, sizes, channel, [f32.load(i32.add(params.inputs[2]!, channel)), zero, zero, scale]);
        }),
    },
    { by: 'columns', emit: (f, sizes, { inputs, outputs }) => emitSums(f, sizes, inputs[0]!, inputs[4]!, outputs[0]) },
    {
      by: 'nothing',
      emit: (f, sizes, params) =>
        eachChannel(f, sizes, (channel) => {
          const { first, second } = emitChannelSums(f, sizes, channel);
          f.store(i32.add(params.outputs[2]!, channel), f32.demoteF64(first));
          const gammaSum = f64.mul(second, inverseAt(f, params, channel));
          f.store(i32.add(params.outputs[1]!, channel), f32.demoteF64(gammaSum));
        }),
    },
  ]);
}

/** Leaves the sums of dy and of dy (x - shift) over each column in its doubles; writes dx = scale dy where it is given. */
function emitSums(f: FunctionBuilder, sizes: Sizes, x: I, dy: I, dx: I | undefined): void {
  const { rows, recordBytes, doubles } = sizes;
  f.fillMemory(doubles, 0, recordBytes);
  eachRecord(f, sizes, (record) => closeBlock(f, record));
  const toDy = f.index(i32.sub(dy, x));
  const toDx = f.index(i32.sub(dx ?? dy, x));
  const add = ({ record, places, load, store }: Columns): void => {
    const shift = f.local('v128', load(record, SHIFT));
    const gradients = places.map((place) => f.local('v128', load(i32.add(place, toDy))));
    const products = gradients.map((gradient, k) => f32x4.mul(gradient, f32x4.sub(load(places[k]!), shift)));
    store(record, f32x4.add(load(record, SUM), sumOf(gradients)), SUM);
    store(record, f32x4.add(load(record, SECOND_SUM), sumOf(products)), SECOND_SUM);
    if (!dx) return;
    gradients.forEach((gradient, k) => {
      store(i32.add(places[k]!, toDx), f32x4.mul(gradient, load(record, SCALE)));
    });
  };
  const place = f.index(x);
  const done = f.local('i32');
  f.for(done, 0, rows, BLOCK, () => {
    const left = f.index(i32.sub(rows, done));
    walkRows(f, sizes, place, i32.select(i32.ltSigned(left, BLOCK), left, BLOCK), add);
    emitAdd(f, sizes);
  });
  walkRest(f, sizes, place, add);
  emitAdd(f, sizes);
}

function closeBlock(f: FunctionBuilder, record: I): void {
  f.store(record, v128.zero(), SUM);
  f.store(record, v128.zero(), SECOND_SUM);
}

/** Adds the sums of the block to the doubles. */
function emitAdd(f: FunctionBuilder, sizes: Sizes): void {
  eachRecord(f, sizes, (record, doubles) => {
    [SUM, SECOND_SUM].forEach((at, k) => {
      const sum = f.local('v128', v128.load(record, at));
      for (const half of [0, 1]) {
        const offset = SECOND * k + 16 * half;
        f.store(doubles, f64x2.add(v128.load(doubles, offset), halfOf(sum, half)), offset);
      }
    });
    closeBlock(f, record);
  });
}

/** Both sums over the columns of a channel. */
function emitChannelSums(f: FunctionBuilder, sizes: Sizes, channel: I): { first: Local<'f64'>; second: Local<'f64'> } {
  const first = f.local('f64', f64.const(0));
  const second = f.local('f64', f64.const(0));
  eachColumn(f, sizes, channel, (column) => {
    const doubles = f.index(doubleAt(sizes.doubles, column));
    const add = (sum: Local<'f64'>, value: Value<'f64'>): void => f.set(sum, f64.add(sum, value));
    add(first, f64.load(doubles));
    add(second, f64.load(doubles, SECOND));
  });
  return { first, second };
}
