/** A correlation resolved for WebAssembly: bytes, tables, and where each part of the workspace stands. */
import { PANEL_STEP, TILE_COLUMNS } from '../gemm/tile.ts';
import type { CorrelationGeometry, Pass } from './geometry.ts';
import { imagesOf, tableBytes, type Frame, type Grid, type Images } from './images.ts';
import type { Walk } from './sweep.ts';

/**
 * Pixels that go through all panels together, whole tiles of 5 rows and of 6; with many channels they leave room for a
 * panel in the first cache.
 */
const BLOCK_PIXELS = 60;
/** Frames of small images that stand in the workspace together. */
const FRAMES_BYTES = 1 << 18;
/** Steps that are written out instead of looped over. */
const STEPS_IN_LINE = 36;

export interface PassLayout {
  readonly grid: Grid;
  /** Numbers in one column of a panel. */
  readonly depth: number;
  /** The taps in the order of the runs. */
  readonly taps: readonly number[];
  /** The filters hold what a panel does, in its order: line after line of target channels, evenly spaced. */
  readonly evenFilters: boolean;
  /** Where each run starts, in bytes from a pixel's first tap. */
  readonly runs: readonly number[];
  readonly walk: Walk;
  readonly panelsAt: number;
  readonly tableAt: number;
  readonly runsAt: number;
}

export interface CorrelationLayout {
  readonly images: Images;
  readonly imagesAtOnce: number;
  readonly blockPixels: number;
  readonly groups: number;
  /** Of one group; its channels fill so many panels. */
  readonly targetChannels: number;
  readonly panels: number;
  readonly sourceGroupBytes: number;
  readonly targetImageBytes: number;
  readonly filters: {
    readonly tapBytes: number;
    readonly groupBytes: number;
    readonly sourceBytes: number;
    readonly targetBytes: number;
    readonly sourceChannels: number;
  };
  readonly passes: readonly PassLayout[];
  readonly framesAt: number;
  readonly biasAt: number;
  readonly workspaceBytes: number;
}

export function correlationLayout(geometry: CorrelationGeometry): CorrelationLayout {
  const { groups, sourceHeight, sourceWidth, sourceChannels, targetChannels, targetWidth, targetHeight } = geometry;
  const passes = geometry.passes.filter(({ rows, columns }) => rows * columns > 0);
  const frame: Frame = [
    paddingOf(passes, sourceHeight, ({ rows, sourceStepY, tapY }) => reach(rows, sourceStepY, tapY)),
    paddingOf(passes, sourceWidth, ({ columns, sourceStepX, tapX }) => reach(columns, sourceStepX, tapX)),
  ];
  const images = imagesOf(sourceHeight, sourceWidth, groups * sourceChannels, frame);
  const most = Math.max(1, ...passes.map(({ rows, columns }) => rows * columns));
  const fitting = images.framed ? Math.floor(FRAMES_BYTES / images.frameBytes) : Infinity;
  const imagesAtOnce = Math.max(1, Math.min(Math.floor(BLOCK_PIXELS / most), fitting));
  const panels = Math.ceil(targetChannels / TILE_COLUMNS);
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 16) * 16;
    return at;
  };
  const framesAt = place(images.framed ? imagesAtOnce * images.frameBytes : 0);
  const biasAt = place(groups * panels * PANEL_STEP);
  return {
    images,
    imagesAtOnce,
    blockPixels: BLOCK_PIXELS,
    groups,
    targetChannels,
    panels,
    sourceGroupBytes: 4 * sourceChannels,
    targetImageBytes: 4 * targetHeight * targetWidth * groups * targetChannels,
    filters: {
      tapBytes: 4 * geometry.filterTap,
      groupBytes: 4 * geometry.filterGroup,
      sourceBytes: 4 * geometry.filterSource,
      targetBytes: 4 * geometry.filterTarget,
      sourceChannels,
    },
    passes: passes.map((pass) => {
      const { taps, runs, length, origin } = runsOf(pass, geometry, images);
      const depth = taps.length * sourceChannels;
      const grid = gridOf(pass, geometry, images, origin, imagesAtOnce);
      return {
        grid,
        depth,
        taps,
        evenFilters: hasEvenFilters(taps, geometry),
        runs,
        walk: depth <= STEPS_IN_LINE ? { step: 4, length, offsets: runs } : { step: 4, length },
        panelsAt: place(groups * panels * depth * PANEL_STEP),
        tableAt: place(tableBytes(imagesAtOnce * pass.rows * pass.columns)),
        runsAt: place(4 * runs.length),
      };
    }),
    framesAt,
    biasAt,
    workspaceBytes: end,
  };
}

function hasEvenFilters(
  taps: readonly number[],
  { filterTap, filterSource, filterTarget, sourceChannels }: CorrelationGeometry,
): boolean {
  const inOrder = taps.every((tap, index) => tap === index);
  return inOrder && filterTarget === 1 && filterTap === sourceChannels * filterSource;
}

/** The first and the last source position that a pass looks at on one axis. */
function reach(count: number, step: number, taps: Int32Array): readonly [number, number] {
  return taps.length === 0 ? [0, 0] : [Math.min(...taps), (count - 1) * step + Math.max(...taps)];
}

/** Positions before the first and behind the last that some pass looks at. */
function paddingOf(
  passes: readonly Pass[],
  size: number,
  reachOf: (pass: Pass) => readonly [number, number],
): readonly [number, number] {
  const reaches = passes.map(reachOf);
  return [
    Math.max(0, ...reaches.map(([first]) => -first)),
    Math.max(0, ...reaches.map(([, last]) => last - (size - 1))),
  ];
}

/**
 * The taps of a pass from the top left to the bottom right, cut into runs of numbers that follow each other. The taps of
 * an input gradient come in the opposite order.
 */
function runsOf(
  { tapY, tapX, tapFilter }: Pass,
  { groups, sourceChannels }: CorrelationGeometry,
  { frameLineBytes, pixelBytes, top, left }: Images,
): { taps: number[]; runs: number[]; length: number; origin: number } {
  const taps = Array.from(tapFilter, (filter, tap) => ({ filter, y: tapY[tap]!, x: tapX[tap]! }));
  taps.sort((a, b) => a.y - b.y || a.x - b.x);
  const [first] = taps;
  if (!first) return { taps: [], runs: [], length: 0, origin: 0 };
  const offsets = taps.map(({ y, x }) => (y - first.y) * frameLineBytes + (x - first.x) * pixelBytes);
  const columns = taps.filter(({ y }) => y === first.y).length;
  const together = groups === 1 && taps.every(({ x }, tap) => tap % columns === 0 || x === taps[tap - 1]!.x + 1);
  return {
    taps: taps.map(({ filter }) => filter),
    runs: together ? offsets.filter((_, tap) => tap % columns === 0) : offsets,
    length: together ? columns * sourceChannels : sourceChannels,
    origin: (top + first.y) * frameLineBytes + (left + first.x) * pixelBytes,
  };
}

function gridOf(
  pass: Pass,
  { groups, targetHeight, targetWidth, targetChannels }: CorrelationGeometry,
  { framed, imageBytes, frameBytes, frameLineBytes, pixelBytes }: Images,
  origin: number,
  imagesAtOnce: number,
): Grid {
  const { rows, columns, targetY, targetX, targetStepY, targetStepX, sourceStepY, sourceStepX } = pass;
  const targetPixel = 4 * groups * targetChannels;
  return {
    counts: [imagesAtOnce, rows, columns],
    from: {
      start: origin,
      steps: [framed ? frameBytes : imageBytes, sourceStepY * frameLineBytes, sourceStepX * pixelBytes],
    },
    to: {
      start: (targetY * targetWidth + targetX) * targetPixel,
      steps: [
        targetHeight * targetWidth * targetPixel,
        targetStepY * targetWidth * targetPixel,
        targetStepX * targetPixel,
      ],
    },
  };
}
