/** Shapes, and tensors whose values are exact in float32 and keep away from trouble. Simpler ones come first when a failure shrinks. */
import type fc from 'fast-check';
import { ArgumentError, describeValue } from '../../errors.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { distinct, filled, filledList, type Slot } from './filled.ts';
import { between, listOf, upTo } from './sizes.ts';

export interface ShapeConstraints {
  readonly minRank?: number;
  readonly maxRank?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
}

/** Shapes of rank 0 to 4 with sizes 1 to 4; `minSize: 0` draws empty ones too. */
export function shapes(constraints: ShapeConstraints = {}): fc.Arbitrary<Shape> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 4 } = constraints;
  return upTo(minRank, maxRank, between(minSize, maxSize));
}

/**
 * Shapes that broadcast together: parts of one shape, with leading axes left out and some sizes set to 1. About half of
 * them are the whole shape, the common case and the simplest.
 */
export function broadcastableShapes(count: number, constraints: ShapeConstraints = {}): fc.Arbitrary<readonly Shape[]> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 4 } = constraints;
  const part = fastCheck().record({
    stretched: fastCheck().boolean(),
    drop: between(0, maxRank),
    ones: listOf(maxRank, fastCheck().boolean()),
  });
  // One record, not a chain: when the whole shape shrinks, the parts stay as they were.
  return fastCheck()
    .record({
      target: upTo(minRank, maxRank, between(minSize, maxSize)),
      parts: listOf(count, part),
    })
    .map(({ target, parts }) =>
      parts.map(({ stretched, drop, ones }) =>
        stretched ? target.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop) : target,
      ),
    );
}

/** An axis of a shape, counted from the front or from the end; the rank must be at least 1. */
export function axisOf(shape: Shape): fc.Arbitrary<number> {
  return fastCheck().integer({ min: -shape.length, max: shape.length - 1 });
}

/** Multiples of 1/64 in [-2, 2]. */
export function scaledDouble(): fc.Arbitrary<number> {
  return fastCheck()
    .integer({ min: -128, max: 128 })
    .map((n) => n / 64);
}

/** Multiples of 1/64 whose distance from `kink` is 1/8 to 2: for functions that bend there. The simplest is `kink + 1`. */
export function awayFrom(kink: number): fc.Arbitrary<number> {
  return fastCheck()
    .record({ distance: positiveDouble(), below: fastCheck().boolean() })
    .map(({ distance, below }) => kink + (below ? -distance : distance));
}

/** Multiples of 1/64 in [min, max]; default [1/8, 2]. The simplest is 1, or what lies nearest to it. */
export function positiveDouble(min = 0.125, max = 2): fc.Arbitrary<number> {
  const [low, high] = [Math.ceil(min * 64), Math.floor(max * 64)];
  const simplest = Math.min(Math.max(64, low), high);
  return fastCheck()
    .integer({ min: low - simplest, max: high - simplest })
    .map((n) => (n + simplest) / 64);
}

/** Integers in [-limit, limit]. */
export function smallInteger(limit = 4): fc.Arbitrary<number> {
  return fastCheck().integer({ min: -limit, max: limit });
}

/** Multiples of 1/64 in [-2, 2], about one in six of them 0. */
export function scaledOrZero(): fc.Arbitrary<number> {
  return fastCheck()
    .record({ value: scaledDouble(), zero: between(0, 5) })
    .map(({ value, zero }) => (zero === 5 ? 0 : value));
}

/** What the values of a tensor are like. */
export type TensorKind = 'scaled' | 'distinct' | 'ties' | 'zeros' | 'integers' | 'positive';

export interface TensorConstraints extends ShapeConstraints {
  /** In place of a drawn shape. */
  readonly shape?: Shape;
  /**
   * - `'scaled'`: multiples of 1/64 in [-2, 2], the default
   * - `'distinct'`: all different, 1/16 apart and centred around 0
   * - `'ties'`: -1, 0 and 1, and of two elements or more some are equal
   * - `'zeros'`: multiples of 1/64 in [-2, 2], at least one of them 0
   * - `'integers'`: from -4 to 4
   * - `'positive'`: multiples of 1/64 in [1/8, 2]
   */
  readonly kind?: TensorKind;
}

type Values = Pick<Slot<Shape>, 'values' | 'finish'>;

const kinds: Readonly<Record<TensorKind, () => Values>> = {
  scaled: () => ({ values: scaledDouble() }),
  distinct: () => ({ values: scaledDouble(), finish: (some) => distinct(some) }),
  ties: () => ({ values: smallInteger(1), finish: tied }),
  zeros: () => ({ values: scaledOrZero(), finish: withZero }),
  integers: () => ({ values: smallInteger() }),
  positive: () => ({ values: positiveDouble() }),
};

/**
 * Tensors of one kind, of shapes as `shapes` draws them or of one `shape`. When a failure shrinks, the values stay as
 * they were while the shape becomes smaller.
 * @throws ArgumentError for a kind that is none
 * @example fc.assert(fc.property(tensors({ minRank: 1, kind: 'ties' }), (x) => isSorted(sort(x))));
 */
export function tensors({ shape, kind = 'scaled', ...constraints }: TensorConstraints = {}): fc.Arbitrary<Tensor> {
  if (!Object.hasOwn(kinds, kind)) {
    throw new ArgumentError(
      `arbitraries.tensors: the kind is ${describeValue(kind)}. Use one of ${Object.keys(kinds).join(', ')}.`,
      { where: 'arbitraries.tensors', got: kind, expected: Object.keys(kinds) },
    );
  }
  return oneTensor(shape ? fastCheck().constant(shape) : shapes(constraints), kinds[kind]());
}

/** A tensor of this shape with values drawn one by one. */
export function tensorOf(shape: Shape, value: fc.Arbitrary<number> = scaledDouble()): fc.Arbitrary<Tensor> {
  return oneTensor(fastCheck().constant(shape), { values: value });
}

/**
 * A tensor whose values all differ, by at least `spacing`: maxima stay where they are when an element moves a little.
 * The values are centred around 0 and reach `spacing * size / 2`.
 */
export function distinctTensorOf(shape: Shape, spacing = 0.0625): fc.Arbitrary<Tensor> {
  return oneTensor(fastCheck().constant(shape), {
    values: scaledDouble(),
    finish: (some) => distinct(some, spacing),
  });
}

/** Tensors of several shapes, given or drawn as by `broadcastableShapes`, with the same kind of values. Values stay when drawn shapes shrink. */
export function tensorsOf(
  all: readonly Shape[] | fc.Arbitrary<readonly Shape[]>,
  value: fc.Arbitrary<number> = scaledDouble(),
): fc.Arbitrary<readonly Tensor[]> {
  const source = 'generate' in all ? all : fastCheck().constant(all);
  return filledList(source, (some) => some, value).map(([tensors]) => tensors);
}

function oneTensor(source: fc.Arbitrary<Shape>, values: Values): fc.Arbitrary<Tensor> {
  return filled(source, { x: { ...values, shape: (shape) => shape } }).map(({ tensors: { x } }) => x);
}

// Up to three elements may all differ by chance.
function tied(values: readonly number[]): readonly number[] {
  const [first] = values;
  return first === undefined || new Set(values).size < values.length ? values : values.with(-1, first);
}

// If there is none, what is nearest to 0 becomes it.
function withZero(values: readonly number[]): readonly number[] {
  const nearest = Math.min(...values.map(Math.abs));
  return values.includes(0) ? values : values.map((value) => (Math.abs(value) === nearest ? 0 : value));
}
