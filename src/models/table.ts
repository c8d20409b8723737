/** A table of wrapped text in box-drawing characters, as Keras prints its summaries. */

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right' | 'center';
}

/**
 * The lines of a table.
 * @param widths of the columns' text, before borders and padding are taken from them evenly
 * @param lineLength characters per line, borders included
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  lineLength: number,
): string[] {
  const inner = fitWidths(widths, lineLength);
  const rule = (left: string, line: string, joint: string, right: string): string =>
    left + inner.map((width) => line.repeat(width + 2)).join(joint) + right;
  const lines = [
    rule('┏', '━', '┳', '┓'),
    ...renderRow(
      columns.map((column) => column.title),
      columns,
      inner,
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
  ];
  rows.forEach((row, index) => {
    if (index > 0) lines.push(rule('├', '─', '┼', '┤'));
    lines.push(...renderRow(row, columns, inner, '│'));
  });
  lines.push(rule('└', '─', '┴', '┘'));
  return lines;
}

// Each column has a blank on both sides, and borders stand between: what is too much is taken from all columns alike.
function fitWidths(widths: readonly number[], lineLength: number): number[] {
  const borders = widths.length + 1;
  const padded = widths.map((width) => width + 2);
  let excess = padded.reduce((sum, width) => sum + width, 0) - (lineLength - borders);
  return padded.map((width, index) => {
    const share = Math.min(width, Math.round(excess / (widths.length - index)));
    excess -= share;
    return Math.max(1, width - share - 2);
  });
}

function renderRow(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
  border: string,
): string[] {
  const wrapped = cells.map((cell, index) => wrap(cell, widths[index] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const padded = wrapped.map((lines, index) =>
      pad(lines[line] ?? '', widths[index] ?? 1, columns[index]?.align ?? 'left'),
    );
    return `${border} ${padded.join(` ${border} `)} ${border}`;
  });
}

/** Breaks a text between words; a word that is longer than the line ends in an ellipsis. */
function wrap(text: string, width: number): string[] {
  const breaks: number[] = [];
  let used = 0;
  for (const { 0: word, index: start } of text.matchAll(/\s*\S+\s*/g)) {
    const length = word.trimEnd().length;
    if (used + length <= width) {
      used += word.length;
      continue;
    }
    if (start > 0) breaks.push(start);
    used = word.length;
  }
  return [0, ...breaks].map((start, index) => {
    const line = text.slice(start, breaks[index]).trimEnd();
    return line.length > width ? `${line.slice(0, width - 1)}…` : line;
  });
}

function pad(text: string, width: number, align: Column['align']): string {
  const free = width - text.length;
  const left = align === 'left' ? 0 : align === 'right' ? free : Math.floor(free / 2);
  return ' '.repeat(left) + text + ' '.repeat(free - left);
}
