/** How laws of a layer are checked: a book that compares, and remembers what held. */
import type { Tensor } from '../../tensor/tensor.ts';
import { LawError } from '../law-error.ts';
import type { LayerRow } from '../layer-row.ts';
import { differenceOf } from '../same.ts';

/** What holds so far of one row; the first thing that does not ends it. */
export class Book {
  readonly row: LayerRow;
  readonly title: string;
  readonly laws: string[] = [];
  readonly skipped: string[] = [];
  worstScore = 0;

  constructor(row: LayerRow) {
    this.row = row;
    this.title = row.variant === undefined ? row.layer : `${row.layer}, ${row.variant}`;
  }

  same(law: string, actual: unknown, expected: unknown): void {
    const difference = differenceOf(actual, expected);
    this.holds(law, difference === undefined, difference ?? '', { got: actual, expected });
  }

  /** Equal up to the rounding of two float32 operations, where a law lets sums be divided another way. */
  near(law: string, actual: readonly Tensor[], expected: readonly Tensor[]): void {
    const worst = actual.reduce(
      (most, one, index) =>
        one.data.reduce((worst, value, i) => {
          const exact = expected[index]?.data[i] ?? NaN;
          return Math.max(worst, Math.abs(value - exact) / Math.max(1, Math.abs(exact)));
        }, most),
      0,
    );
    this.holds(law, worst <= 2 * 2 ** -23, `the largest relative difference is ${worst}`, { got: actual, expected });
  }

  differ(law: string, actual: unknown, other: unknown): void {
    this.holds(law, differenceOf(actual, other) !== undefined, 'both are the same', { got: actual });
  }

  holds(law: string, truth: boolean, otherwise: string, details: { got?: unknown; expected?: unknown } = {}): void {
    if (!truth) {
      throw new LawError(`${this.title}: it does not hold that ${law}: ${otherwise}.`, law, this.laws.length + 1, {
        where: this.title,
        ...details,
      });
    }
    if (!this.laws.includes(law)) this.laws.push(law);
  }
}
