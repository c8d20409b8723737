/** Loops over the taps of sliding windows in GPU.js kernels; cells and outputs out of range are never read. */
import { divide, within } from './gpu-source.ts';
import type { WindowAxis } from './window.ts';

/** Lines that run `body` for each tap of the window `output` that lies on the axis; they declare `tap` and `cell`. */
export function forCells(
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
export function forOutputs(
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
