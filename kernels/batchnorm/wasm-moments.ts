/**
 * Mean and squared deviations of every column in one pass over x. Rows go in blocks: float32 sums of `x - shift` and of
 * its square, the shift being the mean of the rows before, then a block joins the moments in double (Chan, Golub and
 * LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979). A block has at most eight
 * times the rows that came before: if its mean lies far from the shift, so much spreads the whole that the rounding
 * errors of its squares vanish in it. Nothing cancels, however far from zero the mean lies.
 */
import {
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  v128,
  f32,
  type FunctionBuilder,
  type I32,
  type Local,
  type V128,
  type Value,
} from '../../src/wasm/index.ts';
import { eachRecord, eachRest, walkRows, type Columns, type Sizes } from './wide-rows.ts';

/** Rows of the first block, which takes the first row for its shift. */
const FIRST_BLOCK = 4;
/** Rows of a block at most: their float32 sums lose a bit or two. */
export const BLOCK = 32;

/** Vectors of a record while sums run. */
export const SHIFT = 0;
export const SUM = 16;
export const SECOND_SUM = 32;

/** Doubles of a record: two pairs of one quantity, two of the other. */
export const SECOND = 32;

/**
 * Leaves the mean and the sum of squared deviations of each column in its doubles. A column of the rest has one row
 * more than the others.
 */
export function emitMoments(f: FunctionBuilder, sizes: Sizes, x: Local<'i32'>): void {
  const { rows, recordBytes, doubles } = sizes;
  const place = f.index(x);
  f.fillMemory(doubles, 0, recordBytes);
  const first = f.index(x);
  f.if(rows, () => {
    eachRecord(f, sizes, (record) => {
      openBlock(f, record, v128.load(first));
      f.increment(first, 16);
    });
  });
  const done = f.local('i32');
  const count = f.local('i32');
  f.for(done, 0, rows, count, () => {
    f.set(count, smaller(f, i32.sub(rows, done), i32.select(done, BLOCK, FIRST_BLOCK)));
    walkRows(f, sizes, place, count, (columns) => addDeviations(f, columns));
    emitJoin(f, sizes, done, count);
  });
  // What is left joins one by one, each as a block of its own.
  const before = f.local('f64', f64.convertI32Signed(rows));
  const share = f.local('f64', f64.div(1, f64.add(before, 1)));
  eachRest(f, sizes, place, (element, double) => {
    const change = f.local('f64', f64.sub(f64.promoteF32(f32.load(element)), f64.load(double)));
    f.store(double, f64.add(f64.load(double), f64.mul(change, share)));
    const spread = f64.mul(f64.mul(change, change), f64.mul(before, share));
    f.store(double, f64.add(f64.load(double, SECOND), spread), SECOND);
  });
}

function openBlock(f: FunctionBuilder, record: Local<'i32'>, shift: V128): void {
  f.store(record, shift, SHIFT);
  f.store(record, v128.zero(), SUM);
  f.store(record, v128.zero(), SECOND_SUM);
}

function smaller(f: FunctionBuilder, a: I32, b: I32): Value<'i32'> {
  const left = f.index(a);
  const right = f.index(b);
  return i32.select(i32.ltSigned(left, right), left, right);
}

function addDeviations(f: FunctionBuilder, { record, places, load }: Columns): void {
  const shift = f.local('v128', v128.load(record, SHIFT));
  const deviations = places.map((place) => f.local('v128', f32x4.sub(load(place), shift)));
  const squares = deviations.map((d) => f32x4.mul(d, d));
  f.store(record, f32x4.add(v128.load(record, SUM), sumOf(deviations)), SUM);
  f.store(record, f32x4.add(v128.load(record, SECOND_SUM), sumOf(squares)), SECOND_SUM);
}

/** The sum of one or two vectors. */
export function sumOf([a, b]: readonly V128[]): V128 {
  return b ? f32x4.add(a!, b) : a!;
}

/** Lanes 0 and 1 of a vector, or 2 and 3, as doubles. */
export function halfOf(vector: Local<'v128'>, half: number): V128 {
  return f64x2.promoteLowF32x4(half === 0 ? vector : i32x4.shuffle(vector, vector, [2, 3, 2, 3]));
}

/**
 * A block of n rows joins the N before it: with its mean m and squares q, `change = m - mean`;
 * `mean += change n / (N + n)`, `squares += q + change^2 N n / (N + n)`. The next block's shift is the new mean.
 */
function emitJoin(f: FunctionBuilder, sizes: Sizes, done: Local<'i32'>, count: Local<'i32'>): void {
  const n = f.local('f64', f64.convertI32Signed(count));
  const before = f.local('f64', f64.convertI32Signed(done));
  const part = f.local('f64', f64.div(n, f64.add(before, n)));
  const share = f.local('v128', f64x2.splat(part));
  const weight = f.local('v128', f64x2.splat(f64.mul(before, part)));
  const perRow = f.local('v128', f64x2.splat(f64.div(1, n)));
  eachRecord(f, sizes, (record, doubles) => {
    const [shift, sum, squares] = [SHIFT, SUM, SECOND_SUM].map((at) => f.local('v128', v128.load(record, at)));
    const means = [0, 1].map((half) => {
      const blockSum = f.local('v128', halfOf(sum!, half));
      const offset = f.local('v128', f64x2.mul(blockSum, perRow));
      const mean = f.local('v128', v128.load(doubles, 16 * half));
      const change = f.local('v128', f64x2.sub(f64x2.add(halfOf(shift!, half), offset), mean));
      const inside = f64x2.sub(halfOf(squares!, half), f64x2.mul(blockSum, offset));
      const between = f64x2.mul(f64x2.mul(change, change), weight);
      const total = f64x2.add(v128.load(doubles, SECOND + 16 * half), f64x2.add(inside, between));
      f.store(doubles, total, SECOND + 16 * half);
      const joined = f.local('v128', f64x2.add(mean, f64x2.mul(change, share)));
      f.store(doubles, joined, 16 * half);
      return f32x4.demoteF64x2Zero(joined);
    });
    openBlock(f, record, i32x4.shuffle(means[0]!, means[1]!, [0, 1, 4, 5]));
  });
}
