/**
 * What the arbitraries of calls are made of. Sizes, options and values are drawn side by side in one record, never one
 * from another with `chain`: when a size shrinks, everything else stays as it was, and so does the failure.
 */
import type fc from 'fast-check';
import { sizeOf, type Shape } from '../../tensor/shape.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';

/** What a caller may choose about a drawn call. */
export interface ValueDraw {
  /** The values of the tensors, in place of the documented ones. Masks, labels and dropout factors keep theirs. */
  readonly values?: fc.Arbitrary<number>;
}

/** @internal Makes a tensor of any shape from values that do not depend on the shape. */
export type Fill = (shape: Shape) => Tensor;

/** Prime, so that the repetition falls together with no axis of a larger tensor. */
const MOST_VALUES = 61;

/** @internal Values drawn one by one, row-major; a tensor with more elements repeats them. */
export function fill(value: fc.Arbitrary<number>, most: number = MOST_VALUES): fc.Arbitrary<Fill> {
  return fastCheck()
    .array(value, { minLength: most, maxLength: most, size: 'max' })
    .map((values) => (shape) => {
      const elements = Float64Array.from({ length: sizeOf(shape) }, (_, index) => values[index % most] ?? 0);
      return tensor(elements, shape);
    });
}

/** @internal Values that all differ, `spacing` apart and centred around 0; the simplest order is ascending. */
export function fillDistinct(spacing = 0.0625): fc.Arbitrary<Fill> {
  const keys = fastCheck().integer({ min: 0, max: 1000 });
  return fastCheck()
    .array(keys, { minLength: MOST_VALUES, maxLength: MOST_VALUES, size: 'max' })
    .map((drawn) => (shape) => {
      const size = sizeOf(shape);
      const keyOf = (index: number): number => drawn[index % MOST_VALUES] ?? 0;
      const order = Array.from({ length: size }, (_, index) => index).sort((a, b) => keyOf(a) - keyOf(b) || a - b);
      const elements = new Float64Array(size);
      order.forEach((index, rank) => (elements[index] = (rank - (size - 1) / 2) * spacing));
      return tensor(elements, shape);
    });
}

/** @internal 0 to `max`; 0 is rare. */
export function sizeUpTo(max: number): fc.Arbitrary<number> {
  return fastCheck()
    .integer({ min: 0, max: 3 * max })
    .map((n) => Math.ceil(n / 3));
}

/** @internal Shapes in which an empty axis is rare. */
export function shapesWithEmpty({
  minRank = 0,
  maxRank = 4,
  maxSize = 4,
}: {
  readonly minRank?: number;
  readonly maxRank?: number;
  readonly maxSize?: number;
} = {}): fc.Arbitrary<Shape> {
  // Arrays of a drawn length would be short too often.
  return fastCheck()
    .record({
      rank: fastCheck().integer({ min: minRank, max: maxRank }),
      sizes: fastCheck().array(sizeUpTo(maxSize), { minLength: maxRank, maxLength: maxRank }),
    })
    .map(({ rank, sizes }) => sizes.slice(maxRank - rank));
}

/** @internal An option or an optional tensor: left out in a third of the cases, and in the simplest. */
export function maybe<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fastCheck().option(value, { nil: undefined, freq: 3 });
}

/** @internal Only what was drawn: an option that is left out is absent, not undefined. */
export function given<Parts extends object>(
  parts: Parts,
): { readonly [Key in keyof Parts]?: Exclude<Parts[Key], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Parts]?: Exclude<Parts[Key], undefined>;
  };
}

/** @internal Chooses axes of a shape that is drawn beside it. */
export interface AxisChoice {
  readonly kind: 'default' | 'one' | 'several';
  readonly pick: number;
  readonly picks: readonly number[];
  /** Whether a list keeps the order in which its axes were picked. */
  readonly asPicked: boolean;
}

const MOST_AXES = 4;
/** Divisible by every rank: all axes are as likely. */
const PICKS = 12;

/** @internal The default, one axis or a list of them, counted from either side, in any order. */
export function axisChoices(
  kinds: readonly AxisChoice['kind'][] = ['default', 'one', 'one', 'several', 'several'],
): fc.Arbitrary<AxisChoice> {
  const pick = fastCheck().noBias(fastCheck().integer({ min: -PICKS, max: PICKS - 1 }));
  return fastCheck().record({
    kind: fastCheck().constantFrom(...kinds),
    pick,
    picks: fastCheck().array(pick, { maxLength: MOST_AXES, size: 'max' }),
    asPicked: fastCheck().boolean(),
  });
}

/** @internal One axis of a rank of at least 1. */
export function oneAxis(rank: number, { pick }: Pick<AxisChoice, 'pick'>): number {
  return pick < 0 ? -1 - ((-1 - pick) % rank) : pick % rank;
}

/** @internal The choice for a rank; undefined for the default, which is all that one axis of a scalar can be. */
export function chosenAxis(rank: number, choice: AxisChoice): number | readonly number[] | undefined {
  if (choice.kind === 'default' || (choice.kind === 'one' && rank === 0)) return undefined;
  if (choice.kind === 'one') return oneAxis(rank, choice);
  const places = new Map<number, number>();
  for (const pick of rank === 0 ? [] : choice.picks) {
    const axis = oneAxis(rank, { pick });
    const place = axis < 0 ? axis + rank : axis;
    // An axis must not be named twice.
    if (!places.has(place)) places.set(place, axis);
  }
  const listed = [...places];
  return (choice.asPicked ? listed : listed.sort(([a], [b]) => a - b)).map(([, axis]) => axis);
}
