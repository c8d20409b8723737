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
  return fastCheck().array(sizeUpTo(maxSize), { minLength: minRank, maxLength: maxRank, size: 'max' });
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
  readonly which: number;
  readonly fromEnd: boolean;
  /** For each axis whether a list names it, and from which side. */
  readonly listed: readonly ('no' | 'front' | 'end')[];
  readonly reversed: boolean;
}

const MOST_AXES = 5;

/** @internal The default, one axis or a list of them, counted from either side. */
export function axisChoices(
  kinds: readonly AxisChoice['kind'][] = ['default', 'one', 'several'],
): fc.Arbitrary<AxisChoice> {
  return fastCheck().record({
    kind: fastCheck().constantFrom(...kinds),
    which: fastCheck().nat(MOST_AXES - 1),
    fromEnd: fastCheck().boolean(),
    listed: fastCheck().array(fastCheck().constantFrom('no' as const, 'front' as const, 'end' as const), {
      minLength: MOST_AXES,
      maxLength: MOST_AXES,
    }),
    reversed: fastCheck().boolean(),
  });
}

/** @internal One axis of a rank of at least 1. */
export function oneAxis(rank: number, { which, fromEnd }: AxisChoice): number {
  return (which % rank) - (fromEnd ? rank : 0);
}

/** @internal The choice for a rank; undefined for the default, which is all that one axis of a scalar can be. */
export function chosenAxis(rank: number, choice: AxisChoice): number | readonly number[] | undefined {
  if (choice.kind === 'default' || (choice.kind === 'one' && rank === 0)) return undefined;
  if (choice.kind === 'one') return oneAxis(rank, choice);
  const axes = choice.listed
    .slice(0, rank)
    .flatMap((side, axis) => (side === 'no' ? [] : [side === 'front' ? axis : axis - rank]));
  return choice.reversed ? axes.reverse() : axes;
}
