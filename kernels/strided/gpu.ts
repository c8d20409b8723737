/** Copies between strided views on a graphics card: the thread of each element of the result finds where it is read. */
import type { GpuCall } from '../contract.ts';
import { singlePass } from '../gpu-form.ts';
import { unravel } from '../gpu-source.ts';
import type { Walk } from './collapse.ts';
import type { Copy } from './copy.ts';

/** One axis of a copy: how long it is and how far apart its elements are on either side. */
export interface CopyAxis {
  readonly size: number;
  readonly outStride: number;
  readonly xStride: number;
}

/** The axes of a walk over a result (operand 0) and what is read (operand 1), the inner row last. */
export function walkAxes({ length, sizes, steps, strides }: Walk): readonly CopyAxis[] {
  const outer = Array.from(sizes, (size, axis) => ({
    size,
    outStride: strides[0]![axis]!,
    xStride: strides[1]![axis]!,
  }));
  return [...outer, { size: length, outStride: steps[0]!, xStride: steps[1]! }];
}

/** One pass that fills a contiguous result, whose axes may come in any order, from the element `start` of x on. */
export function gatherAxes(axes: readonly CopyAxis[], start: number): GpuCall {
  const sorted = [...axes].sort((a, b) => b.outStride - a.outStride);
  const sizes = sorted.map(({ size }) => size);
  const size = sizes.reduce((product, length) => product * length, 1);
  const terms = sorted.map(({ xStride }, axis) => ` ${xStride < 0 ? '-' : '+'} i${axis} * ${Math.abs(xStride)}`);
  const source = `${unravel('i', 'this.thread.x', sizes)}\nreturn a0[${start}${terms.join('')}];`;
  return singlePass(source, 1, size);
}

/** The form of a kernel that copies a view of its only input to the whole of its output. */
export function viewCall({ walk, xStart }: Copy): GpuCall {
  return gatherAxes(walkAxes(walk), xStart);
}
