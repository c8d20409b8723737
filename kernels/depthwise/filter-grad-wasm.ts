/**
 * The filter gradient of a depthwise convolution as WebAssembly SIMD. A line of outputs and a row of taps at a time:
 * the sums of a line are float32 in registers, two for each tap, and are added to totals in double.
 */
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  v128,
  type FunctionBuilder,
  type Func,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { bytesFrom, rangesOf, splitOf } from '../split.ts';
import { outputRuns, type Run } from '../window-runs.ts';
import { ELEMENT, emitTouch, forVectors, loadLanes, storeLanes, VECTOR, vectorBytes } from '../window-wasm.ts';
import type { DepthwiseSizes } from './cpu.ts';
import { emitRepeat } from './multiplier-wasm.ts';
import { elementsOf, keyOf } from './wasm.ts';

/** Positions loaded together. */
const TILE = 4;
/** Taps summed together: 2 sums for each of 4, 4 gradient vectors, an image vector and a product are 14 of 15 registers. */
const MOST_TAPS = 4;
/** Sums of a tap, taken in turn by neighbouring positions: one alone would wait for its own addition. */
const SUMS = 2;
/** Bytes of 4 totals. */
const TOTALS = 32;

export function depthwiseFilterGradCall(sizes: DepthwiseSizes): WasmCall {
  const { multiplier } = sizes;
  const channels = sizes.channels * multiplier;
  const args = [sizes.batch];
  return {
    ...callOf(sizes, channels),
    args,
    split(most, however) {
      const step = however ? 4 : PART_CHANNELS;
      if (multiplier !== 1 || mergedPixels(sizes) > 1 || channels % step > 0) return undefined;
      // Parts of equal code have equal sizes.
      let count = Math.min(most, channels / step);
      while (count > 0 && channels % (count * step) > 0) count--;
      return splitOf(callOf(sizes, channels / count), rangesOf(channels, count, channels / count), ({ start }) => ({
        inputs: bytesFrom(start, [1, 1]),
        outputs: bytesFrom(start, [1]),
        args,
      }));
    },
  };
}

/** The least channels that make a part: each reads a cache line of every pixel, or more. */
const PART_CHANNELS = 16;

/** The gradient of so many neighbouring channels. */
function callOf(sizes: DepthwiseSizes, walked: number): Pick<WasmCall, 'code' | 'emit' | 'workspaceBytes'> {
  const { rows, columns, multiplier } = sizes;
  const channels = sizes.channels * multiplier;
  const { image, output, repeatedBytes } = elementsOf(sizes);
  const pixels = mergedPixels(sizes);
  const tapBytes = (vectorBytes(walked * pixels) / (4 * ELEMENT)) * TOTALS;
  const taps = rows.kernelSize * columns.kernelSize;
  const totalBytes = taps * tapBytes;
  return {
    code: `depthwiseFilterGrad ${keyOf(sizes)}, ${walked} channels`,
    workspaceBytes: repeatedBytes + totalBytes + VECTOR,
    emit: (f, { inputs, outputs, workspace, args }, module) => {
      if (channels === 0) return;
      const [x, dy] = inputs as readonly [Local<'i32'>, Local<'i32'>];
      const [dFilters] = outputs as readonly [Local<'i32'>];
      const totals = f.index(i32.add(workspace, repeatedBytes));
      f.fillMemory(totals, 0, totalBytes);
      const unused = f.index(i32.add(totals, totalBytes));
      const line = defineLine(module, sizes, walked, tapBytes);
      const imageAt = f.local('i32');
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        f.set(imageAt, multiplier === 1 ? x : workspace);
        if (multiplier !== 1) emitRepeat(f, x, workspace, image, multiplier);
        emitLines(f, sizes, walked, line, imageAt, dy, totals, columns.kernelSize * tapBytes, unused);
        f.increment(x, image * ELEMENT);
        f.increment(dy, output * ELEMENT);
      });
      f.for(f.local('i32'), 0, taps, 1, () => {
        emitResult(f, walked, pixels, totals, dFilters);
        f.increment(totals, tapBytes);
        f.increment(dFilters, channels * ELEMENT);
      });
    },
  };
}

const LINE_PARAMS = ['i32', 'i32', 'i32'] as const;
type Line = Func<typeof LINE_PARAMS, undefined>;

/** Calls the line function for each output row and each row of taps that it has. */
function emitLines(
  f: FunctionBuilder,
  { rows, columns, channels, multiplier }: DepthwiseSizes,
  walked: number,
  line: Line,
  image: Local<'i32'>,
  dy: Local<'i32'>,
  totals: Local<'i32'>,
  totalsRow: number,
  unused: Local<'i32'>,
): void {
  const runs = outputRuns(rows);
  const imageLine = columns.size * channels * multiplier * ELEMENT;
  const outputLine = columns.outputSize * channels * multiplier * ELEMENT;
  // The channels that are not walked, behind the last ones that are.
  const others = (channels * multiplier - walked) * ELEMENT;
  const [row, tap, firstAt, imageAt, dyAt, totalsAt] = f.locals('i32', 6) as readonly Local<'i32'>[];
  for (const { first, count, taps, firstTap, source } of runs.list) {
    if (taps === 0) continue;
    f.set(firstAt!, i32.add(image, source * imageLine));
    f.set(dyAt!, i32.add(dy, first * outputLine));
    f.for(row!, 0, count, 1, () => {
      f.set(imageAt!, firstAt!);
      f.set(totalsAt!, i32.add(totals, firstTap * totalsRow));
      emitTouch(f, i32.add(firstAt!, (taps - 1) * runs.sourceTapStep * imageLine), imageLine - others, unused);
      emitTouch(f, dyAt!, outputLine - others, unused);
      f.for(tap!, 0, taps, 1, () => {
        f.call(line, imageAt!, dyAt!, totalsAt!);
        f.increment(imageAt!, runs.sourceTapStep * imageLine);
        f.increment(totalsAt!, totalsRow);
      });
      f.increment(firstAt!, runs.sourceStep * imageLine);
      f.increment(dyAt!, outputLine);
    });
  }
}

/** Adds to the totals of a row of taps what a line of outputs and the image line under it give. */
function defineLine(module: ModuleBuilder, sizes: DepthwiseSizes, channels: number, tapBytes: number): Line {
  const { columns } = sizes;
  const pixels = mergedPixels(sizes);
  const pixelBytes = sizes.channels * sizes.multiplier * ELEMENT;
  return module.define({ name: 'depthwiseFilterLine', params: LINE_PARAMS }, (f, image, dy, totals) => {
    const slot = f.local('i32');
    for (const { from, taps } of tapGroups(columns.kernelSize)) {
      const strip = new Strip(f, taps, columns.stride * pixelBytes, columns.dilation * pixelBytes, pixelBytes);
      const before = columns.before - from * columns.dilation;
      const runs = outputRuns({ ...columns, kernelSize: taps, before }).list.filter((run) => run.taps > 0);
      const addresses = ({ first, source }: Run, pixel: number, at: I32): [Value<'i32'>, Value<'i32'>] => [
        i32.add(i32.add(image, at), (source + pixel * columns.stride) * pixelBytes),
        i32.add(i32.add(dy, at), (first + pixel) * pixelBytes),
      ];
      f.set(slot, i32.add(totals, from * tapBytes));
      if (pixels === 1) {
        forVectors(f, channels, (at, lanes) => {
          strip.clear();
          for (const run of runs) strip.add(...addresses(run, 0, at), run, run.count, 1, lanes);
          strip.addTo(slot, tapBytes);
          f.increment(slot, TOTALS);
        });
        continue;
      }
      for (let at = 0; at < pixels * pixelBytes; at += VECTOR) {
        strip.clear();
        for (const run of runs) {
          const whole = Math.floor(run.count / pixels);
          strip.add(...addresses(run, 0, at), run, whole, pixels, 4);
          // Single pixels come with the first vector, which begins with the channels of one.
          if (at > 0) continue;
          strip.add(...addresses(run, whole * pixels, 0), run, run.count - whole * pixels, 1, channels);
        }
        strip.addTo(slot, tapBytes);
        f.increment(slot, TOTALS);
      }
    }
  });
}

/** The sums of some neighbouring taps, for 4 channels at a time. */
class Strip {
  readonly #f: FunctionBuilder;
  readonly #sums: readonly Local<'v128'>[];
  readonly #gradients: readonly Local<'v128'>[];
  readonly #value: Local<'v128'>;
  readonly #imageAt: Local<'i32'>;
  readonly #dyAt: Local<'i32'>;
  readonly #position: Local<'i32'>;
  readonly #taps: number;
  readonly #imageStep: number;
  readonly #tapStep: number;
  readonly #dyStep: number;

  constructor(f: FunctionBuilder, taps: number, imageStep: number, tapStep: number, dyStep: number) {
    this.#f = f;
    this.#sums = f.locals('v128', taps * SUMS);
    this.#gradients = f.locals('v128', TILE);
    this.#value = f.local('v128');
    [this.#imageAt, this.#dyAt, this.#position] = f.locals('i32', 3) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
    this.#taps = taps;
    this.#imageStep = imageStep;
    this.#tapStep = tapStep;
    this.#dyStep = dyStep;
  }

  clear(): void {
    for (const sum of this.#sums) this.#f.set(sum, v128.zero());
  }

  /** Adds the products of a run's positions, each of some pixels. */
  add(image: I32, dy: I32, run: Run, positions: number, pixels: number, lanes: number): void {
    if (positions === 0) return;
    const f = this.#f;
    f.set(this.#imageAt, image);
    f.set(this.#dyAt, dy);
    const rest = positions % TILE;
    this.#loop(run, positions - rest, TILE, pixels, lanes);
    this.#loop(run, rest, 1, pixels, lanes);
  }

  #loop({ taps, firstTap }: Run, positions: number, tile: number, pixels: number, lanes: number): void {
    if (positions === 0) return;
    const f = this.#f;
    const imageStep = this.#imageStep * pixels;
    const dyStep = this.#dyStep * pixels;
    const uses = new Map<number, { readonly gradient: number; readonly tap: number }[]>();
    for (let k = 0; k < tile; k++) {
      for (let tap = 0; tap < taps; tap++) {
        const offset = k * imageStep + tap * this.#tapStep;
        uses.set(offset, [...(uses.get(offset) ?? []), { gradient: k, tap: firstTap + tap }]);
      }
    }
    f.for(this.#position, 0, positions, tile, () => {
      for (let k = 0; k < tile; k++) f.set(this.#gradients[k]!, loadLanes(this.#dyAt, lanes, k * dyStep));
      for (const [offset, users] of [...uses].sort(([a], [b]) => a - b)) {
        f.set(this.#value, loadLanes(this.#imageAt, lanes, offset));
        for (const { gradient, tap } of users) {
          const sum = this.#sums[tap + (gradient % SUMS) * this.#taps]!;
          f.set(sum, f32x4.add(sum, f32x4.mul(this.#value, this.#gradients[gradient]!)));
        }
      }
      f.increment(this.#imageAt, tile * imageStep);
      f.increment(this.#dyAt, tile * dyStep);
    });
  }

  /** Adds the sums to their totals, which are `tapBytes` apart. */
  addTo(slot: Local<'i32'>, tapBytes: number): void {
    const f = this.#f;
    const sum = this.#value;
    for (let tap = 0; tap < this.#taps; tap++) {
      f.set(sum, f32x4.add(this.#sums[tap]!, this.#sums[tap + this.#taps]!));
      const low = tap * tapBytes;
      const high = low + TOTALS / 2;
      f.store(slot, f64x2.add(v128.load(slot, low), f64x2.promoteLowF32x4(sum)), low);
      const upper = i32x4.shuffle(sum, sum, [2, 3, 2, 3]);
      f.store(slot, f64x2.add(v128.load(slot, high), f64x2.promoteLowF32x4(upper)), high);
    }
  }
}

/** Rounds the totals of one tap; those of merged pixels are added up first. */
function emitResult(
  f: FunctionBuilder,
  channels: number,
  pixels: number,
  totals: Local<'i32'>,
  to: Local<'i32'>,
): void {
  if (pixels > 1) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = f64.load(totals, channel * 8);
      for (let pixel = 1; pixel < pixels; pixel++) {
        sum = f64.add(sum, f64.load(totals, (pixel * channels + channel) * 8));
      }
      f.store(to, f32.demoteF64(sum), channel * ELEMENT);
    }
    return;
  }
  const slot = f.index(totals);
  f.set(slot, totals);
  const rounded = f.local('v128');
  forVectors(f, channels, (at, lanes) => {
    const low = f32x4.demoteF64x2Zero(v128.load(slot));
    const high = f32x4.demoteF64x2Zero(v128.load(slot, TOTALS / 2));
    f.set(rounded, i32x4.shuffle(low, high, [0, 1, 4, 5]));
    storeLanes(f, i32.add(to, at), rounded, lanes);
    f.increment(slot, TOTALS);
  });
}

/** A row of taps in parts of about equal size that fit the registers. */
function tapGroups(kernelWidth: number): readonly { readonly from: number; readonly taps: number }[] {
  const groups = Math.ceil(kernelWidth / MOST_TAPS);
  return Array.from({ length: groups }, (_, index) => {
    const from = Math.floor((index * kernelWidth) / groups);
    return { from, taps: Math.floor(((index + 1) * kernelWidth) / groups) - from };
  });
}

/** Pixels that share vectors: with 1 to 3 channels at stride 1. */
function mergedPixels({ channels, multiplier, columns }: DepthwiseSizes): number {
  const all = channels * multiplier;
  if (all === 0 || all > 3 || columns.stride !== 1) return 1;
  return all === 2 ? 2 : 4;
}
