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
import type { Runs } from '../window-runs.ts';
import { ELEMENT } from '../window-wasm.ts';

/** Target positions and the source positions that they see. */
export interface PoolPass {
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

const LINE_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Writes the walk over one image; `strip` gives the function for strips of so many taps in a row. */
export function walkImage(
  f: FunctionBuilder,
  module: ModuleBuilder,
  name: string,
  { rows, columns, sourceWidth, targetWidth, channels }: PoolPass,
  strip: (taps: number) => StripFunc,
  source: Local<'i32'>,
  target: Local<'i32'>,
  second: I32 = 0,
): void {
  const pixel = channels * ELEMENT;
  const line = module.define({ name, params: LINE_PARAMS }, (f, sourceLine, targetLine, rowTaps, lineIndex, second) => {
    for (const run of columns.list) {
      f.call(
        strip(run.taps),
        i32.add(sourceLine, run.source * pixel),
        i32.add(targetLine, run.first * pixel),
        run.count,
        rowTaps,
        run.taps,
        i32.add(lineIndex, run.source * channels),
        second,
      );
    }
  });
  const [row, sourceAt, targetAt, index] = f.locals('i32', 4) as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ];
  for (const run of rows.list) {
    f.set(sourceAt, i32.add(source, run.source * sourceWidth * pixel));
    f.set(targetAt, i32.add(target, run.first * targetWidth * pixel));
    f.set(index, run.source * sourceWidth * channels);
    f.for(row, 0, run.count, 1, () => {
      f.call(line, sourceAt, targetAt, run.taps, index, second);
      f.increment(sourceAt, rows.sourceStep * sourceWidth * pixel);
      f.increment(targetAt, rows.step * targetWidth * pixel);
      f.increment(index, rows.sourceStep * sourceWidth * channels);
    });
  }
}

/** Rows of at most so many taps are unrolled; longer ones are a loop. */
const UNROLLED = 4;

/** The number of taps that a strip's code is made for; undefined for any. */
export function unrolledTaps(taps: number): number | undefined {
  return taps <= UNROLLED ? taps : undefined;
}

/** Runs the body at each tap of a row, given its address and the constant behind it. */
export function forTaps(
  f: FunctionBuilder,
  unrolled: number | undefined,
  taps: I32,
  address: Local<'i32'>,
  step: number,
  body: (address: I32, offset: number) => void,
): void {
  // Offsets of loads are not negative: gradients count their taps from the last, which is the lowest.
  if (unrolled !== undefined && step >= 0) {
    for (let tap = 0; tap < unrolled; tap++) body(address, tap * step);
    return;
  }
  const at = f.index(address);
  f.for(f.local('i32'), 0, unrolled ?? taps, 1, () => {
    body(at, 0);
    f.increment(at, step);
  });
}
