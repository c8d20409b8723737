/** Sizes and options that calls of ops are drawn from. */
import type fc from 'fast-check';
import type { Shape } from '../../tensor/shape.ts';
import { fastCheck } from '../fast-check.ts';

/** One size in so many is 0 where that is allowed: often enough to occur, seldom enough to leave something to check. */
const SIZES_PER_NONE = 20;

/** @internal Integers from `min` to `max`; smaller ones are simpler. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  return fastCheck().integer({ min, max });
}

/** @internal Sizes from 1 to `max`, and now and then 0: one in `perNone`. A failure at another size does not shrink to 0. */
export function sizeOrNone(max: number, perNone: number = SIZES_PER_NONE): fc.Arbitrary<number> {
  return fastCheck().oneof(
    { weight: perNone - 1, arbitrary: between(1, max) },
    { weight: 1, arbitrary: fastCheck().constant(0) },
  );
}

/** @internal Shapes of sizes from 1 to `maxSize`, now and then 0. Higher ranks are more frequent: they have more to go wrong. */
export function shapesOrEmpty(minRank: number, maxRank: number, maxSize = 4): fc.Arbitrary<Shape> {
  // The lowest rank once, the next one twice, and so on.
  const ranks = Array.from({ length: maxRank - minRank + 1 }, (_, k) => new Array<number>(k + 1).fill(minRank + k));
  const choices = ranks.flat();
  return fastCheck()
    .record({ choice: between(0, choices.length - 1), sizes: listOf(maxRank, sizeOrNone(maxSize)) })
    .map(({ choice, sizes }) => sizes.slice(0, choices[choice] ?? minRank));
}

/** @internal So many of one kind: one per axis. Each shrinks as long as it can; `fc.array` leaves those alone that stand before one that shrank. */
export function listOf<Item>(count: number, item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fastCheck().tuple(...new Array<fc.Arbitrary<Item>>(count).fill(item));
}

/** @internal Lists of `min` to `max` of one kind; shorter ones are simpler, at any time. */
export function upTo<Item>(min: number, max: number, item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> {
  return fastCheck()
    .record({ length: between(min, max), items: listOf(max, item) })
    .map(({ length, items }) => items.slice(0, length));
}

/** @internal Absent first, when a failure shrinks. */
export function perhaps<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fastCheck().option(value, { nil: undefined, freq: 3 });
}

/** @internal Options as users write them: with `spelled` all of them, else those that differ from their defaults. */
export function written<Options extends object>(
  options: Options,
  defaults: Readonly<Record<string, unknown>>,
  spelled: boolean,
): Options {
  if (spelled) return options;
  const entries = Object.entries(options).filter(([name, value]) => !(name in defaults && defaults[name] === value));
  return Object.fromEntries(entries) as Options;
}

/** @internal Only what was drawn: an option that is left out is absent, not undefined. */
export function given<Parts extends object>(
  parts: Parts,
): { readonly [Key in keyof Parts]?: Exclude<Parts[Key], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Parts]?: Exclude<Parts[Key], undefined>;
  };
}
