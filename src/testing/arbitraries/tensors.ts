/** Shapes, and tensors whose values are exact in float32 and keep away from trouble. Simpler ones come first when a failure shrinks. */
import type fc from 'fast-check';
import { sizeOf, type Shape } from '../../tensor/shape.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';

export interface ShapeConstraints {
  readonly minRank?: number;
  readonly maxRank?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
}

/** Shapes of rank 0 to 4 with sizes 1 to 4; `minSize: 0` draws empty ones too. */
export function shapes(constraints: ShapeConstraints = {}): fc.Arbitrary<Shape> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 4 } = constraints;
  return fastCheck().array(fastCheck().integer({ min: minSize, max: maxSize }), {
    minLength: minRank,
    maxLength: maxRank,
  });
}

/**
 * Shapes that broadcast together: parts of one shape, with leading axes left out and some sizes set to 1. About half of
 * them are the whole shape, the common case and the simplest.
 */
export function broadcastableShapes(count: number, constraints: ShapeConstraints = {}): fc.Arbitrary<readonly Shape[]> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 4 } = constraints;
  const part = fastCheck().record({
    stretched: fastCheck().boolean(),
    drop: fastCheck().integer({ min: 0, max: maxRank }),
    ones: fastCheck().array(fastCheck().boolean(), { minLength: maxRank, maxLength: maxRank }),
  });
  // One record, not a chain: when the whole shape shrinks, the parts stay as they were.
  return fastCheck()
    .record({
      rank: fastCheck().integer({ min: minRank, max: maxRank }),
      sizes: fastCheck().array(fastCheck().integer({ min: minSize, max: maxSize }), {
        minLength: maxRank,
        maxLength: maxRank,
      }),
      parts: fastCheck().array(part, { minLength: count, maxLength: count }),
    })
    .map(({ rank, sizes, parts }) => {
      const target = sizes.slice(maxRank - rank);
      return parts.map(({ stretched, drop, ones }) =>
        stretched ? target.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop) : target,
      );
    });
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

/** A tensor of this shape with values drawn one by one. */
export function tensorOf(shape: Shape, value: fc.Arbitrary<number> = scaledDouble()): fc.Arbitrary<Tensor> {
  const size = sizeOf(shape);
  return fastCheck()
    .array(value, { minLength: size, maxLength: size, size: 'max' })
    .map((values) => tensor(Float64Array.from(values), shape));
}

/**
 * A tensor whose values all differ, by at least `spacing`: maxima stay where they are when an element moves a little.
 * The values are centred around 0 and reach `spacing * size / 2`.
 */
export function distinctTensorOf(shape: Shape, spacing = 0.0625): fc.Arbitrary<Tensor> {
  const size = sizeOf(shape);
  const ranks = Array.from({ length: size }, (_, index) => index);
  return fastCheck()
    .shuffledSubarray(ranks, { minLength: size, maxLength: size })
    .map((order) =>
      tensor(
        Float64Array.from(order, (rank) => (rank - (size - 1) / 2) * spacing),
        shape,
      ),
    );
}

/** Tensors of several shapes, with the same kind of values. */
export function tensorsOf(
  all: readonly Shape[],
  value: fc.Arbitrary<number> = scaledDouble(),
): fc.Arbitrary<readonly Tensor[]> {
  return fastCheck().tuple(...all.map((shape) => tensorOf(shape, value)));
}
