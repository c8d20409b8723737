/** What a reduction does with vectors: its operation, and whether totals are doubles as on the cpu. */
import {
  f32x4,
  f64,
  f64x2,
  i32x4,
  v128,
  type FunctionBuilder,
  type I32,
  type Local,
  type Value,
} from '../../src/wasm/index.ts';

type Vector = Value<'v128'>;

export interface VectorFold {
  readonly name: 'sum' | 'mean' | 'prod' | 'max' | 'min';
  /** Totals are doubles, two to a vector. */
  readonly wide: boolean;
  /** A row is folded in the order of its elements: partial products could overflow where the whole one does not. */
  readonly ordered: boolean;
  readonly start: Vector;
  readonly combine: (a: Vector, b: Vector) => Vector;
}

const sum = { wide: true, ordered: false, start: f64x2.splat(0), combine: f64x2.add } as const;

export const sumVectors: VectorFold = { name: 'sum', ...sum };
/** Its totals are divided by the number of elements. */
export const meanVectors: VectorFold = { name: 'mean', ...sum };
export const prodVectors: VectorFold = {
  name: 'prod',
  wide: true,
  ordered: true,
  start: f64x2.splat(1),
  combine: f64x2.mul,
};
export const maxVectors: VectorFold = {
  name: 'max',
  wide: false,
  ordered: false,
  start: f32x4.splat(-Infinity),
  combine: f32x4.max,
};
export const minVectors: VectorFold = {
  name: 'min',
  wide: false,
  ordered: false,
  start: f32x4.splat(Infinity),
  combine: f32x4.min,
};

/** Vectors that hold the totals of four columns. */
export function vectorsOfFour({ wide }: VectorFold): 1 | 2 {
  return wide ? 2 : 1;
}

/** Four floats as totals. */
export function loadFour({ wide }: VectorFold, address: I32, offset = 0): readonly Vector[] {
  if (!wide) return [v128.load(address, offset)];
  // Loading two floats and widening them is one instruction; a load of four needs a shuffle.
  return [0, 8].map((half) => f64x2.promoteLowF32x4(v128.load64Zero(address, offset + half)));
}

/** The same from a vector of floats. */
export function widenFour({ wide }: VectorFold, floats: Local<'v128'>): readonly Vector[] {
  if (!wide) return [floats];
  return [f64x2.promoteLowF32x4(floats), f64x2.promoteLowF32x4(i32x4.shuffle(floats, floats, [2, 3, 2, 3]))];
}

/** One float as a total in lane 0; the other lanes mean nothing. */
export function loadOne({ wide }: VectorFold, address: I32): Vector {
  return wide ? f64x2.promoteLowF32x4(v128.load32Zero(address)) : v128.load32Zero(address);
}

/** The same from lane 0 of a vector. */
export function widenOne({ wide }: VectorFold, floats: Vector): Vector {
  return wide ? f64x2.promoteLowF32x4(floats) : floats;
}

/** Totals become results: a mean divides, doubles round to floats, which are the first lanes. */
export function finish({ name, wide }: VectorFold, total: Vector, divisor: Local<'v128'>): Vector {
  if (!wide) return total;
  return f32x4.demoteF64x2Zero(name === 'mean' ? f64x2.div(total, divisor) : total);
}

/** The number that a mean divides by, in both lanes. */
export function divisorOf(f: FunctionBuilder, { name }: VectorFold, count: I32): Local<'v128'> {
  const divisor = f.local('v128');
  if (name === 'mean') f.set(divisor, f64x2.splat(f64.convertI32Signed(count)));
  return divisor;
}
