/** Every instruction on single numbers. */
import { f32, f64, i32, i64 } from '../../../../src/wasm/index.ts';
import { ARITHMETIC, COMPARISONS, loads, row, sameNamed, type Table } from './row.ts';

/** Both sides of every length that the encoding of an integer may have. */
const INTEGERS = [
  0, 1, 63, 64, 127, 128, 8191, 8192, 1048575, 1048576, 134217727, 134217728, 2147483647, 4294967295, -1, -64, -65,
  -8192, -8193, -1048576, -1048577, -134217728, -134217729, -2147483648,
];
const BIGINTS = [
  0n,
  63n,
  64n,
  -64n,
  -65n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 62n - 1n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
/** Zeros, the smallest and largest of either precision, what no float is exactly, and what is no number. */
const FLOATS = [0, -0, 1.5, 0.1, -1e-45, 2 ** -126, 3.4028234663852886e38, Infinity, -Infinity, NaN];

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'inf');
}

export const i32Rows: Table<typeof i32> = {
  const: INTEGERS.flatMap((value) => row([], () => i32.const(value), `i32.const ${value}`)),
  load: loads(['i32'], (offset, at) => i32.load(at, offset), 'i32.load'),
  load8Unsigned: loads(['i32'], (offset, at) => i32.load8Unsigned(at, offset), 'i32.load8_u'),
  ...sameNamed(['i32'], 'i32', i32, ['eqz', 'clz', 'ctz', 'popcnt']),
  ...sameNamed(['i32', 'i32'], 'i32', i32, ['eq', 'ne', 'add', 'sub', 'mul']),
  ...sameNamed(['i32', 'i32'], 'i32', i32, ['and', 'or', 'xor', 'shl', 'rotl', 'rotr']),
  ltSigned: row(['i32', 'i32'], i32.ltSigned, 'i32.lt_s'),
  ltUnsigned: row(['i32', 'i32'], i32.ltUnsigned, 'i32.lt_u'),
  gtSigned: row(['i32', 'i32'], i32.gtSigned, 'i32.gt_s'),
  gtUnsigned: row(['i32', 'i32'], i32.gtUnsigned, 'i32.gt_u'),
  leSigned: row(['i32', 'i32'], i32.leSigned, 'i32.le_s'),
  leUnsigned: row(['i32', 'i32'], i32.leUnsigned, 'i32.le_u'),
  geSigned: row(['i32', 'i32'], i32.geSigned, 'i32.ge_s'),
  geUnsigned: row(['i32', 'i32'], i32.geUnsigned, 'i32.ge_u'),
  divSigned: row(['i32', 'i32'], i32.divSigned, 'i32.div_s'),
  divUnsigned: row(['i32', 'i32'], i32.divUnsigned, 'i32.div_u'),
  remSigned: row(['i32', 'i32'], i32.remSigned, 'i32.rem_s'),
  remUnsigned: row(['i32', 'i32'], i32.remUnsigned, 'i32.rem_u'),
  shrSigned: row(['i32', 'i32'], i32.shrSigned, 'i32.shr_s'),
  shrUnsigned: row(['i32', 'i32'], i32.shrUnsigned, 'i32.shr_u'),
  reinterpretF32: row(['f32'], i32.reinterpretF32, 'i32.reinterpret_f32'),
  wrapI64: row(['i64'], i32.wrapI64, 'i32.wrap_i64'),
  truncSatF32: row(['f32'], i32.truncSatF32, 'i32.trunc_sat_f32_s'),
  truncSatF64: row(['f64'], i32.truncSatF64, 'i32.trunc_sat_f64_s'),
  select: row(['i32', 'i32', 'i32'], (a, b, condition) => i32.select(condition, a, b), 'select'),
};

export const i64Rows: Table<typeof i64> = {
  const: BIGINTS.flatMap((value) => row([], () => i64.const(value), `i64.const ${value}`)),
  load: loads(['i32'], (offset, at) => i64.load(at, offset), 'i64.load'),
  eqz: row(['i64'], i64.eqz, 'i64.eqz'),
  ...sameNamed(['i64', 'i64'], 'i64', i64, ['eq', 'add', 'sub', 'mul', 'and', 'or', 'xor', 'shl']),
  ltSigned: row(['i64', 'i64'], i64.ltSigned, 'i64.lt_s'),
  ltUnsigned: row(['i64', 'i64'], i64.ltUnsigned, 'i64.lt_u'),
  shrSigned: row(['i64', 'i64'], i64.shrSigned, 'i64.shr_s'),
  shrUnsigned: row(['i64', 'i64'], i64.shrUnsigned, 'i64.shr_u'),
  extendI32Signed: row(['i32'], i64.extendI32Signed, 'i64.extend_i32_s'),
  extendI32Unsigned: row(['i32'], i64.extendI32Unsigned, 'i64.extend_i32_u'),
  reinterpretF64: row(['f64'], i64.reinterpretF64, 'i64.reinterpret_f64'),
};

export const f32Rows: Table<typeof f32> = {
  const: FLOATS.flatMap((value) => row([], () => f32.const(value), `f32.const ${floatText(value)}`)),
  load: loads(['i32'], (offset, at) => f32.load(at, offset), 'f32.load'),
  ...sameNamed(['f32', 'f32'], 'f32', f32, [...COMPARISONS, ...ARITHMETIC, 'copysign']),
  ...sameNamed(['f32'], 'f32', f32, ['abs', 'neg', 'ceil', 'floor', 'trunc', 'nearest', 'sqrt']),
  convertI32Signed: row(['i32'], f32.convertI32Signed, 'f32.convert_i32_s'),
  convertI32Unsigned: row(['i32'], f32.convertI32Unsigned, 'f32.convert_i32_u'),
  demoteF64: row(['f64'], f32.demoteF64, 'f32.demote_f64'),
  reinterpretI32: row(['i32'], f32.reinterpretI32, 'f32.reinterpret_i32'),
  select: row(['f32', 'f32', 'i32'], (a, b, condition) => f32.select(condition, a, b), 'select'),
};

export const f64Rows: Table<typeof f64> = {
  const: FLOATS.flatMap((value) => row([], () => f64.const(value), `f64.const ${floatText(value)}`)),
  load: loads(['i32'], (offset, at) => f64.load(at, offset), 'f64.load'),
  ...sameNamed(['f64', 'f64'], 'f64', f64, [...COMPARISONS, ...ARITHMETIC, 'copysign']),
  ...sameNamed(['f64'], 'f64', f64, ['abs', 'neg', 'ceil', 'floor', 'nearest', 'sqrt']),
  convertI32Signed: row(['i32'], f64.convertI32Signed, 'f64.convert_i32_s'),
  convertI32Unsigned: row(['i32'], f64.convertI32Unsigned, 'f64.convert_i32_u'),
  convertI64Signed: row(['i64'], f64.convertI64Signed, 'f64.convert_i64_s'),
  promoteF32: row(['f32'], f64.promoteF32, 'f64.promote_f32'),
  reinterpretI64: row(['i64'], f64.reinterpretI64, 'f64.reinterpret_i64'),
  select: row(['f64', 'f64', 'i32'], (a, b, condition) => f64.select(condition, a, b), 'select'),
};
