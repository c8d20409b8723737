/** What a layer holds in its fields, single or in arrays: how the layers and variables inside it are found. */

/** The objects of a class among an object's fields, each once, in the fields' order. */
export function heldIn<Item>(owner: object, kind: abstract new (...args: never) => Item): Item[] {
  const found = new Set<Item>();
  for (const value of Object.values(owner) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) if (item instanceof kind) found.add(item);
  }
  return [...found];
}
