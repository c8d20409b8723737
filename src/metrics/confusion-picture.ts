/** A confusion matrix as a picture. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { element, textAt } from '../svg/elements.ts';
import { checkTheme, picture, type Theme } from '../svg/theme.ts';

export interface ConfusionPictureOptions {
  /** Pixels of a cell's side. Default 46, less for many classes. */
  readonly cellSize?: number;
  /** Default `'auto'`: follows the reader's setting. */
  readonly theme?: Theme;
}

interface Confusion {
  /** True classes by row. */
  readonly counts: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly accuracy: number;
}

const CELL = 46;
/** Pixels in which many classes share a side. */
const SIDE = 640;
/** Cells below this size have no numbers in them. */
const READABLE = 26;
/** Pixels of a letter, about, and the longest name that is not cut. */
const LETTER = 6.4;
const LONGEST_NAME = 18;
const LEAST_WIDTH = 260;

/** @internal The body of `ConfusionMatrix.toSvg`. */
export function confusionPicture(
  { counts, classes, accuracy }: Confusion,
  options: ConfusionPictureOptions | undefined,
): string {
  const where = 'ConfusionMatrix.toSvg';
  const { theme = 'auto', cellSize = Math.max(8, Math.min(CELL, SIDE / classes.length)) } = optionsOf(where, options);
  checkTheme(where, theme);
  if (!(cellSize >= 4 && cellSize <= 200)) {
    throw new ArgumentError(`${where}: cellSize is ${describeValue(cellSize)}. Give 4 to 200 pixels.`, {
      where,
      got: cellSize,
    });
  }
  const names = classes.map((name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name));
  const longest = Math.max(1, ...names.map((name) => name.length)) * LETTER;
  // Names that are wider than a column stand upright.
  const upright = longest > cellSize - 6;
  const left = 36 + longest;
  const top = 62 + (upright ? longest : 14);
  const side = cellSize * classes.length;
  const width = Math.max(LEAST_WIDTH, left + side + 16);
  const height = top + side + 16;
  const x = (column: number): number => left + (column + 0.5) * cellSize;
  const y = (row: number): number => top + (row + 0.5) * cellSize;
  const shows = cellSize >= 11;
  const percent = Number.isNaN(accuracy) ? 'no samples' : `${(accuracy * 100).toFixed(2)} % right`;
  return picture({ width, height, theme, title: `Confusion matrix, ${percent}` }, [
    textAt([16, 24], `Confusion matrix, ${percent}`, { class: 'title' }),
    textAt([left + side / 2, 48], 'predicted', { class: 'faint small', 'text-anchor': 'middle' }),
    textAt([0, 0], 'true', {
      class: 'faint small',
      'text-anchor': 'middle',
      transform: `translate(20 ${(top + side / 2).toFixed(1)}) rotate(-90)`,
    }),
    ...(shows ? names : []).flatMap((name, index) => [
      textAt([left - 8, y(index) + 4], name, { 'text-anchor': 'end' }),
      upright
        ? textAt([0, 0], name, { transform: `translate(${(x(index) + 4).toFixed(1)} ${(top - 8).toFixed(1)}) rotate(-90)` })
        : textAt([x(index), top - 8], name, { 'text-anchor': 'middle' }),
    ]),
    ...counts.flatMap((row, trueClass) => {
      const whole = row.reduce((total, count) => total + count, 0);
      return row.flatMap((count, predicted) =>
        cell(count, {
          share: whole === 0 ? 0 : count / whole,
          isRight: trueClass === predicted,
          center: [x(predicted), y(trueClass)],
          size: cellSize,
        }),
      );
    }),
  ]); // prettier-ignore
}

interface CellStyle {
  /** Of its row. */
  readonly share: number;
  readonly isRight: boolean;
  readonly center: readonly [number, number];
  readonly size: number;
}

function cell(count: number, { share, isRight, center: [x, y], size }: CellStyle): string[] {
  const box = {
    x: x - size / 2 + 0.5,
    y: y - size / 2 + 0.5,
    width: size - 1,
    height: size - 1,
    rx: Math.min(3, size / 8),
  };
  const parts = [element('rect', { class: 'grid', 'fill-opacity': 0.5, ...box })];
  // Even one mistake in a thousand is to be seen.
  if (count !== 0)
    parts.push(element('rect', { class: isRight ? 'first' : 'second', 'fill-opacity': 0.12 + 0.88 * share, ...box }));
  if (size >= READABLE && count !== 0) {
    const text = Number.isInteger(count) ? String(count) : String(Number(count.toPrecision(3)));
    // On a strong colour the page's own colour can be read.
    const classes = [...(share > 0.5 ? ['page'] : []), ...(text.length * LETTER > size - 4 ? ['small'] : [])];
    parts.push(textAt([x, y + 4], text, { class: classes.join(' ') || undefined, 'text-anchor': 'middle' }));
  }
  return parts;
}
