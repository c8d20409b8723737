/** Instructions on single numbers. i32 arithmetic on constants is done while emitting. */
import {
  f32Value,
  f64Value,
  i32Value,
  i64Value,
  instruction,
  memoryArgument,
  type F32,
  type F64,
  type I32,
  type I64,
  type Value,
  type ValueType,
} from './value.ts';

type Unary<Operand, Type extends ValueType> = (x: Operand) => Value<Type>;
type Binary<Operand, Type extends ValueType> = (a: Operand, b: Operand) => Value<Type>;
type Load<Type extends ValueType> = (address: I32, offset?: number) => Value<Type>;

function load<Type extends ValueType>(type: Type, code: number, alignment: number): Load<Type> {
  return (address, offset = 0) => instruction(type, { code }, [i32Value(address)], memoryArgument(offset, alignment));
}

function i32Unary(code: number): Unary<I32, 'i32'> {
  return (x) => instruction('i32', { code }, [i32Value(x)]);
}

function i32Binary(code: number, fold?: (a: number, b: number) => number): Binary<I32, 'i32'> {
  return (a, b) => {
    const left = i32Value(a);
    const right = i32Value(b);
    if (fold && left.constant !== undefined && right.constant !== undefined) {
      return i32Value(fold(left.constant, right.constant));
    }
    return instruction('i32', { code }, [left, right]);
  };
}

const plainAdd = i32Binary(0x6a, (a, b) => a + b);
const plainMul = i32Binary(0x6c, Math.imul);

function addFolded(a: I32, b: I32): Value<'i32'> {
  const left = i32Value(a);
  const right = i32Value(b);
  if (left.constant === 0) return right;
  return right.constant === 0 ? left : plainAdd(left, right);
}

function mulFolded(a: I32, b: I32): Value<'i32'> {
  const left = i32Value(a);
  const right = i32Value(b);
  if (left.constant === 0 || right.constant === 0) return i32Value(0);
  if (left.constant === 1) return right;
  return right.constant === 1 ? left : plainMul(left, right);
}

/** Integers of 32 bits; addresses are such. */
export const i32 = {
  const: (value: number): Value<'i32'> => i32Value(value),
  load: load('i32', 0x28, 2) as Load<'i32'>,
  load8Unsigned: load('i32', 0x2d, 0) as Load<'i32'>,
  eqz: i32Unary(0x45) as Unary<I32, 'i32'>,
  eq: i32Binary(0x46) as Binary<I32, 'i32'>,
  ne: i32Binary(0x47) as Binary<I32, 'i32'>,
  ltSigned: i32Binary(0x48) as Binary<I32, 'i32'>,
  ltUnsigned: i32Binary(0x49) as Binary<I32, 'i32'>,
  gtSigned: i32Binary(0x4a) as Binary<I32, 'i32'>,
  gtUnsigned: i32Binary(0x4b) as Binary<I32, 'i32'>,
  leSigned: i32Binary(0x4c) as Binary<I32, 'i32'>,
  leUnsigned: i32Binary(0x4d) as Binary<I32, 'i32'>,
  geSigned: i32Binary(0x4e) as Binary<I32, 'i32'>,
  geUnsigned: i32Binary(0x4f) as Binary<I32, 'i32'>,
  clz: i32Unary(0x67) as Unary<I32, 'i32'>,
  ctz: i32Unary(0x68) as Unary<I32, 'i32'>,
  popcnt: i32Unary(0x69) as Unary<I32, 'i32'>,
  add: addFolded as Binary<I32, 'i32'>,
  sub: i32Binary(0x6b, (a, b) => a - b) as Binary<I32, 'i32'>,
  mul: mulFolded as Binary<I32, 'i32'>,
  divSigned: i32Binary(0x6d) as Binary<I32, 'i32'>,
  divUnsigned: i32Binary(0x6e) as Binary<I32, 'i32'>,
  remSigned: i32Binary(0x6f) as Binary<I32, 'i32'>,
  remUnsigned: i32Binary(0x70) as Binary<I32, 'i32'>,
  and: i32Binary(0x71, (a, b) => a & b) as Binary<I32, 'i32'>,
  or: i32Binary(0x72, (a, b) => a | b) as Binary<I32, 'i32'>,
  xor: i32Binary(0x73, (a, b) => a ^ b) as Binary<I32, 'i32'>,
  shl: i32Binary(0x74, (a, b) => a << b) as Binary<I32, 'i32'>,
  shrSigned: i32Binary(0x75) as Binary<I32, 'i32'>,
  shrUnsigned: i32Binary(0x76) as Binary<I32, 'i32'>,
  rotl: i32Binary(0x77) as Binary<I32, 'i32'>,
  rotr: i32Binary(0x78) as Binary<I32, 'i32'>,
  reinterpretF32: (x: F32): Value<'i32'> => instruction('i32', { code: 0xbc }, [f32Value(x)]),
  wrapI64: (x: I64): Value<'i32'> => instruction('i32', { code: 0xa7 }, [i64Value(x)]),
  /** Towards zero; the nearest bound beyond the range, 0 for NaN. */
  truncSatF32: (x: F32): Value<'i32'> => instruction('i32', { prefix: 0xfc, code: 0 }, [f32Value(x)]),
  truncSatF64: (x: F64): Value<'i32'> => instruction('i32', { prefix: 0xfc, code: 2 }, [f64Value(x)]),
  /** `condition ? a : b`, both computed. */
  select: (condition: I32, a: I32, b: I32): Value<'i32'> =>
    instruction('i32', { code: 0x1b }, [i32Value(a), i32Value(b), i32Value(condition)]),
} as const;

const i64Binary =
  (code: number): Binary<I64, 'i64'> =>
  (a, b) =>
    instruction('i64', { code }, [i64Value(a), i64Value(b)]);

/** Integers of 64 bits: bit patterns of doubles, mostly. */
export const i64 = {
  const: (value: bigint): Value<'i64'> => i64Value(value),
  load: load('i64', 0x29, 3) as Load<'i64'>,
  eqz: (x: I64): Value<'i32'> => instruction('i32', { code: 0x50 }, [i64Value(x)]),
  eq: (a: I64, b: I64): Value<'i32'> => instruction('i32', { code: 0x51 }, [i64Value(a), i64Value(b)]),
  ltSigned: (a: I64, b: I64): Value<'i32'> => instruction('i32', { code: 0x53 }, [i64Value(a), i64Value(b)]),
  ltUnsigned: (a: I64, b: I64): Value<'i32'> => instruction('i32', { code: 0x54 }, [i64Value(a), i64Value(b)]),
  add: i64Binary(0x7c) as Binary<I64, 'i64'>,
  sub: i64Binary(0x7d) as Binary<I64, 'i64'>,
  mul: i64Binary(0x7e) as Binary<I64, 'i64'>,
  and: i64Binary(0x83) as Binary<I64, 'i64'>,
  or: i64Binary(0x84) as Binary<I64, 'i64'>,
  xor: i64Binary(0x85) as Binary<I64, 'i64'>,
  shl: i64Binary(0x86) as Binary<I64, 'i64'>,
  shrSigned: i64Binary(0x87) as Binary<I64, 'i64'>,
  shrUnsigned: i64Binary(0x88) as Binary<I64, 'i64'>,
  extendI32Signed: (x: I32): Value<'i64'> => instruction('i64', { code: 0xac }, [i32Value(x)]),
  extendI32Unsigned: (x: I32): Value<'i64'> => instruction('i64', { code: 0xad }, [i32Value(x)]),
  reinterpretF64: (x: F64): Value<'i64'> => instruction('i64', { code: 0xbd }, [f64Value(x)]),
} as const;

const f32Unary =
  (code: number): Unary<F32, 'f32'> =>
  (x) =>
    instruction('f32', { code }, [f32Value(x)]);
const f32Binary =
  (code: number): Binary<F32, 'f32'> =>
  (a, b) =>
    instruction('f32', { code }, [f32Value(a), f32Value(b)]);
const f32Compare =
  (code: number): Binary<F32, 'i32'> =>
  (a, b) =>
    instruction('i32', { code }, [f32Value(a), f32Value(b)]);

export const f32 = {
  const: (value: number): Value<'f32'> => f32Value(value),
  load: load('f32', 0x2a, 2) as Load<'f32'>,
  eq: f32Compare(0x5b) as Binary<F32, 'i32'>,
  ne: f32Compare(0x5c) as Binary<F32, 'i32'>,
  lt: f32Compare(0x5d) as Binary<F32, 'i32'>,
  gt: f32Compare(0x5e) as Binary<F32, 'i32'>,
  le: f32Compare(0x5f) as Binary<F32, 'i32'>,
  ge: f32Compare(0x60) as Binary<F32, 'i32'>,
  abs: f32Unary(0x8b) as Unary<F32, 'f32'>,
  neg: f32Unary(0x8c) as Unary<F32, 'f32'>,
  ceil: f32Unary(0x8d) as Unary<F32, 'f32'>,
  floor: f32Unary(0x8e) as Unary<F32, 'f32'>,
  trunc: f32Unary(0x8f) as Unary<F32, 'f32'>,
  nearest: f32Unary(0x90) as Unary<F32, 'f32'>,
  sqrt: f32Unary(0x91) as Unary<F32, 'f32'>,
  add: f32Binary(0x92) as Binary<F32, 'f32'>,
  sub: f32Binary(0x93) as Binary<F32, 'f32'>,
  mul: f32Binary(0x94) as Binary<F32, 'f32'>,
  div: f32Binary(0x95) as Binary<F32, 'f32'>,
  min: f32Binary(0x96) as Binary<F32, 'f32'>,
  max: f32Binary(0x97) as Binary<F32, 'f32'>,
  copysign: f32Binary(0x98) as Binary<F32, 'f32'>,
  convertI32Signed: (x: I32): Value<'f32'> => instruction('f32', { code: 0xb2 }, [i32Value(x)]),
  convertI32Unsigned: (x: I32): Value<'f32'> => instruction('f32', { code: 0xb3 }, [i32Value(x)]),
  demoteF64: (x: F64): Value<'f32'> => instruction('f32', { code: 0xb6 }, [f64Value(x)]),
  reinterpretI32: (x: I32): Value<'f32'> => instruction('f32', { code: 0xbe }, [i32Value(x)]),
  select: (condition: I32, a: F32, b: F32): Value<'f32'> =>
    instruction('f32', { code: 0x1b }, [f32Value(a), f32Value(b), i32Value(condition)]),
} as const;

const f64Unary =
  (code: number): Unary<F64, 'f64'> =>
  (x) =>
    instruction('f64', { code }, [f64Value(x)]);
const f64Binary =
  (code: number): Binary<F64, 'f64'> =>
  (a, b) =>
    instruction('f64', { code }, [f64Value(a), f64Value(b)]);
const f64Compare =
  (code: number): Binary<F64, 'i32'> =>
  (a, b) =>
    instruction('i32', { code }, [f64Value(a), f64Value(b)]);

export const f64 = {
  const: (value: number): Value<'f64'> => f64Value(value),
  load: load('f64', 0x2b, 3) as Load<'f64'>,
  eq: f64Compare(0x61) as Binary<F64, 'i32'>,
  ne: f64Compare(0x62) as Binary<F64, 'i32'>,
  lt: f64Compare(0x63) as Binary<F64, 'i32'>,
  gt: f64Compare(0x64) as Binary<F64, 'i32'>,
  le: f64Compare(0x65) as Binary<F64, 'i32'>,
  ge: f64Compare(0x66) as Binary<F64, 'i32'>,
  abs: f64Unary(0x99) as Unary<F64, 'f64'>,
  neg: f64Unary(0x9a) as Unary<F64, 'f64'>,
  ceil: f64Unary(0x9b) as Unary<F64, 'f64'>,
  floor: f64Unary(0x9c) as Unary<F64, 'f64'>,
  nearest: f64Unary(0x9e) as Unary<F64, 'f64'>,
  sqrt: f64Unary(0x9f) as Unary<F64, 'f64'>,
  add: f64Binary(0xa0) as Binary<F64, 'f64'>,
  sub: f64Binary(0xa1) as Binary<F64, 'f64'>,
  mul: f64Binary(0xa2) as Binary<F64, 'f64'>,
  div: f64Binary(0xa3) as Binary<F64, 'f64'>,
  min: f64Binary(0xa4) as Binary<F64, 'f64'>,
  max: f64Binary(0xa5) as Binary<F64, 'f64'>,
  copysign: f64Binary(0xa6) as Binary<F64, 'f64'>,
  convertI32Signed: (x: I32): Value<'f64'> => instruction('f64', { code: 0xb7 }, [i32Value(x)]),
  convertI32Unsigned: (x: I32): Value<'f64'> => instruction('f64', { code: 0xb8 }, [i32Value(x)]),
  convertI64Signed: (x: I64): Value<'f64'> => instruction('f64', { code: 0xb9 }, [i64Value(x)]),
  promoteF32: (x: F32): Value<'f64'> => instruction('f64', { code: 0xbb }, [f32Value(x)]),
  reinterpretI64: (x: I64): Value<'f64'> => instruction('f64', { code: 0xbf }, [i64Value(x)]),
  select: (condition: I32, a: F64, b: F64): Value<'f64'> =>
    instruction('f64', { code: 0x1b }, [f64Value(a), f64Value(b), i32Value(condition)]),
} as const;
