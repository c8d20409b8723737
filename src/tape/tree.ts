/** Arguments and results of compiled functions: tensors in nested arrays and records, flattened in a fixed order. */
import { ArgumentError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';

/** A tensor, or tensors in arrays and records. `null` and `undefined` stay as they are. */
export type TensorTree = Tensor | null | undefined | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** A tree's shape without its tensors, which stand as their number in the flat list. */
export type TreeStructure =
  | { readonly kind: 'leaf'; readonly index: number }
  | { readonly kind: 'empty'; readonly value: null | undefined }
  | { readonly kind: 'array'; readonly items: readonly TreeStructure[] }
  | { readonly kind: 'record'; readonly entries: readonly (readonly [string, TreeStructure])[] };

/** Appends the tensors of `tree` to `leaves` and describes where they stood. */
export function flatten(where: string, tree: unknown, leaves: Tensor[]): TreeStructure {
  if (tree instanceof Tensor) return { kind: 'leaf', index: leaves.push(tree) - 1 };
  if (tree instanceof Variable) return { kind: 'leaf', index: leaves.push(tree.value) - 1 };
  if (tree === undefined || tree === null) return { kind: 'empty', value: tree };
  if (Array.isArray(tree)) return { kind: 'array', items: tree.map((item) => flatten(where, item, leaves)) };
  if (typeof tree === 'object' && isPlain(tree)) {
    return {
      kind: 'record',
      entries: Object.entries(tree).map(([name, value]) => [name, flatten(where, value, leaves)]),
    };
  }
  // Refused here; that it may fail later as well is nobody's concern.
  if (tree instanceof Promise) tree.catch(() => undefined);
  const kind = tree instanceof Promise ? 'a Promise' : typeof tree;
  const hint = tree instanceof Promise ? ' Async functions cannot be traced: make it synchronous.' : '';
  throw new ArgumentError(`${where}: expected tensors in arrays or records, got ${kind}.${hint}`, { where, got: tree });
}

/** Puts leaves back where `flatten` found them. */
export function unflatten(structure: TreeStructure, leaves: readonly Tensor[]): unknown {
  switch (structure.kind) {
    case 'leaf':
      return leaves[structure.index];
    case 'empty':
      return structure.value;
    case 'array':
      return structure.items.map((item) => unflatten(item, leaves));
    case 'record':
      return Object.fromEntries(structure.entries.map(([name, value]) => [name, unflatten(value, leaves)]));
  }
}

/** True when two structures are the same but for their tensors. */
export function sameStructure(a: TreeStructure, b: TreeStructure): boolean {
  if (a.kind === 'leaf') return b.kind === 'leaf';
  if (a.kind === 'empty') return b.kind === 'empty' && a.value === b.value;
  if (a.kind === 'array') {
    return (
      b.kind === 'array' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameStructure(item, b.items[i] as TreeStructure))
    );
  }
  return (
    b.kind === 'record' &&
    a.entries.length === b.entries.length &&
    a.entries.every(([name, value], i) => b.entries[i]?.[0] === name && sameStructure(value, b.entries[i][1]))
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
