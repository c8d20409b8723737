/**
 * Tensors whose shapes are drawn together with their values. `.chain` would draw the values anew whenever a size
 * shrinks, and so lose the failure; here they stay, as many of them as the smaller shape still needs.
 */
import type fc from 'fast-check';
import { sizeOf, type Shape } from '../../tensor/shape.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';

/** So many values are drawn at least, for shapes that a simpler option makes larger; still larger ones repeat them. */
const FEWEST_VALUES = 8;

/** What every arbitrary of an op's calls takes. */
export interface CallDraw {
  /** The values of the tensors, in place of the documented ones: most often multiples of 1/64 in [-2, 2]. Indices, labels, masks and dropout factors stay as the op needs them. */
  readonly values?: fc.Arbitrary<number>;
}

/** @internal One tensor of a call. */
export interface Slot<Drawn> {
  readonly values: fc.Arbitrary<number>;
  readonly shape: (drawn: Drawn) => Shape;
  /** Makes the tensor's values of those drawn; default as they are. */
  readonly finish?: (values: readonly number[], drawn: Drawn) => readonly number[];
}

/** @internal What was drawn, with its tensors. */
export interface Filled<Drawn, Names extends string> {
  readonly drawn: Drawn;
  readonly tensors: Readonly<Record<Names, Tensor>>;
}

interface Draft<Drawn> {
  readonly drawn: fc.Value<Drawn>;
  readonly lists: readonly (readonly fc.Value<number>[])[];
  /** Values before this one are as simple as they get. */
  readonly next: number;
}

/** @internal Draws sizes and options, then the tensors they need. Shrinks the sizes and options first, then all values at once, then one by one. */
export function filled<Drawn, Names extends string>(
  source: fc.Arbitrary<Drawn>,
  slots: Readonly<Record<Names, Slot<Drawn>>>,
): fc.Arbitrary<Filled<Drawn, Names>> {
  const { Arbitrary, Value, stream, Stream } = fastCheck();
  const names = Object.keys(slots) as Names[];

  const sizeIn = (draft: Draft<Drawn>, name: Names): number => sizeOf(slots[name].shape(draft.drawn.value));

  const needed = (draft: Draft<Drawn>, name: Names): readonly fc.Value<number>[] => {
    const list = draft.lists[names.indexOf(name)] ?? [];
    return Array.from({ length: sizeIn(draft, name) }, (_, index) => list[index % list.length] as fc.Value<number>);
  };

  const finished = (draft: Draft<Drawn>): fc.Value<Filled<Drawn, Names>> => {
    const drawn = draft.drawn.value;
    const tensors = names.map((name) => {
      const { shape, finish } = slots[name];
      const values = needed(draft, name).map(({ value }) => value);
      return [name, tensor(Float64Array.from(finish ? finish(values, drawn) : values), shape(drawn))] as const;
    });
    return new Value({ drawn, tensors: Object.fromEntries(tensors) as Record<Names, Tensor> }, draft);
  };

  function* simpler(draft: Draft<Drawn>): Generator<fc.Value<Filled<Drawn, Names>>> {
    for (const drawn of source.shrink(draft.drawn.value, draft.drawn.context)) {
      const smaller = { ...draft, drawn, next: 0 };
      yield finished(smaller);
      // The value that matters may be among those that no longer fit: the last ones take their turn.
      const lists = draft.lists.map((list, slot) =>
        rotated(list, needed(draft, names[slot] as Names).length, sizeIn(smaller, names[slot] as Names)),
      );
      if (lists.some((list, slot) => list !== draft.lists[slot])) yield finished({ ...smaller, lists });
    }
    const lists = names.map((name) => needed(draft, name));
    const candidates = (name: Names, one: fc.Value<number>): fc.Stream<fc.Value<number>> =>
      slots[name].values.shrink(one.value, one.context);
    if (draft.next === 0 && lists.some((list) => list.length > 1)) {
      const simplest = names.map((name, slot) =>
        (lists[slot] ?? []).map((one) => candidates(name, one).getNthOrLast(0) ?? one),
      );
      if (simplest.some((list, slot) => list.some((one, index) => one !== lists[slot]?.[index]))) {
        yield finished({ ...draft, lists: keepRest(draft.lists, simplest) });
      }
    }
    let first = 0;
    for (const [slot, list] of lists.entries()) {
      const name = names[slot] as Names;
      for (let index = Math.max(0, draft.next - first); index < list.length; index++) {
        for (const candidate of candidates(name, list[index] as fc.Value<number>)) {
          const changed = lists.with(slot, list.with(index, candidate));
          yield finished({ ...draft, lists: keepRest(draft.lists, changed), next: first + index });
        }
      }
      first += list.length;
    }
  }

  class FilledArbitrary extends Arbitrary<Filled<Drawn, Names>> {
    generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Filled<Drawn, Names>> {
      const drawn = source.generate(random, biasFactor);
      const lists = names.map((name) => {
        const { shape, values } = slots[name];
        const length = Math.max(FEWEST_VALUES, sizeOf(shape(drawn.value)));
        return Array.from({ length }, () => values.generate(random, biasFactor));
      });
      return finished({ drawn, lists, next: 0 });
    }
    canShrinkWithoutContext(_value: unknown): _value is Filled<Drawn, Names> {
      return false;
    }
    shrink(_value: Filled<Drawn, Names>, draft: unknown): fc.Stream<fc.Value<Filled<Drawn, Names>>> {
      return draft === undefined ? Stream.nil() : stream(simpler(draft as Draft<Drawn>));
    }
  }
  return new FilledArbitrary();
}

/** @internal Draws sizes and options, then as many tensors as they ask for, all of them from one list of values. */
export function filledList<Drawn>(
  source: fc.Arbitrary<Drawn>,
  shapesOf: (drawn: Drawn) => readonly Shape[],
  values: fc.Arbitrary<number>,
): fc.Arbitrary<readonly [tensors: readonly Tensor[], drawn: Drawn]> {
  const total = (drawn: Drawn): number => shapesOf(drawn).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return filled(source, { all: { values, shape: (drawn) => [total(drawn)] } }).map(({ drawn, tensors: { all } }) => {
    const list = all.wide ?? all.data;
    let next = 0;
    const tensors = shapesOf(drawn).map((shape) => {
      const end = next + sizeOf(shape);
      const part = tensor(Float64Array.from(list.slice(next, end)), shape);
      next = end;
      return part;
    });
    return [tensors, drawn] as const;
  });
}

// A tensor that shrank leaves values over, for a later step that makes it larger again.
function keepRest<Item>(all: readonly (readonly Item[])[], changed: readonly (readonly Item[])[]): Item[][] {
  return changed.map((list, slot) => [...list, ...(all[slot]?.slice(list.length) ?? [])]);
}

// The last of those in use come first, for a shape that takes fewer of them.
function rotated<Item>(list: readonly Item[], used: number, wanted: number): readonly Item[] {
  if (wanted === 0 || wanted >= used || used > list.length) return list;
  return [...list.slice(used - wanted, used), ...list.slice(0, used - wanted), ...list.slice(used)];
}

/** @internal Values that all differ, in the order of those drawn: `spacing` apart and centred around 0. */
export function distinct(values: readonly number[], spacing = 0.0625): readonly number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
  const result = new Array<number>(values.length).fill(0);
  order.forEach((position, rank) => {
    result[position] = (rank - (values.length - 1) / 2) * spacing;
  });
  return result;
}

/** @internal The order that sorts these keys; keys that are all 0 give the order as it is. */
export function orderOf(keys: readonly number[]): number[] {
  return [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
}
