/** The filter gradient resolved for WebAssembly: bytes, tables, and where each part of the workspace stands. */
import { PANEL_STEP, TILE_COLUMNS } from '../gemm/tile.ts';
import type { WindowAxis } from '../window.ts';
import type { ConvSizes } from './geometry.ts';
import { imagesOf, tableBytes, type Grid, type Images } from './images.ts';

/**
 * Pixels whose products are summed in registers before they go to the sums in memory. Their part of dy, 8 channels wide,
 * stays in the first cache; and sums of sums are more accurate than one long sum.
 */
const BLOCK_PIXELS = 256;
/** Frames of small images that stand in the workspace together. */
const FRAMES_BYTES = 1 << 18;
/**
 * Neighbouring pixels a multiple of this apart meet in few sets of the first cache and drive each other out; a line
 * between them spreads them: 61 to 81 % of the peak with 256 channels, 85 to 92 % with 128 on images of 7 x 7.
 */
const CONFLICT_BYTES = 512;
const CACHE_LINE = 64;
/** With 9 rows, dy in place gives 78 % of the peak instead of 53; with 27 rows, 79 instead of 69. */
const UNPACKED_ROWS = 30;

export interface FilterGradLayout {
  readonly images: Images;
  readonly imagesAtOnce: number;
  readonly groups: number;
  readonly outChannels: number;
  /** Bytes from pixel to pixel of dy, and from entry to entry of the filters: the channels of all groups. */
  readonly dyStep: number;
  readonly panels: number;
  /** Filter entries of one group and output channel, as rows: taps, then input channels. */
  readonly grid: Grid;
  readonly rows: number;
  readonly sourceGroupBytes: number;
  /** Lines of one image of dy, and the bytes from one to the next in the frames. */
  readonly lines: number;
  readonly lineStep: number;
  readonly columns: number;
  /** Pixels of a line that make one block: all of them, or so many and a last part. */
  readonly columnsAtOnce: number;
  readonly linesAtOnce: number;
  /** Bytes from pixel to pixel in the frames. */
  readonly pixelStep: number;
  readonly framesAt: number;
  readonly sumsAt: number;
  /** Bytes of the sums of one panel; a last row that nobody reads takes what fills up the last tile. */
  readonly sumsBytes: number;
  /** Whether dy is copied to panels, or read in place: for few rows copying costs more than it saves. */
  readonly packed: boolean;
  readonly panelAt: number;
  readonly tableAt: number;
  readonly runsAt: number;
  readonly workspaceBytes: number;
}

export function filterGradLayout(sizes: ConvSizes): FilterGradLayout {
  const { rows, columns, groups, inChannels, outChannels } = sizes;
  const channels = groups * inChannels;
  const gap = (4 * channels) % CONFLICT_BYTES === 0 ? CACHE_LINE : 0;
  const images = imagesOf(rows.size, columns.size, channels, [paddingOf(rows), paddingOf(columns)], gap);
  const { frameBytes, frameLineBytes, framePixelBytes, framed } = images;
  const pixels = rows.outputSize * columns.outputSize;
  const fitting = framed ? Math.floor(FRAMES_BYTES / frameBytes) : Infinity;
  const imagesAtOnce = Math.max(1, Math.min(Math.floor(BLOCK_PIXELS / Math.max(pixels, 1)), fitting));
  // A line that is a little longer than a block is no reason for a second block.
  const columnsAtOnce = columns.outputSize <= 2 * BLOCK_PIXELS ? columns.outputSize : BLOCK_PIXELS;
  const linesAtOnce =
    columnsAtOnce < columns.outputSize ? 1 : Math.max(1, Math.floor(BLOCK_PIXELS / Math.max(columnsAtOnce, 1)));
  const panels = Math.ceil(outChannels / TILE_COLUMNS);
  const entries = rows.kernelSize * columns.kernelSize * inChannels;
  const sumsBytes = (entries + 1) * PANEL_STEP;
  // In place a tile reads whole vectors, so the last channels must fill one.
  const packed = entries > UNPACKED_ROWS || outChannels % 4 > 0;
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 16) * 16;
    return at;
  };
  return {
    images,
    imagesAtOnce,
    groups,
    outChannels,
    dyStep: 4 * groups * outChannels,
    panels,
    grid: {
      counts: [rows.kernelSize, columns.kernelSize, inChannels],
      from: { start: 0, steps: [rows.dilation * frameLineBytes, columns.dilation * framePixelBytes, 4] },
      to: {
        start: 0,
        steps: [columns.kernelSize * inChannels * PANEL_STEP, inChannels * PANEL_STEP, PANEL_STEP],
      },
    },
    rows: entries,
    sourceGroupBytes: 4 * inChannels,
    lines: rows.outputSize,
    lineStep: rows.stride * frameLineBytes,
    columns: columns.outputSize,
    columnsAtOnce,
    linesAtOnce,
    pixelStep: columns.stride * framePixelBytes,
    framesAt: place(framed ? imagesAtOnce * frameBytes : 0),
    sumsAt: place(groups * panels * sumsBytes),
    sumsBytes,
    packed,
    panelAt: place(packed ? linesAtOnce * columnsAtOnce * PANEL_STEP : 0),
    tableAt: place(tableBytes(entries)),
    runsAt: place(4 * imagesAtOnce * rows.outputSize),
    workspaceBytes: end,
  };
}

/** The layout for some of the output channels: blocks of pixels, and so the order of sums, are those of all. */
export function ofChannels(layout: FilterGradLayout, outChannels: number): FilterGradLayout {
  return { ...layout, outChannels, panels: outChannels / TILE_COLUMNS };
}

/** Positions before the first and behind the last cell that some output looks at. */
function paddingOf({ size, outputSize, kernelSize, stride, dilation, before }: WindowAxis): readonly [number, number] {
  if (outputSize === 0) return [0, 0];
  return [before, Math.max(0, (outputSize - 1) * stride + (kernelSize - 1) * dilation - before - (size - 1))];
}
