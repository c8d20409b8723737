/**
 * One pass of a depthwise convolution as WebAssembly SIMD, forward or towards the input: each target pixel is the sum
 * over its taps of a source pixel times a filter pixel, 4 channels at a time, in tiles of neighbouring positions that
 * load each source vector once per row of taps. Images of 1 to 3 channels and stride 1 put several pixels into a vector.
 */
import {
  f32x4,
  i32,
  v128,
  type FunctionBuilder,
  type Func,
  type I32,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import type { Runs } from '../window-runs.ts';
import { ELEMENT, emitTouch, forTiles, forVectors, loadLanes, storeLanes, VECTOR } from '../window-wasm.ts';

/** Positions computed together. */
const TILE = 4;
/** Rows of at most so many taps are unrolled; longer ones are a loop. */
const UNROLLED = 5;

/** Target positions and the source positions that they see, all with the same channels. */
export interface Pass {
  readonly rows: Runs;
  readonly columns: Runs;
  /** Pixels of a line. */
  readonly sourceWidth: number;
  readonly targetWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly channels: number;
  readonly hasBias: boolean;
}

/** The sums of one image: addresses of source and target. */
export type EmitImage = (source: Local<'i32'>, target: Local<'i32'>) => void;

/** Memory for the filters and bias of merged pixels, or a word for `emitTouch`. */
export function passWorkspaceBytes(pass: Pass): number {
  const pixels = mergedPixels(pass);
  return pixels === 1 ? VECTOR : (pass.kernelHeight * pass.kernelWidth + 1) * pixels * pass.channels * ELEMENT;
}

/** Writes what comes before the first image; gives what to write for each. Without a bias its address says nothing. */
export function preparePass(
  f: FunctionBuilder,
  module: ModuleBuilder,
  pass: Pass,
  filters: Local<'i32'>,
  bias: Local<'i32'>,
  workspace: Local<'i32'>,
): EmitImage {
  const pixels = mergedPixels(pass);
  const pixelBytes = pass.channels * ELEMENT;
  const filterPixels = pass.kernelHeight * pass.kernelWidth;
  const packedBias = f.index(i32.add(workspace, filterPixels * pixels * pixelBytes));
  if (pixels > 1) {
    packPixels(f, filters, workspace, filterPixels, pass.channels, pixels);
    if (pass.hasBias) packPixels(f, bias, packedBias, 1, pass.channels, pixels);
  }
  const line = defineLine(module, pass);
  const sourceLine = pass.sourceWidth * pixelBytes;
  const targetLine = pass.targetWidth * pixelBytes;
  const sourceAt = f.local('i32');
  const targetAt = f.local('i32');
  const row = f.local('i32');
  return (source, target) => {
    for (const { first, count, taps, firstTap, source: firstSource } of pass.rows.list) {
      const firstFilter = firstTap * pass.kernelWidth * pixelBytes;
      // The last source line: the others were read for the rows before.
      const newest = Math.max(0, (taps - 1) * pass.rows.sourceTapStep) * sourceLine;
      f.set(sourceAt, i32.add(source, firstSource * sourceLine));
      f.set(targetAt, i32.add(target, first * targetLine));
      f.for(row, 0, count, 1, () => {
        if (pixels === 1 && taps > 0) emitTouch(f, i32.add(sourceAt, newest), sourceLine, workspace);
        f.call(
          line,
          sourceAt,
          targetAt,
          i32.add(filters, firstFilter),
          bias,
          i32.add(workspace, firstFilter * pixels),
          packedBias,
          taps,
        );
        f.increment(sourceAt, pass.rows.sourceStep * sourceLine);
        f.increment(targetAt, pass.rows.step * targetLine);
      });
    }
  };
}

const LINE_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** A line of target pixels, from its row, the source row of its first tap, filters and bias, twice, and its rows of taps. */
function defineLine(module: ModuleBuilder, pass: Pass): Func<typeof LINE_PARAMS, undefined> {
  const { columns, channels } = pass;
  const pixelBytes = channels * ELEMENT;
  const pixels = mergedPixels(pass);
  const mergedBytes = pixels * pixelBytes;
  return module.define(
    { name: 'depthwiseLine', params: LINE_PARAMS },
    (f, source, target, filters, bias, packedFilters, packedBias, rows) => {
      for (const { first, count, taps, firstTap, source: firstSource } of columns.list) {
        const strip = (merged: boolean, from: number, positions: number): void => {
          const func = defineStrip(module, pass, taps, positions >= TILE ? TILE : 1, merged ? pixels : 1);
          f.call(
            func,
            i32.add(source, (firstSource + from * columns.sourceStep) * pixelBytes + lowestTap(pass, taps)),
            i32.add(target, (first + from * columns.step) * pixelBytes),
            i32.add(merged ? packedFilters : filters, firstTap * (merged ? mergedBytes : pixelBytes)),
            merged ? packedBias : bias,
            rows,
            positions,
            taps,
          );
        };
        if (pixels === 1 || count < pixels) {
          strip(false, 0, count);
          continue;
        }
        strip(true, 0, Math.floor(count / pixels));
        // What is left over is computed together with what comes before.
        if (count % pixels !== 0) strip(true, count - pixels, 1);
      }
    },
  );
}

/** Unrolled rows count their source addresses from the lowest tap, because offsets of loads are not negative. */
function lowestTap({ columns, channels }: Pass, taps: number): number {
  if (taps === 0 || taps > UNROLLED) return 0;
  return Math.min(0, (taps - 1) * columns.sourceTapStep * channels * ELEMENT);
}

const STRIP_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Some neighbouring positions that see all of their taps in a row: source, target, filters, bias, rows, positions, taps. */
function defineStrip(
  module: ModuleBuilder,
  pass: Pass,
  taps: number,
  tile: number,
  pixels: number,
): Func<typeof STRIP_PARAMS, undefined> {
  const { rows, columns, channels, kernelWidth, sourceWidth, hasBias } = pass;
  const unrolled = taps <= UNROLLED;
  const sourcePixel = channels * ELEMENT;
  const filterPixel = sourcePixel * pixels;
  const steps: RowSteps = {
    taps,
    position: columns.sourceStep * sourcePixel * pixels,
    sourceTap: columns.sourceTapStep * sourcePixel,
    filterTap: columns.tapStep * filterPixel,
  };
  const targetStep = columns.step * sourcePixel * pixels;
  const sourceRow = rows.sourceTapStep * sourceWidth * sourcePixel;
  const filterRow = rows.tapStep * kernelWidth * filterPixel;
  const { position, sourceTap, filterTap } = steps;
  const key = [
    unrolled ? taps : 'many',
    tile,
    channels,
    pixels,
    targetStep,
    sourceRow,
    filterRow,
    hasBias,
    position,
    sourceTap,
    filterTap,
  ].join();
  return module.once(`depthwiseStrip ${key}`, () =>
    module.define(
      { name: 'depthwiseStrip', params: STRIP_PARAMS },
      (f, source, target, filters, bias, rowCount, positions, tapCount) => {
        const sums = f.locals('v128', tile);
        const sourceAt = f.local('i32');
        const filterAt = f.local('i32');
        const row = f.local('i32');
        const emitRow = unrolled ? unrolledRow(f, steps, sums) : loopedRow(f, steps, sums, tapCount);
        forTiles(
          f,
          positions,
          tile,
          () => {
            forVectors(f, channels * pixels, (at, lanes) => {
              sums.forEach((sum, k) => {
                if (k > 0) f.set(sum, sums[0]!);
                else f.set(sum, hasBias ? loadLanes(i32.add(bias, at), lanes) : v128.zero());
              });
              f.set(sourceAt, i32.add(source, at));
              f.set(filterAt, i32.add(filters, at));
              f.for(row, 0, rowCount, 1, () => {
                emitRow(sourceAt, filterAt, lanes);
                f.increment(sourceAt, sourceRow);
                f.increment(filterAt, filterRow);
              });
              sums.forEach((sum, k) => storeLanes(f, i32.add(target, at), sum, lanes, k * targetStep));
            });
          },
          (step) => {
            f.increment(source, i32.mul(step, steps.position));
            f.increment(target, i32.mul(step, targetStep));
          },
        );
      },
    ),
  );
}

/** Bytes from one position to the next, and from one tap to the next on both sides. */
interface RowSteps {
  readonly taps: number;
  readonly position: number;
  readonly sourceTap: number;
  readonly filterTap: number;
}

type EmitRow = (source: Local<'i32'>, filters: Local<'i32'>, lanes: number) => void;

/**
 * A row of taps with its filters in registers: 5 of them, 4 sums, a source vector and a product are 11 of 15. A source
 * vector that several positions see is loaded once.
 */
function unrolledRow(f: FunctionBuilder, steps: RowSteps, sums: readonly Local<'v128'>[]): EmitRow {
  const { taps, position, sourceTap, filterTap } = steps;
  const lowest = Math.min(0, (taps - 1) * sourceTap);
  const filterVectors = f.locals('v128', taps);
  const value = f.local('v128');
  const uses = new Map<number, { readonly sum: Local<'v128'>; readonly filter: Local<'v128'> }[]>();
  sums.forEach((sum, k) => {
    filterVectors.forEach((filter, tap) => {
      const offset = k * position + tap * sourceTap - lowest;
      uses.set(offset, [...(uses.get(offset) ?? []), { sum, filter }]);
    });
  });
  const ascending = [...uses].sort(([a], [b]) => a - b);
  return (source, filters, lanes) => {
    filterVectors.forEach((filter, tap) => f.set(filter, loadLanes(filters, lanes, tap * filterTap)));
    for (const [offset, users] of ascending) {
      f.set(value, loadLanes(source, lanes, offset));
      for (const { sum, filter } of users) f.set(sum, f32x4.add(sum, f32x4.mul(value, filter)));
    }
  };
}

function loopedRow(
  f: FunctionBuilder,
  { position, sourceTap, filterTap }: RowSteps,
  sums: readonly Local<'v128'>[],
  taps: I32,
): EmitRow {
  const sourceAt = f.local('i32');
  const filterAt = f.local('i32');
  const tap = f.local('i32');
  const filter = f.local('v128');
  return (source, filters, lanes) => {
    f.set(sourceAt, source);
    f.set(filterAt, filters);
    f.for(tap, 0, taps, 1, () => {
      f.set(filter, loadLanes(filterAt, lanes));
      sums.forEach((sum, k) => {
        f.set(sum, f32x4.add(sum, f32x4.mul(loadLanes(sourceAt, lanes, k * position), filter)));
      });
      f.increment(sourceAt, sourceTap);
      f.increment(filterAt, filterTap);
    });
  };
}

/** Pixels that share vectors: with 1 to 3 channels, where neighbours see neighbours. */
function mergedPixels({ channels, columns: { step, sourceStep } }: Pass): number {
  if (channels === 0 || channels > 3 || step !== 1 || sourceStep !== 1) return 1;
  return channels === 2 ? 2 : 4;
}

/** Writes each pixel several times in a row. */
function packPixels(f: FunctionBuilder, from: I32, to: I32, count: number, channels: number, times: number): void {
  const source = f.index(from);
  const target = f.index(to);
  const value = f.local('v128');
  f.for(f.local('i32'), 0, count, 1, () => {
    f.set(value, loadLanes(source, channels));
    for (let k = 0; k < times; k++) storeLanes(f, target, value, channels, k * channels * ELEMENT);
    f.increment(source, channels * ELEMENT);
    f.increment(target, channels * times * ELEMENT);
  });
}
