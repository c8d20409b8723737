/** Text in columns, broken between words. */

/** @param widths of the columns, in characters; longer words break */
export function formatTable(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows
    .map((cells) => {
      const columns = widths.map((width, column) => wrapped(cells[column] ?? '', width));
      const height = Math.max(...columns.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        columns
          .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      ).join('\n');
    })
    .join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/\s+/).flatMap((long) => long.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
