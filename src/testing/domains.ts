/** What drawn cases were like: how many of them had each value of an option, each rank and each small size. */
import { describeValue } from '../errors.ts';
import type { OpCase, OpRow } from './op-row.ts';

/** Sizes above it are not told apart. */
const LARGEST_SIZE = 4;

/** @internal Counts the cases of each kind, such as `padding same`, `strides 2`, `rank 3`, `size 0`. */
export class Domains {
  readonly #counts = new Map<string, number>();

  /** From what a user reads first to what is finest: options, then ranks, then sizes. */
  get counts(): ReadonlyMap<string, number> {
    const place = (name: string): number => (name.startsWith('size ') ? 2 : name.startsWith('rank ') ? 1 : 0);
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    return new Map([...this.#counts].sort(([a], [b]) => place(a) - place(b) || compare(a, b)));
  }

  add({ inputs, options = {}, domain = {}, describe }: OpCase): void {
    const names = new Set<string>(describe === undefined ? [] : [describe]);
    for (const [key, value] of Object.entries({ ...options, ...domain })) {
      for (const one of partsOf(value)) names.add(`${key} ${one}`);
    }
    for (const { shape } of inputs) {
      names.add(`rank ${shape.length}`);
      for (const size of shape) if (size <= LARGEST_SIZE) names.add(`size ${size}`);
    }
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** What the row asks for and no case had. */
  missing({ covers = {} }: OpRow): readonly string[] {
    return Object.entries(covers)
      .flatMap(([key, values]) => values.map((value) => `${key} ${partsOf(value).join(' ')}`))
      .filter((name) => !this.#counts.has(name));
  }
}

// Strides [1, 2] count as 1 and as 2: what matters is that each occurs on some axis.
function partsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['none'] : [...new Set(value.flatMap(partsOf))];
  return [typeof value === 'string' ? value : value === undefined ? 'default' : describeValue(value)];
}
