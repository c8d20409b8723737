/**
 * The inner loop of matrix products and convolutions: a register tile, a few rows by 8 columns, to which `depth` products
 * are added one after the other. The caller owns the sums: it sets them before (to zeros, to a bias), may add several
 * stretches of products, and stores them, all 8 columns or fewer.
 *
 * A stands in place, read one float at a time; B is packed into panels (pack.ts), or read in place where it is used once.
 * V8 leaves 15 vector registers to us: 5 rows of 2 vectors, the 2 vectors of B, a float of A in all lanes, a product; or
 * 6 rows where no product needs a register.
 */
import {
  f32x4,
  i32,
  relaxed,
  v128,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';

/** Rows of the largest tile. A product of 256 runs at 90 % of the peak; with 4 at 88 %, with 6, which spill, at 45 %. */
const TILE_ROWS = 5;

/**
 * The same where product and sum are one instruction, which needs no register for the product. A product of 256 takes
 * 0.85 of the time of plain arithmetic; with 5 rows 0.90.
 */
const FUSED_TILE_ROWS = 6;

/** The rows of the largest tile in this module. */
export function tileRows(module: ModuleBuilder): number {
  return module.relaxed ? FUSED_TILE_ROWS : TILE_ROWS;
}

/** The rows of the largest tile in any module: what is laid out before its module is known leaves room for them. */
export const MOST_TILE_ROWS: number = Math.max(TILE_ROWS, FUSED_TILE_ROWS);

/** The columns of a tile and of a panel: two vectors. */
export const TILE_COLUMNS = 8;

/** Bytes from one step of the depth to the next in a panel. */
export const PANEL_STEP = 32;

export interface Tile {
  /** The sums, `[row][vector]`. At most `tileRows` times 2 vectors stay in registers. */
  readonly sums: readonly (readonly Local<'v128'>[])[];
  /**
   * A: a pointer to each row, whose floats follow each other or lie `step` bytes apart; or one pointer to a column,
   * whose floats follow each other, with `step` bytes to the next column. The pointers end behind what was read.
   */
  readonly a:
    | { readonly rows: readonly Local<'i32'>[]; readonly step?: number }
    | { readonly column: Local<'i32'>; readonly step: I32 };
  /**
   * B: a pointer to each panel, which give the vectors of a row of sums in equal shares; `step` bytes to the next step
   * of the depth, those of a packed panel by default. The pointers end behind what was read: the next stretch begins there.
   */
  readonly b: { readonly panels: readonly Local<'i32'>[]; readonly step?: I32 };
  /** How many products each sum gets, 0 and more. */
  readonly depth: I32;
}

/** Steps of the depth in one turn of the loop: 2 are 3 % slower, 8 as fast and half as much code again. */
const UNROLL = 4;

/** `sums[row][column] += a[row][p] b[p][column]` for p below `depth`, in order. */
export function multiplyTile(f: FunctionBuilder, module: ModuleBuilder, { sums, a, b, depth }: Tile): void {
  const { panels, step = PANEL_STEP } = b;
  const streamA: Stream =
    'rows' in a ? { pointers: a.rows, step: a.step ?? 4 } : { pointers: [a.column], step: a.step };
  const streamB: Stream = { pointers: panels, step };
  const shared = (sums[0]?.length ?? 0) / panels.length;
  const loadA = (row: number, p: number): Value<'v128'> =>
    'rows' in a
      ? v128.load32Splat(a.rows[row] as Local<'i32'>, reached(streamA, p))
      : v128.load32Splat(a.column, reached(streamA, p) + 4 * row);
  const loadB = (vector: number, p: number): Value<'v128'> =>
    v128.load(panels[Math.floor(vector / shared)] as Local<'i32'>, reached(streamB, p) + 16 * (vector % shared));
  const at = panels[0] as Local<'i32'>;
  const addProducts = productAdder(f, module, sums, loadA, loadB);
  f.block((exit) => {
    const turn = (steps: number): void => {
      let barriers = 0;
      // Ordering barriers, never taken: V8 (up to Node 22) sinks arithmetic below the loads of later steps and then runs
      // out of registers. A product of 256 reaches 61 % of the peak without them, 90 % with one behind every second row
      // and every step; fewer than these are worse than none. 6 rows of fused products want one behind each. No address is negative, and equal conditions would be merged.
      const barrier = (): void => f.brIf(exit, i32.eq(at, -4096 - 16 * barriers++));
      for (let p = 0; p < steps; p++) {
        addProducts(p, barrier, p === steps - 1);
        for (const stream of [streamA, streamB]) if (typeof stream.step !== 'number') advance(f, stream, 1);
      }
      for (const stream of [streamA, streamB]) if (typeof stream.step === 'number') advance(f, stream, steps);
    };
    const turnsUntil = (end: Local<'i32'>, steps: number): void =>
      f.loop((again) => {
        turn(steps);
        f.brIf(again, i32.ne(at, end));
      });
    const distance = (steps: I32): Value<'i32'> => i32.add(at, i32.mul(steps, step));
    if (typeof depth === 'number') {
      const whole = depth - (depth % UNROLL);
      if (whole > UNROLL) turnsUntil(f.index(distance(whole)), UNROLL);
      else turn(whole);
      turn(depth - whole);
      return;
    }
    const end = f.index(distance(depth));
    const wholeEnd = f.index(distance(i32.and(depth, -UNROLL)));
    f.if(i32.ne(at, wholeEnd), () => turnsUntil(wholeEnd, UNROLL));
    f.if(i32.ne(at, end), () => turnsUntil(end, 1));
  });
}

/** Fresh sums of a tile, zeros; between tiles they are cleared by `clearSums`. */
export function tileSums(f: FunctionBuilder, rows: number, vectors = 2): readonly (readonly Local<'v128'>[])[] {
  return Array.from({ length: rows }, () => f.locals('v128', vectors));
}

export function clearSums(f: FunctionBuilder, sums: Tile['sums']): void {
  for (const sum of sums.flat()) f.set(sum, v128.zero());
}

/** Pointers that move through memory together. */
interface Stream {
  readonly pointers: readonly Local<'i32'>[];
  readonly step: I32;
}

/** Where step p of a turn stands: pointers move behind the turn by a known step, behind each step of it by an unknown one. */
function reached({ step }: Stream, p: number): number {
  return typeof step === 'number' ? p * step : 0;
}

function advance(f: FunctionBuilder, { pointers, step }: Stream, steps: number): void {
  for (const pointer of pointers) f.increment(pointer, typeof step === 'number' ? steps * step : step);
}

/** Emits the products of one step: what fewer vectors hold is loaded once, and the other operand as it is needed. */
function productAdder(
  f: FunctionBuilder,
  module: ModuleBuilder,
  sums: Tile['sums'],
  loadA: (row: number, p: number) => Value<'v128'>,
  loadB: (vector: number, p: number) => Value<'v128'>,
): (p: number, barrier: () => void, last: boolean) => void {
  const rows = sums.length;
  const vectors = sums[0]?.length ?? 0;
  const rowsStay = rows < vectors;
  const stay = f.locals('v128', Math.min(rows, vectors));
  const passing = f.local('v128');
  const passes = Math.max(rows, vectors);
  return (p, barrier, last) => {
    stay.forEach((local, index) => f.set(local, rowsStay ? loadA(index, p) : loadB(index, p)));
    for (let pass = 0; pass < passes; pass++) {
      f.set(passing, rowsStay ? loadB(pass, p) : loadA(pass, p));
      stay.forEach((local, index) => {
        const sum = (rowsStay ? sums[index]?.[pass] : sums[pass]?.[index]) as Local<'v128'>;
        f.set(sum, module.relaxed ? relaxed.f32x4Madd(passing, local, sum) : f32x4.add(sum, f32x4.mul(passing, local)));
      });
      // Behind every second row or each, and between steps.
      if (pass === passes - 1 ? !last : module.relaxed || pass % 2 === 1) barrier();
    }
  };
}
