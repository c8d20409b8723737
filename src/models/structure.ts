/** A model's inputs and outputs may be one thing, a list, or a record by name; here they become lists and back. */
import { ArgumentError } from '../errors.ts';

/** One, several in order, or several by name. */
export type Structure<Item> = Item | readonly Item[] | { readonly [name: string]: Item };

export type Layout =
  | { readonly kind: 'single' }
  | { readonly kind: 'list' }
  | { readonly kind: 'record'; readonly keys: readonly string[] };

/** How `value` is laid out, and its items in order. */
export function itemsOf<Item>(
  value: Structure<Item>,
  isItem: (one: unknown) => one is Item,
): { layout: Layout; items: Item[] } {
  if (isItem(value)) return { layout: { kind: 'single' }, items: [value] };
  if (Array.isArray(value)) return { layout: { kind: 'list' }, items: value as Item[] };
  // Anything else is one thing, though a wrong one: whoever asked says what it should be.
  if (!isRecord(value)) return { layout: { kind: 'single' }, items: [value as Item] };
  const record = value as { readonly [name: string]: Item };
  const keys = Object.keys(record);
  return { layout: { kind: 'record', keys }, items: keys.map((key) => record[key] as Item) };
}

/** Whether items could stand in it by name: a plain object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The items as Keras counts them: a record's in the order of its sorted keys. */
export function inKerasOrder<Item>(layout: Layout, items: readonly Item[]): readonly Item[] {
  return layout.kind === 'record'
    ? kerasKeys(layout.keys).map((key) => items[layout.keys.indexOf(key)] as Item)
    : items;
}

/** A record's keys in the order in which Keras counts its items. */
export function kerasKeys(keys: readonly string[]): readonly string[] {
  return [...keys].sort();
}

/** The inverse of `itemsOf`. */
export function layOut<Item>(layout: Layout, items: readonly Item[]): Structure<Item> {
  switch (layout.kind) {
    case 'single':
      return items[0] as Item;
    case 'list':
      return items;
    case 'record':
      return Object.fromEntries(layout.keys.map((key, index) => [key, items[index] as Item]));
  }
}

/**
 * Items given as one, a list, or a record, in the order of `names`.
 * @param what what the names are, for messages: `input`
 * @throws ArgumentError when one is missing or surplus
 */
export function byName<Item>(
  where: string,
  what: string,
  value: Structure<Item>,
  names: readonly string[],
  isItem: (one: unknown) => one is Item,
): Item[] {
  const { layout, items } = itemsOf(value, isItem);
  if (layout.kind !== 'record') {
    if (items.length !== names.length) {
      throw new ArgumentError(
        `${where}: got ${items.length} ${what}s, the model has ${names.length} (${names.join(', ')}).`,
        {
          where,
          got: items.length,
          expected: names,
        },
      );
    }
    return items;
  }
  const surplus = layout.keys.filter((key) => !names.includes(key));
  const missing = names.filter((name) => !layout.keys.includes(name));
  if (surplus.length > 0 || missing.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`missing ${missing.map(quote).join(', ')}`] : []),
      ...(surplus.length > 0 ? [`unknown ${surplus.map(quote).join(', ')}`] : []),
    ];
    throw new ArgumentError(
      `${where}: ${what} ${parts.join('; ')}. The model's ${what}s are ${names.map(quote).join(', ')}.`,
      {
        where,
        got: layout.keys,
        expected: names,
      },
    );
  }
  return names.map((name) => items[layout.keys.indexOf(name)] as Item);
}

function quote(name: string): string {
  return `'${name}'`;
}
