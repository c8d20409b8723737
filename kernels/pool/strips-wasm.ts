/**
 * What all pools share as WebAssembly: the walk over images, target lines and strips of positions that see the same
 * taps, so that padding never comes up.
 */
import {
  i32,
  type FunctionBuilder,
  type Func,
  type I32,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';
import { outputRuns, type Runs } from '../window-runs.ts';
import { axisKey, ELEMENT, emitTouch, VECTOR } from '../window-wasm.ts';
import type { PoolSizes } from './cpu.ts';

/** Target positions and the source positions that they see. */
export interface PoolPass {
  /** The code of the call: shared functions hold all of its geometry. */
  readonly code: string;
  readonly rows: Runs;
  readonly columns: Runs;
  /** Pixels of a line. */
  readonly sourceWidth: number;
  readonly targetWidth: number;
  readonly channels: number;
}

/** Bytes from one position, or tap, to the next. */
export interface PoolSteps {
  readonly position: number;
  readonly tap: number;
  readonly rowTap: number;
  readonly target: number;
}

export function stepsOf({ rows, columns, sourceWidth, channels }: PoolPass): PoolSteps {
  const pixel = channels * ELEMENT;
  return {
    position: columns.sourceStep * pixel,
    tap: columns.sourceTapStep * pixel,
    rowTap: rows.sourceTapStep * sourceWidth * pixel,
    target: columns.step * pixel,
  };
}

/**
 * Addresses of the first source and the first target, how many positions, rows of taps and taps in a row; where in its
 * image the first source lies, in elements; the bytes from the target to a second one.
 */
export const STRIP_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
export type StripFunc = Func<typeof STRIP_PARAMS, undefined>;

/** Windows of at most so many taps are unrolled, each size of window that the borders leave. */
const UNROLLED = 9;

/** The size of the windows that a strip's code is made for; undefined where they are walked in loops. */
export interface Window {
  readonly rows: number;
  readonly columns: number;
}

function isUnrolled({ rows, columns }: PoolPass): boolean {
  const most = ({ list }: Runs): number => Math.max(0, ...list.map(({ taps }) => taps));
  return most(rows) * most(columns) <= UNROLLED;
}

/** What a pool's code is known by. */
export function poolKey(name: string, { rows, columns, channels }: PoolSizes): string {
  return `${name} ${axisKey(rows)} x ${axisKey(columns)} c${channels}`;
}

/** A pool whose outputs each see a window of one image; `defineStrip` makes the code for strips of them. */
export function poolCall(
  name: string,
  sizes: PoolSizes,
  defineStrip: (module: ModuleBuilder, pass: PoolPass, window: Window | undefined) => StripFunc,
): WasmCall {
  const { batch, rows, columns, channels } = sizes;
  const code = poolKey(name, sizes);
  const pass: PoolPass = {
    code,
    rows: outputRuns(rows),
    columns: outputRuns(columns),
    sourceWidth: columns.size,
    targetWidth: columns.outputSize,
    channels,
  };
  const image = rows.size * columns.size * channels;
  const pooled = rows.outputSize * columns.outputSize * channels;
  const call: Omit<WasmCall, 'args'> = {
    code,
    workspaceBytes: VECTOR,
    emit: (f, { inputs, outputs, args, workspace }, module) => {
      const [x] = inputs as readonly [Local<'i32'>];
      const [y, second] = outputs as readonly [Local<'i32'>, Local<'i32'>?];
      if (channels === 0) return;
      const toSecond = second && f.index(i32.sub(second, y));
      f.for(f.local('i32'), 0, args[0]!, 1, () => {
        walkImage(f, module, pass, (window) => defineStrip(module, pass, window), x, y, workspace, toSecond);
        f.increment(x, image * ELEMENT);
        f.increment(y, pooled * ELEMENT);
      });
    },
  };
  return alongFirstAxis(call, batch, { inputs: [image], outputs: [pooled, pooled] }, (images) => [images]);
}

/** Writes the walk over one image; `strip` gives the function for strips of positions, `unused` is a word for `emitTouch`. */
export function walkImage(
  f: FunctionBuilder,
  module: ModuleBuilder,
  pass: PoolPass,
  strip: (window: Window | undefined) => StripFunc,
  source: Local<'i32'>,
  target: Local<'i32'>,
  unused: I32,
  second: I32 = 0,
): void {
  const { rows, columns, sourceWidth, targetWidth, channels } = pass;
  const pixel = channels * ELEMENT;
  const sourceLine = sourceWidth * pixel;
  const unrolled = isUnrolled(pass);
  const [row, sourceAt, targetAt, index] = f.locals('i32', 4) as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  for (const run of rows.list) {
    const line = module.once(`${pass.code} line ${unrolled ? run.taps : 'any'}`, () =>
      defineLine(module, pass, (columns) => strip(unrolled ? { rows: run.taps, columns } : undefined)),
    );
    // The source lines that the row before did not read.
    const newRows = Math.min(run.taps, rows.sourceStep);
    const firstNew = Math.max(0, (run.taps - newRows) * rows.sourceTapStep);
    f.set(sourceAt, i32.add(source, run.source * sourceLine));
    f.set(targetAt, i32.add(target, run.first * targetWidth * pixel));
    f.set(index, run.source * sourceWidth * channels);
    f.for(row, 0, run.count, 1, () => {
      emitTouch(f, i32.add(sourceAt, firstNew * sourceLine), newRows * sourceLine, unused);
      if (columns.step > 1) emitTouch(f, targetAt, targetWidth * pixel, unused);
      f.call(line, sourceAt, targetAt, run.taps, index, second);
      f.increment(sourceAt, rows.sourceStep * sourceLine);
      f.increment(targetAt, rows.step * targetWidth * pixel);
      f.increment(index, rows.sourceStep * sourceWidth * channels);
    });
  }
}

const LINE_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;

function defineLine(
  module: ModuleBuilder,
  { columns, channels }: PoolPass,
  strip: (columns: number) => StripFunc,
): Func<typeof LINE_PARAMS, undefined> {
  const pixel = channels * ELEMENT;
  return module.define({ name: 'poolLine', params: LINE_PARAMS }, (f, source, target, rowTaps, index, second) => {
    for (const run of columns.list) {
      f.call(
        strip(run.taps),
        i32.add(source, run.source * pixel),
        i32.add(target, run.first * pixel),
        run.count,
        rowTaps,
        run.taps,
        i32.add(index, run.source * channels),
        second,
      );
    }
  });
}

/** The taps of an unrolled window: bytes from the lowest one. Offsets of loads are not negative. */
export function tapOffsets(
  { rows, columns }: Window,
  { tap, rowTap }: Pick<PoolSteps, 'tap' | 'rowTap'>,
): readonly number[] {
  const lowest = lowestTap({ rows, columns }, { tap, rowTap });
  return Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    return row * rowTap + (index - row * columns) * tap - lowest;
  });
}

/** Bytes from the first tap of a window to the lowest. */
export function lowestTap({ rows, columns }: Window, { tap, rowTap }: Pick<PoolSteps, 'tap' | 'rowTap'>): number {
  return Math.min(0, (rows - 1) * rowTap) + Math.min(0, (columns - 1) * tap);
}
