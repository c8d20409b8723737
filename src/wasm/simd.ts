/** SIMD: four floats, four integers or two doubles at once; the relaxed instructions stand apart in `relaxed`. */
import type { Bytes } from './bytes.ts';
import {
  f32Value,
  f64Value,
  i32Value,
  instruction,
  memoryArgument,
  Value,
  type F32,
  type F64,
  type I32,
  type V128,
} from './value.ts';

type Vector = Value<'v128'>;
type Unary = (x: V128) => Vector;
type Binary = (a: V128, b: V128) => Vector;
type Shift = (x: V128, by: I32) => Vector;
type Load = (address: I32, offset?: number) => Vector;

const PREFIX = 0xfd;

const unary =
  (code: number): Unary =>
  (x) =>
    instruction('v128', { prefix: PREFIX, code }, [x]);
const binary =
  (code: number): Binary =>
  (a, b) =>
    instruction('v128', { prefix: PREFIX, code }, [a, b]);
const ternary =
  (code: number) =>
  (a: V128, b: V128, c: V128): Vector =>
    instruction('v128', { prefix: PREFIX, code }, [a, b, c]);
const shift =
  (code: number): Shift =>
  (x, by) =>
    instruction('v128', { prefix: PREFIX, code }, [x, i32Value(by)]);
const load =
  (code: number, alignment = 2): Load =>
  (address, offset = 0) =>
    instruction('v128', { prefix: PREFIX, code }, [i32Value(address)], memoryArgument(offset, alignment));
const test =
  (code: number) =>
  (x: V128): Value<'i32'> =>
    instruction('i32', { prefix: PREFIX, code }, [x]);

function constant(write: (bytes: Bytes) => void): Vector {
  return new Value('v128', (code) => {
    code.byte(PREFIX);
    code.u32(0x0c);
    write(code);
  });
}

function loadLane(code: number, alignment: number) {
  return (address: I32, vector: V128, lane: number, offset = 0): Vector =>
    instruction('v128', { prefix: PREFIX, code }, [i32Value(address), vector], (bytes) => {
      memoryArgument(offset, alignment)(bytes);
      bytes.byte(lane);
    });
}

/** What does not depend on the kind of lanes. */
export const v128: {
  readonly load: Load;
  readonly load32Splat: Load;
  readonly load64Splat: Load;
  /** One float into lane 0, zeros into the others. */
  readonly load32Zero: Load;
  /** Two floats into lanes 0 and 1, zeros into the others. */
  readonly load64Zero: Load;
  readonly load32Lane: (address: I32, vector: V128, lane: number, offset?: number) => Vector;
  readonly load64Lane: (address: I32, vector: V128, lane: number, offset?: number) => Vector;
  readonly zero: () => Vector;
  readonly not: Unary;
  readonly and: Binary;
  /** `a & ~b`. */
  readonly andnot: Binary;
  readonly or: Binary;
  readonly xor: Binary;
  /** Bits of `a` where `mask` has ones, else of `b`. */
  readonly bitselect: (a: V128, b: V128, mask: V128) => Vector;
  readonly anyTrue: (x: V128) => Value<'i32'>;
} = {
  load: load(0x00),
  load32Splat: load(0x09),
  load64Splat: load(0x0a),
  load32Zero: load(0x5c),
  load64Zero: load(0x5d),
  load32Lane: loadLane(0x56, 2),
  load64Lane: loadLane(0x57, 2),
  zero: () => constant((bytes) => bytes.bytes(new Uint8Array(16))),
  not: unary(0x4d),
  and: binary(0x4e),
  andnot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  bitselect: ternary(0x52),
  anyTrue: test(0x53),
};

/** Bytes of two vectors in any order: lanes 0 to 15 are those of `a`, 16 to 31 those of `b`. */
export function shuffleBytes(a: V128, b: V128, lanes: readonly number[]): Vector {
  return instruction('v128', { prefix: PREFIX, code: 0x0d }, [a, b], (code) => code.bytes(lanes));
}

type Four = readonly [number, number, number, number];

export const i32x4: {
  readonly const: (lanes: Four) => Vector;
  readonly splat: (x: I32) => Vector;
  readonly extractLane: (x: V128, lane: number) => Value<'i32'>;
  readonly replaceLane: (x: V128, lane: number, value: I32) => Vector;
  /** Lanes of two vectors in any order: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  readonly shuffle: (a: V128, b: V128, lanes: Four) => Vector;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly ltSigned: Binary;
  readonly ltUnsigned: Binary;
  readonly gtSigned: Binary;
  readonly gtUnsigned: Binary;
  readonly leSigned: Binary;
  readonly geSigned: Binary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly allTrue: (x: V128) => Value<'i32'>;
  readonly bitmask: (x: V128) => Value<'i32'>;
  readonly shl: Shift;
  readonly shrSigned: Shift;
  readonly shrUnsigned: Shift;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly minSigned: Binary;
  readonly maxSigned: Binary;
  /** Towards zero; the nearest bound beyond the range, 0 for NaN. */
  readonly truncSatF32x4: Unary;
  /** The two doubles become lanes 0 and 1; zeros behind them. */
  readonly truncSatF64x2Zero: Unary;
} = {
  const: (lanes) =>
    constant((bytes) => {
      for (const lane of lanes) for (let i = 0; i < 4; i++) bytes.byte((lane >>> (8 * i)) & 0xff);
    }),
  splat: (x) => {
    if (typeof x === 'number') return i32x4.const([x, x, x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x11 }, [x]);
  },
  extractLane: (x, lane) => instruction('i32', { prefix: PREFIX, code: 0x1b }, [x], (code) => code.byte(lane)),
  replaceLane: (x, lane, value) =>
    instruction('v128', { prefix: PREFIX, code: 0x1c }, [x, i32Value(value)], (code) => code.byte(lane)),
  shuffle: (a, b, lanes) =>
    shuffleBytes(
      a,
      b,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
  eq: binary(0x37),
  ne: binary(0x38),
  ltSigned: binary(0x39),
  ltUnsigned: binary(0x3a),
  gtSigned: binary(0x3b),
  gtUnsigned: binary(0x3c),
  leSigned: binary(0x3d),
  geSigned: binary(0x3f),
  abs: unary(0xa0),
  neg: unary(0xa1),
  allTrue: test(0xa3),
  bitmask: test(0xa4),
  shl: shift(0xab),
  shrSigned: shift(0xac),
  shrUnsigned: shift(0xad),
  add: binary(0xae),
  sub: binary(0xb1),
  mul: binary(0xb5),
  minSigned: binary(0xb6),
  maxSigned: binary(0xb8),
  truncSatF32x4: unary(0xf8),
  truncSatF64x2Zero: unary(0xfc),
};

export const f32x4: {
  readonly const: (lanes: Four) => Vector;
  readonly splat: (x: F32) => Vector;
  readonly extractLane: (x: V128, lane: number) => Value<'f32'>;
  readonly replaceLane: (x: V128, lane: number, value: F32) => Vector;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly gt: Binary;
  readonly le: Binary;
  readonly ge: Binary;
  readonly ceil: Unary;
  readonly floor: Unary;
  readonly trunc: Unary;
  /** To the nearest whole number, ties to the even one. */
  readonly nearest: Unary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  /** NaN when one operand is. */
  readonly min: Binary;
  readonly max: Binary;
  /** `b < a ? b : a`. */
  readonly pmin: Binary;
  /** `a < b ? b : a`. */
  readonly pmax: Binary;
  readonly convertI32x4Signed: Unary;
  readonly convertI32x4Unsigned: Unary;
  /** The two doubles become lanes 0 and 1; zeros behind them. */
  readonly demoteF64x2Zero: Unary;
} = {
  const: (lanes) => constant((bytes) => lanes.forEach((lane) => bytes.f32(lane))),
  splat: (x) => {
    if (typeof x === 'number') return f32x4.const([x, x, x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x13 }, [x]);
  },
  extractLane: (x, lane) => instruction('f32', { prefix: PREFIX, code: 0x1f }, [x], (code) => code.byte(lane)),
  replaceLane: (x, lane, value) =>
    instruction('v128', { prefix: PREFIX, code: 0x20 }, [x, f32Value(value)], (code) => code.byte(lane)),
  eq: binary(0x41),
  ne: binary(0x42),
  lt: binary(0x43),
  gt: binary(0x44),
  le: binary(0x45),
  ge: binary(0x46),
  ceil: unary(0x67),
  floor: unary(0x68),
  trunc: unary(0x69),
  nearest: unary(0x6a),
  abs: unary(0xe0),
  neg: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  sub: binary(0xe5),
  mul: binary(0xe6),
  div: binary(0xe7),
  min: binary(0xe8),
  max: binary(0xe9),
  pmin: binary(0xea),
  pmax: binary(0xeb),
  convertI32x4Signed: unary(0xfa),
  convertI32x4Unsigned: unary(0xfb),
  demoteF64x2Zero: unary(0x5e),
};

export const f64x2: {
  readonly const: (lanes: readonly [number, number]) => Vector;
  readonly splat: (x: F64) => Vector;
  readonly extractLane: (x: V128, lane: number) => Value<'f64'>;
  readonly replaceLane: (x: V128, lane: number, value: F64) => Vector;
  readonly eq: Binary;
  readonly lt: Binary;
  readonly gt: Binary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly floor: Unary;
  readonly nearest: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly min: Binary;
  readonly max: Binary;
  /** `b < a ? b : a`. */
  readonly pmin: Binary;
  /** `a < b ? b : a`. */
  readonly pmax: Binary;
  /** Lanes 0 and 1 as doubles. */
  readonly promoteLowF32x4: Unary;
  readonly convertLowI32x4Signed: Unary;
} = {
  const: (lanes) => constant((bytes) => lanes.forEach((lane) => bytes.f64(lane))),
  splat: (x) => {
    if (typeof x === 'number') return f64x2.const([x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x14 }, [x]);
  },
  extractLane: (x, lane) => instruction('f64', { prefix: PREFIX, code: 0x21 }, [x], (code) => code.byte(lane)),
  replaceLane: (x, lane, value) =>
    instruction('v128', { prefix: PREFIX, code: 0x22 }, [x, f64Value(value)], (code) => code.byte(lane)),
  eq: binary(0x47),
  lt: binary(0x49),
  gt: binary(0x4a),
  abs: unary(0xec),
  neg: unary(0xed),
  sqrt: unary(0xef),
  floor: unary(0x75),
  nearest: unary(0x94),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  min: binary(0xf4),
  max: binary(0xf5),
  pmin: binary(0xf6),
  pmax: binary(0xf7),
  promoteLowF32x4: unary(0x5f),
  convertLowI32x4Signed: unary(0xfe),
};

/** 64-bit lanes: the bits of doubles. */
export const i64x2: {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly shl: Shift;
  readonly shrUnsigned: Shift;
  readonly extmulLowI32x4Unsigned: Binary;
  readonly extmulHighI32x4Unsigned: Binary;
} = {
  add: binary(0xce),
  sub: binary(0xd1),
  mul: binary(0xd5),
  shl: shift(0xcb),
  shrUnsigned: shift(0xcd),
  extmulLowI32x4Unsigned: binary(0xde),
  extmulHighI32x4Unsigned: binary(0xdf),
};

/** Instructions whose last bits differ between machines: fast, and never used unless asked for. */
export const relaxed: {
  /** `a b + c`, rounded once or twice. */
  readonly f32x4Madd: (a: V128, b: V128, c: V128) => Vector;
  /** `c - a b`, rounded once or twice. */
  readonly f32x4Nmadd: (a: V128, b: V128, c: V128) => Vector;
  readonly f64x2Madd: (a: V128, b: V128, c: V128) => Vector;
  readonly f64x2Nmadd: (a: V128, b: V128, c: V128) => Vector;
  readonly f32x4Min: Binary;
  readonly f32x4Max: Binary;
} = {
  f32x4Madd: ternary(0x105),
  f32x4Nmadd: ternary(0x106),
  f64x2Madd: ternary(0x107),
  f64x2Nmadd: ternary(0x108),
  f32x4Min: binary(0x10d),
  f32x4Max: binary(0x10e),
};
