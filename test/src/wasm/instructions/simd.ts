/** Every instruction on vectors. */
import { f32x4, f64x2, i32x4, i64x2, relaxed, shuffleBytes, v128 } from '../../../../src/wasm/index.ts';
import { ARITHMETIC, COMPARISONS, loads, row, sameNamed, type Rows, type Table } from './row.ts';

export const shuffleBytesRows: Rows = row(
  ['v128', 'v128'],
  (a, b) => shuffleBytes(a, b, [31, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16]),
  'i8x16.shuffle 31 0 1 2 3 4 5 6 7 8 9 10 11 12 13 16',
);

export const v128Rows: Table<typeof v128> = {
  load: loads(['i32'], (offset, at) => v128.load(at, offset), 'v128.load', 'align=4'),
  load32Splat: loads(['i32'], (offset, at) => v128.load32Splat(at, offset), 'v128.load32_splat', 'align=4'),
  load64Splat: loads(['i32'], (offset, at) => v128.load64Splat(at, offset), 'v128.load64_splat', 'align=4'),
  load32Zero: loads(['i32'], (offset, at) => v128.load32Zero(at, offset), 'v128.load32_zero', 'align=4'),
  load64Zero: loads(['i32'], (offset, at) => v128.load64Zero(at, offset), 'v128.load64_zero', 'align=4'),
  load32Lane: loads(
    ['i32', 'v128'],
    (offset, at, vector) => v128.load32Lane(at, vector, 1, offset),
    'v128.load32_lane',
    'align=4 1',
  ),
  load64Lane: loads(
    ['i32', 'v128'],
    (offset, at, vector) => v128.load64Lane(at, vector, 1, offset),
    'v128.load64_lane',
    'align=4 1',
  ),
  zero: row([], v128.zero, 'v128.const i64x2 0 0'),
  not: row(['v128'], v128.not, 'v128.not'),
  ...sameNamed(['v128', 'v128'], 'v128', v128, ['and', 'andnot', 'or', 'xor']),
  bitselect: row(['v128', 'v128', 'v128'], v128.bitselect, 'v128.bitselect'),
  anyTrue: row(['v128'], v128.anyTrue, 'v128.any_true'),
};

export const i32x4Rows: Table<typeof i32x4> = {
  const: row([], () => i32x4.const([1, -2, 2147483647, -2147483648]), 'v128.const i32x4 1 -2 2147483647 -2147483648'),
  splat: [...row(['i32'], i32x4.splat, 'i32x4.splat'), ...row([], () => i32x4.splat(7), 'v128.const i32x4 7 7 7 7')],
  extractLane: row(['v128'], (x) => i32x4.extractLane(x, 1), 'i32x4.extract_lane 1'),
  replaceLane: row(['v128', 'i32'], (x, value) => i32x4.replaceLane(x, 1, value), 'i32x4.replace_lane 1'),
  shuffle: row(
    ['v128', 'v128'],
    (a, b) => i32x4.shuffle(a, b, [3, 4, 1, 7]),
    'i8x16.shuffle 12 13 14 15 16 17 18 19 4 5 6 7 28 29 30 31',
  ),
  ...sameNamed(['v128', 'v128'], 'i32x4', i32x4, ['eq', 'ne', 'add', 'sub', 'mul']),
  ltSigned: row(['v128', 'v128'], i32x4.ltSigned, 'i32x4.lt_s'),
  ltUnsigned: row(['v128', 'v128'], i32x4.ltUnsigned, 'i32x4.lt_u'),
  gtSigned: row(['v128', 'v128'], i32x4.gtSigned, 'i32x4.gt_s'),
  gtUnsigned: row(['v128', 'v128'], i32x4.gtUnsigned, 'i32x4.gt_u'),
  leSigned: row(['v128', 'v128'], i32x4.leSigned, 'i32x4.le_s'),
  geSigned: row(['v128', 'v128'], i32x4.geSigned, 'i32x4.ge_s'),
  ...sameNamed(['v128'], 'i32x4', i32x4, ['abs', 'neg', 'bitmask']),
  allTrue: row(['v128'], i32x4.allTrue, 'i32x4.all_true'),
  shl: row(['v128', 'i32'], i32x4.shl, 'i32x4.shl'),
  shrSigned: row(['v128', 'i32'], i32x4.shrSigned, 'i32x4.shr_s'),
  shrUnsigned: row(['v128', 'i32'], i32x4.shrUnsigned, 'i32x4.shr_u'),
  minSigned: row(['v128', 'v128'], i32x4.minSigned, 'i32x4.min_s'),
  maxSigned: row(['v128', 'v128'], i32x4.maxSigned, 'i32x4.max_s'),
  truncSatF32x4: row(['v128'], i32x4.truncSatF32x4, 'i32x4.trunc_sat_f32x4_s'),
  truncSatF64x2Zero: row(['v128'], i32x4.truncSatF64x2Zero, 'i32x4.trunc_sat_f64x2_s_zero'),
};

export const f32x4Rows: Table<typeof f32x4> = {
  const: row([], () => f32x4.const([1.5, -0, Infinity, 1e-45]), 'v128.const f32x4 1.5 -0 inf 1e-45'),
  splat: [
    ...row(['f32'], f32x4.splat, 'f32x4.splat'),
    ...row([], () => f32x4.splat(0.1), 'v128.const f32x4 0.1 0.1 0.1 0.1'),
  ],
  extractLane: row(['v128'], (x) => f32x4.extractLane(x, 1), 'f32x4.extract_lane 1'),
  replaceLane: row(['v128', 'f32'], (x, value) => f32x4.replaceLane(x, 1, value), 'f32x4.replace_lane 1'),
  ...sameNamed(['v128', 'v128'], 'f32x4', f32x4, [...COMPARISONS, ...ARITHMETIC, 'pmin', 'pmax']),
  ...sameNamed(['v128'], 'f32x4', f32x4, ['ceil', 'floor', 'trunc', 'nearest', 'abs', 'neg', 'sqrt']),
  convertI32x4Signed: row(['v128'], f32x4.convertI32x4Signed, 'f32x4.convert_i32x4_s'),
  convertI32x4Unsigned: row(['v128'], f32x4.convertI32x4Unsigned, 'f32x4.convert_i32x4_u'),
  demoteF64x2Zero: row(['v128'], f32x4.demoteF64x2Zero, 'f32x4.demote_f64x2_zero'),
};

export const f64x2Rows: Table<typeof f64x2> = {
  const: row([], () => f64x2.const([-0, 5e-324]), 'v128.const f64x2 -0 5e-324'),
  splat: [...row(['f64'], f64x2.splat, 'f64x2.splat'), ...row([], () => f64x2.splat(0.1), 'v128.const f64x2 0.1 0.1')],
  extractLane: row(['v128'], (x) => f64x2.extractLane(x, 1), 'f64x2.extract_lane 1'),
  replaceLane: row(['v128', 'f64'], (x, value) => f64x2.replaceLane(x, 1, value), 'f64x2.replace_lane 1'),
  ...sameNamed(['v128', 'v128'], 'f64x2', f64x2, ['eq', 'lt', 'gt', ...ARITHMETIC, 'pmin', 'pmax']),
  ...sameNamed(['v128'], 'f64x2', f64x2, ['abs', 'neg', 'sqrt', 'floor', 'nearest']),
  promoteLowF32x4: row(['v128'], f64x2.promoteLowF32x4, 'f64x2.promote_low_f32x4'),
  convertLowI32x4Signed: row(['v128'], f64x2.convertLowI32x4Signed, 'f64x2.convert_low_i32x4_s'),
};

export const i64x2Rows: Table<typeof i64x2> = {
  ...sameNamed(['v128', 'v128'], 'i64x2', i64x2, ['add', 'sub', 'mul']),
  shl: row(['v128', 'i32'], i64x2.shl, 'i64x2.shl'),
  shrUnsigned: row(['v128', 'i32'], i64x2.shrUnsigned, 'i64x2.shr_u'),
  extmulLowI32x4Unsigned: row(['v128', 'v128'], i64x2.extmulLowI32x4Unsigned, 'i64x2.extmul_low_i32x4_u'),
  extmulHighI32x4Unsigned: row(['v128', 'v128'], i64x2.extmulHighI32x4Unsigned, 'i64x2.extmul_high_i32x4_u'),
};

export const relaxedRows: Table<typeof relaxed> = {
  f32x4Madd: row(['v128', 'v128', 'v128'], relaxed.f32x4Madd, 'f32x4.relaxed_madd'),
  f32x4Nmadd: row(['v128', 'v128', 'v128'], relaxed.f32x4Nmadd, 'f32x4.relaxed_nmadd'),
  f64x2Madd: row(['v128', 'v128', 'v128'], relaxed.f64x2Madd, 'f64x2.relaxed_madd'),
  f64x2Nmadd: row(['v128', 'v128', 'v128'], relaxed.f64x2Nmadd, 'f64x2.relaxed_nmadd'),
  f32x4Min: row(['v128', 'v128'], relaxed.f32x4Min, 'f32x4.relaxed_min'),
  f32x4Max: row(['v128', 'v128'], relaxed.f32x4Max, 'f32x4.relaxed_max'),
};
