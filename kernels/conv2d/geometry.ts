/**
 * Convolution resolved into sizes. The forward pass and the input gradient are one computation, a correlation: every
 * target pixel is a sum over taps, each a source pixel times that tap's matrix. Padding counts as source pixels of 0.
 */
import type { Shape } from '../../src/tensor/shape.ts';
import { type Padding, type WindowAxis, windowAxis } from '../window.ts';

/** The options of a 2-D convolution; 1-D ones come here with height 1. */
export interface WindowOptions {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
  readonly groups: number;
}

/** Both axes of the windows and the channels: what x, filters and y say together. */
export interface ConvSizes {
  readonly batch: number;
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  readonly groups: number;
  /** Channels of one group. */
  readonly inChannels: number;
  readonly outChannels: number;
}

/**
 * Target pixels that share their taps: pixel (u, v) of a grid of `rows` x `columns` is target pixel
 * `(targetY + u * targetStepY, targetX + v * targetStepX)`; tap t sees source pixel
 * `(u * sourceStepY + tapY[t], v * sourceStepX + tapX[t])` through matrix `tapFilter[t]` of the filters.
 */
export interface Pass {
  readonly rows: number;
  readonly columns: number;
  readonly targetY: number;
  readonly targetX: number;
  readonly targetStepY: number;
  readonly targetStepX: number;
  readonly sourceStepY: number;
  readonly sourceStepX: number;
  readonly tapY: Int32Array;
  readonly tapX: Int32Array;
  readonly tapFilter: Int32Array;
}

/** A correlation from source to target images; channels are those of one group. */
export interface CorrelationGeometry {
  /** What it was made from. */
  readonly sizes: ConvSizes;
  readonly batch: number;
  readonly groups: number;
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly sourceChannels: number;
  readonly targetHeight: number;
  readonly targetWidth: number;
  readonly targetChannels: number;
  /** Element steps in the filters: from tap to tap, group to group, source channel and target channel. */
  readonly filterTap: number;
  readonly filterGroup: number;
  readonly filterSource: number;
  readonly filterTarget: number;
  readonly passes: readonly Pass[];
  readonly flops: number;
}

/** Reads the sizes from x `[batch, h, w, inC]`, filters `[kh, kw, inC / groups, outC]` and y `[batch, oh, ow, outC]`. */
export function convSizes(x: Shape, filters: Shape, y: Shape, options: WindowOptions): ConvSizes {
  const [batch = 0, height = 0, width = 0] = x;
  const [kernelHeight = 0, kernelWidth = 0, inChannels = 0, outChannels = 0] = filters;
  const [, outHeight = 0, outWidth = 0] = y;
  const { strides, dilationRate, padding, groups } = options;
  return {
    batch,
    rows: windowAxis(height, outHeight, kernelHeight, strides[0], dilationRate[0], padding),
    columns: windowAxis(width, outWidth, kernelWidth, strides[1], dilationRate[1], padding),
    groups,
    inChannels,
    outChannels: outChannels / groups,
  };
}

/** Every gradient of a convolution multiplies the same pairs of numbers as the convolution itself. */
export function convFlops({ batch, rows, columns, groups, inChannels, outChannels }: ConvSizes): number {
  const pixels = batch * rows.outputSize * columns.outputSize;
  return 2 * pixels * rows.kernelSize * columns.kernelSize * groups * inChannels * outChannels;
}

/** y from x: one pass, in which every output pixel sees all taps. */
export function forwardCorrelation(sizes: ConvSizes): CorrelationGeometry {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  return {
    sizes,
    batch,
    groups,
    sourceHeight: rows.size,
    sourceWidth: columns.size,
    sourceChannels: inChannels,
    targetHeight: rows.outputSize,
    targetWidth: columns.outputSize,
    targetChannels: outChannels,
    filterTap: inChannels * groups * outChannels,
    filterGroup: outChannels,
    filterSource: groups * outChannels,
    filterTarget: 1,
    passes: [makePass(forwardPhase(rows), forwardPhase(columns), columns.kernelSize)],
    flops: convFlops(sizes),
  };
}

/**
 * dx from dy: input cell i meets output `(i + before - tap * dilation) / stride` where that is whole, so cells with
 * the same remainder by the stride share their taps: one pass for each remainder of each axis.
 */
export function inputGradCorrelation(sizes: ConvSizes): CorrelationGeometry {
  const { batch, rows, columns, groups, inChannels, outChannels } = sizes;
  const columnPhases = inputGradPhases(columns);
  return {
    sizes,
    batch,
    groups,
    sourceHeight: rows.outputSize,
    sourceWidth: columns.outputSize,
    sourceChannels: outChannels,
    targetHeight: rows.size,
    targetWidth: columns.size,
    targetChannels: inChannels,
    filterTap: inChannels * groups * outChannels,
    filterGroup: outChannels,
    filterSource: 1,
    filterTarget: groups * outChannels,
    passes: inputGradPhases(rows).flatMap((row) =>
      columnPhases.map((column) => makePass(row, column, columns.kernelSize)),
    ),
    flops: convFlops(sizes),
  };
}

/** One axis of a pass. */
interface Phase {
  readonly count: number;
  readonly target: number;
  readonly targetStep: number;
  readonly sourceStep: number;
  readonly taps: readonly { readonly tap: number; readonly offset: number }[];
}

function forwardPhase({ outputSize, kernelSize, stride, dilation, before }: WindowAxis): Phase {
  const taps = Array.from({ length: kernelSize }, (_, tap) => ({ tap, offset: tap * dilation - before }));
  return { count: outputSize, target: 0, targetStep: 1, sourceStep: stride, taps };
}

function inputGradPhases({ size, kernelSize, stride, dilation, before }: WindowAxis): Phase[] {
  const phases: Phase[] = [];
  for (let target = 0; target < Math.min(stride, size); target++) {
    const taps = Array.from({ length: kernelSize }, (_, tap) => ({
      tap,
      offset: (target + before - tap * dilation) / stride,
    })).filter(({ offset }) => Number.isInteger(offset));
    const count = Math.ceil((size - target) / stride);
    phases.push({ count, target, targetStep: stride, sourceStep: 1, taps });
  }
  return phases;
}

function makePass(row: Phase, column: Phase, kernelWidth: number): Pass {
  const taps = row.taps.flatMap((y) =>
    column.taps.map((x) => ({ y: y.offset, x: x.offset, filter: y.tap * kernelWidth + x.tap })),
  );
  return {
    rows: row.count,
    columns: column.count,
    targetY: row.target,
    targetX: column.target,
    targetStepY: row.targetStep,
    targetStepX: column.targetStep,
    sourceStepY: row.sourceStep,
    sourceStepX: column.sourceStep,
    tapY: Int32Array.from(taps, ({ y }) => y),
    tapX: Int32Array.from(taps, ({ x }) => x),
    tapFilter: Int32Array.from(taps, ({ filter }) => filter),
  };
}
