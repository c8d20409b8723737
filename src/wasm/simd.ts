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
type Ternary = (a: V128, b: V128, c: V128) => Vector;
type Shift = (x: V128, by: I32) => Vector;
type Test = (x: V128) => Value<'i32'>;
type Load = (address: I32, offset?: number) => Vector;
type LoadLane = (address: I32, vector: V128, lane: number, offset?: number) => Vector;

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
  (code: number): Ternary =>
  (a, b, c) =>
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
  (code: number): Test =>
  (x) =>
    instruction('i32', { prefix: PREFIX, code }, [x]);

function constant(write: (bytes: Bytes) => void): Vector {
  return new Value('v128', (code) => {
    code.byte(PREFIX);
    code.u32(0x0c);
    write(code);
  });
}

function loadLane(code: number, alignment: number): LoadLane {
  return (address, vector, lane, offset = 0) =>
    instruction('v128', { prefix: PREFIX, code }, [i32Value(address), vector], (bytes) => {
      memoryArgument(offset, alignment)(bytes);
      bytes.byte(lane);
    });
}

/** What does not depend on the kind of lanes. */
export const v128 = {
  load: load(0x00) as Load,
  load32Splat: load(0x09) as Load,
  load64Splat: load(0x0a) as Load,
  /** One float into lane 0, zeros into the others. */
  load32Zero: load(0x5c) as Load,
  /** Two floats into lanes 0 and 1, zeros into the others. */
  load64Zero: load(0x5d) as Load,
  load32Lane: loadLane(0x56, 2) as LoadLane,
  load64Lane: loadLane(0x57, 2) as LoadLane,
  zero: (): Vector => constant((bytes) => bytes.bytes(new Uint8Array(16))),
  not: unary(0x4d) as Unary,
  and: binary(0x4e) as Binary,
  /** `a & ~b`. */
  andnot: binary(0x4f) as Binary,
  or: binary(0x50) as Binary,
  xor: binary(0x51) as Binary,
  /** Bits of `a` where `c` has ones, else of `b`. */
  bitselect: ternary(0x52) as Ternary,
  anyTrue: test(0x53) as Test,
} as const;

/** Bytes of two vectors in any order: lanes 0 to 15 are those of `a`, 16 to 31 those of `b`. */
export function shuffleBytes(a: V128, b: V128, lanes: readonly number[]): Vector {
  return instruction('v128', { prefix: PREFIX, code: 0x0d }, [a, b], (code) => code.bytes(lanes));
}

type Four = readonly [number, number, number, number];

export const i32x4 = {
  const: (lanes: Four): Vector =>
    constant((bytes) => {
      for (const lane of lanes) for (let i = 0; i < 4; i++) bytes.byte((lane >>> (8 * i)) & 0xff);
    }),
  splat: (x: I32): Vector => {
    if (typeof x === 'number') return i32x4.const([x, x, x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x11 }, [x]);
  },
  extractLane: (x: V128, lane: number): Value<'i32'> =>
    instruction('i32', { prefix: PREFIX, code: 0x1b }, [x], (code) => code.byte(lane)),
  replaceLane: (x: V128, lane: number, value: I32): Vector =>
    instruction('v128', { prefix: PREFIX, code: 0x1c }, [x, i32Value(value)], (code) => code.byte(lane)),
  /** Lanes of two vectors in any order: 0 to 3 are those of `a`, 4 to 7 those of `b`. */
  shuffle: (a: V128, b: V128, lanes: Four): Vector =>
    shuffleBytes(
      a,
      b,
      lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
    ),
  eq: binary(0x37) as Binary,
  ne: binary(0x38) as Binary,
  ltSigned: binary(0x39) as Binary,
  ltUnsigned: binary(0x3a) as Binary,
  gtSigned: binary(0x3b) as Binary,
  gtUnsigned: binary(0x3c) as Binary,
  leSigned: binary(0x3d) as Binary,
  geSigned: binary(0x3f) as Binary,
  abs: unary(0xa0) as Unary,
  neg: unary(0xa1) as Unary,
  allTrue: test(0xa3) as Test,
  bitmask: test(0xa4) as Test,
  shl: shift(0xab) as Shift,
  shrSigned: shift(0xac) as Shift,
  shrUnsigned: shift(0xad) as Shift,
  add: binary(0xae) as Binary,
  sub: binary(0xb1) as Binary,
  mul: binary(0xb5) as Binary,
  minSigned: binary(0xb6) as Binary,
  maxSigned: binary(0xb8) as Binary,
  /** Towards zero; the nearest bound beyond the range, 0 for NaN. */
  truncSatF32x4: unary(0xf8) as Unary,
  /** The two doubles become lanes 0 and 1; zeros behind them. */
  truncSatF64x2Zero: unary(0xfc) as Unary,
} as const;

export const f32x4 = {
  const: (lanes: Four): Vector => constant((bytes) => lanes.forEach((lane) => bytes.f32(lane))),
  splat: (x: F32): Vector => {
    if (typeof x === 'number') return f32x4.const([x, x, x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x13 }, [x]);
  },
  extractLane: (x: V128, lane: number): Value<'f32'> =>
    instruction('f32', { prefix: PREFIX, code: 0x1f }, [x], (code) => code.byte(lane)),
  replaceLane: (x: V128, lane: number, value: F32): Vector =>
    instruction('v128', { prefix: PREFIX, code: 0x20 }, [x, f32Value(value)], (code) => code.byte(lane)),
  eq: binary(0x41) as Binary,
  ne: binary(0x42) as Binary,
  lt: binary(0x43) as Binary,
  gt: binary(0x44) as Binary,
  le: binary(0x45) as Binary,
  ge: binary(0x46) as Binary,
  ceil: unary(0x67) as Unary,
  floor: unary(0x68) as Unary,
  trunc: unary(0x69) as Unary,
  /** To the nearest whole number, ties to the even one. */
  nearest: unary(0x6a) as Unary,
  abs: unary(0xe0) as Unary,
  neg: unary(0xe1) as Unary,
  sqrt: unary(0xe3) as Unary,
  add: binary(0xe4) as Binary,
  sub: binary(0xe5) as Binary,
  mul: binary(0xe6) as Binary,
  div: binary(0xe7) as Binary,
  /** NaN when one operand is. */
  min: binary(0xe8) as Binary,
  max: binary(0xe9) as Binary,
  /** `b < a ? b : a`. */
  pmin: binary(0xea) as Binary,
  /** `a < b ? b : a`. */
  pmax: binary(0xeb) as Binary,
  convertI32x4Signed: unary(0xfa) as Unary,
  convertI32x4Unsigned: unary(0xfb) as Unary,
  /** The two doubles become lanes 0 and 1; zeros behind them. */
  demoteF64x2Zero: unary(0x5e) as Unary,
} as const;

export const f64x2 = {
  const: (lanes: readonly [number, number]): Vector => constant((bytes) => lanes.forEach((lane) => bytes.f64(lane))),
  splat: (x: F64): Vector => {
    if (typeof x === 'number') return f64x2.const([x, x]);
    return instruction('v128', { prefix: PREFIX, code: 0x14 }, [x]);
  },
  extractLane: (x: V128, lane: number): Value<'f64'> =>
    instruction('f64', { prefix: PREFIX, code: 0x21 }, [x], (code) => code.byte(lane)),
  replaceLane: (x: V128, lane: number, value: F64): Vector =>
    instruction('v128', { prefix: PREFIX, code: 0x22 }, [x, f64Value(value)], (code) => code.byte(lane)),
  eq: binary(0x47) as Binary,
  lt: binary(0x49) as Binary,
  gt: binary(0x4a) as Binary,
  abs: unary(0xec) as Unary,
  neg: unary(0xed) as Unary,
  sqrt: unary(0xef) as Unary,
  floor: unary(0x75) as Unary,
  nearest: unary(0x94) as Unary,
  add: binary(0xf0) as Binary,
  sub: binary(0xf1) as Binary,
  mul: binary(0xf2) as Binary,
  div: binary(0xf3) as Binary,
  min: binary(0xf4) as Binary,
  max: binary(0xf5) as Binary,
  /** `b < a ? b : a`. */
  pmin: binary(0xf6) as Binary,
  /** `a < b ? b : a`. */
  pmax: binary(0xf7) as Binary,
  /** Lanes 0 and 1 as doubles. */
  promoteLowF32x4: unary(0x5f) as Unary,
  convertLowI32x4Signed: unary(0xfe) as Unary,
} as const;

/** 64-bit lanes: the bits of doubles. */
export const i64x2 = {
  add: binary(0xce) as Binary,
  sub: binary(0xd1) as Binary,
  mul: binary(0xd5) as Binary,
  shl: shift(0xcb) as Shift,
  shrUnsigned: shift(0xcd) as Shift,
  extmulLowI32x4Unsigned: binary(0xde) as Binary,
  extmulHighI32x4Unsigned: binary(0xdf) as Binary,
} as const;

/** Instructions whose last bits differ between machines: fast, and never used unless asked for. */
export const relaxed = {
  /** `a b + c`, rounded once or twice. */
  f32x4Madd: ternary(0x105) as Ternary,
  /** `c - a b`, rounded once or twice. */
  f32x4Nmadd: ternary(0x106) as Ternary,
  f64x2Madd: ternary(0x107) as Ternary,
  f64x2Nmadd: ternary(0x108) as Ternary,
  f32x4Min: binary(0x10d) as Binary,
  f32x4Max: binary(0x10e) as Binary,
} as const;
