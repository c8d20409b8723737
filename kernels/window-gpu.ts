/** Loops over the taps of sliding windows in GPU.js kernels; cells and outputs out of range are never read. */
import { divide, within } from './gpu-source.ts';
import type { WindowAxis } from './window.ts';

/** Lines that run `body` for each tap of the window `output` that lies on the axis; they declare `tap` and `cell`. */
function forCells(
  axis: WindowAxis,
  output: string,
  { tap, cell }: { readonly tap: string; readonly cell: string },
  body: string,
): string {
  return `for (let ${tap} = 0; ${tap} < ${axis.kernelSize}; ${tap}++) {
${withCell(axis, { output, tap, cell }, body)}
}`;
}

/** Lines that run `body` where the cell that one tap of a window sees lies on the axis; they declare `cell`. */
export function withCell(
  axis: WindowAxis,
  { output, tap, cell }: { readonly output: string; readonly tap: string; readonly cell: string },
  body: string,
): string {
  const { size, outputSize, kernelSize, stride, dilation, before } = axis;
  const most = (outputSize - 1) * stride + (kernelSize - 1) * dilation - before;
  return `const ${cell} = ${output} * ${stride} + ${tap} * ${dilation} - ${before};
${within(cell, [-before, most], size, body)}`;
}

/** Lines that run `body` for each tap through which a window sees `cell`; they declare `tap` and `output`. */
function forOutputs(
  axis: WindowAxis,
  cell: string,
  { tap, output }: { readonly tap: string; readonly output: string },
  body: string,
): string {
  const { size, outputSize, kernelSize, stride, dilation, before } = axis;
  // Cell `output * stride + tap * dilation - before` is this one: outputs are whole where the distance is a multiple.
  const least = before - (kernelSize - 1) * dilation;
  const range = [Math.floor(least / stride), Math.floor((size - 1 + before) / stride)] as const;
  const inRange = within(output, range, outputSize, body);
  const distance = `${cell} + ${before} - ${tap} * ${dilation}`;
  const lines =
    stride === 1
      ? `const ${output} = ${distance};\n${inRange}`
      : `const ${output}Distance = ${distance};
${divide(output, `${output}Rest`, `${output}Distance`, stride)}
if (${output}Rest < 0.5) {
${inRange}
}`;
  return `for (let ${tap} = 0; ${tap} < ${kernelSize}; ${tap}++) {\n${lines}\n}`;
}

/** What both axes of an image's windows look like. */
interface ImageAxes {
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
}

/**
 * Lines that run `body` for each cell (y, x) that the window of output (i1, i2) sees, through tap (tapY, tapX).
 * @param around what stands around the lines of one row of cells. Default nothing
 */
export function forImageCells(
  { rows, columns }: ImageAxes,
  body: string,
  around: (lines: string) => string = (lines) => lines,
): string {
  const line = forCells(columns, 'i2', { tap: 'tapX', cell: 'x' }, body);
  return forCells(rows, 'i1', { tap: 'tapY', cell: 'y' }, around(line));
}

/** Lines that run `body` for each output (u, v) whose window sees cell (i1, i2), through tap (tapY, tapX). */
export function forImageOutputs({ rows, columns }: ImageAxes, body: string): string {
  return forOutputs(
    rows,
    'i1',
    { tap: 'tapY', output: 'u' },
    forOutputs(columns, 'i2', { tap: 'tapX', output: 'v' }, body),
  );
}
