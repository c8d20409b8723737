/** The vector loop over one row of numbers, and what is done with whole rows. */
import {
  f32x4,
  i32,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';

/** The elements at hand: four, or the one to three behind the last whole vector. */
export interface RowLanes {
  /** What a row holds there; a local, so that it may be used twice. */
  readonly load: (row: Local<'i32'>) => Local<'v128'>;
  readonly store: (row: Local<'i32'>, value: Value<'v128'>) => void;
}

/** Runs over rows of `bytes` each, given by their addresses. The body is written twice: for vectors and for the rest. */
export function forRow(f: FunctionBuilder, bytes: Local<'i32'>, body: (lanes: RowLanes) => void): void {
  const at = f.local('i32');
  f.for(at, 0, i32.and(bytes, -16), 16, () => body(vectorLanes(f, at, 0)));
  forRest(f, bytes, at, body);
}

/** Some vectors of a row. */
export type Vectors = readonly Local<'v128'>[];

/** Several vectors at hand, to take each operation on all of them before the next. */
export interface RowBlock {
  readonly load: (row: Local<'i32'>) => Vectors;
  readonly store: (row: Local<'i32'>, values: Vectors) => void;
  /** What `compute` gives for the first vectors of all operands, for the second ones, and so on. */
  readonly map: (compute: (...operands: Local<'v128'>[]) => Value<'v128'>, ...operands: Vectors[]) => Vectors;
}

/**
 * Gates are long chains of operations: with two vectors side by side a row of 64 units takes 9 % less time, with four 26 %,
 * and constants are loaded once for all of them.
 */
const BLOCK = 4;

/** The same, four vectors at a time. The body is written three times: for four vectors, for one and for the rest. */
export function forRowBlocks(f: FunctionBuilder, bytes: Local<'i32'>, body: (block: RowBlock) => void): void {
  const blockOf = (lanes: readonly RowLanes[]): RowBlock => ({
    load: (row) => lanes.map(({ load }) => load(row)),
    store: (row, values) => lanes.forEach(({ store }, k) => store(row, values[k] as Local<'v128'>)),
    map: (compute, ...operands) =>
      lanes.map((_, k) => f.local('v128', compute(...operands.map((vectors) => vectors[k] as Local<'v128'>)))),
  });
  const at = f.local('i32');
  f.for(at, 0, i32.and(bytes, -16 * BLOCK), 16 * BLOCK, () =>
    body(blockOf(Array.from({ length: BLOCK }, (_, k) => vectorLanes(f, at, 16 * k)))),
  );
  f.forRest(at, i32.and(bytes, -16), 16, () => body(blockOf([vectorLanes(f, at, 0)])));
  forRest(f, bytes, at, (lanes) => body(blockOf([lanes])));
}

/** The four lanes `offset` bytes behind `at`. */
function vectorLanes(f: FunctionBuilder, at: Local<'i32'>, offset: number): RowLanes {
  return {
    load: (row) => f.local('v128', v128.load(i32.add(row, at), offset)),
    store: (row, value) => f.store(i32.add(row, at), value, offset),
  };
}

/** What is left behind the whole vectors, all at once: one by one, 10 units cost a quarter more, most of it in activations. */
function forRest(f: FunctionBuilder, bytes: Local<'i32'>, at: Local<'i32'>, body: (lanes: RowLanes) => void): void {
  const rest = f.index(i32.and(bytes, 12));
  f.if(rest, () => body(restLanes(f, at, rest)));
}

/** The lanes of 4, 8 or 12 bytes at `at`. */
function restLanes(f: FunctionBuilder, at: Local<'i32'>, rest: Local<'i32'>): RowLanes {
  const byRest = (one: () => void, two: () => void, third: () => void): void =>
    f.if(i32.eq(rest, 4), one, () => {
      two();
      f.if(i32.eq(rest, 12), third);
    });
  return {
    load(row) {
      const from = f.index(i32.add(row, at));
      const value = f.local('v128');
      byRest(
        () => f.set(value, v128.load32Zero(from)),
        () => f.set(value, v128.load64Zero(from)),
        () => f.set(value, v128.load32Lane(from, value, 2, 8)),
      );
      return value;
    },
    store(row, given) {
      const to = f.index(i32.add(row, at));
      const value = f.local('v128', given);
      byRest(
        () => f.storeLane32(to, value, 0),
        () => f.storeLane64(to, value, 0),
        () => f.storeLane32(to, value, 2, 8),
      );
    },
  };
}

/** `copyRow(to, from, bytes)`: for the short rows of states, where `memory.copy` is a call into the engine. */
export function copyRow(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32'], undefined> {
  return module.once('recurrent copy row', (m) =>
    m.define({ name: 'copyRow', params: ['i32', 'i32', 'i32'] }, (f, to, from, bytes) => {
      forRow(f, bytes, ({ load, store }) => store(to, load(from)));
    }),
  );
}

/** `addRow(to, from, bytes)`: `to += from`. */
export function addRow(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32'], undefined> {
  return module.once('recurrent add row', (m) =>
    m.define({ name: 'addRow', params: ['i32', 'i32', 'i32'] }, (f, to, from, bytes) => {
      forRow(f, bytes, ({ load, store }) => store(to, f32x4.add(load(to), load(from))));
    }),
  );
}

/** The source, or zeros where there is none. */
export function copyOrClear(
  f: FunctionBuilder,
  source: Local<'i32'> | undefined,
  target: Local<'i32'>,
  bytes: Local<'i32'>,
): void {
  if (source === undefined) f.fillMemory(target, 0, bytes);
  else f.copyMemory(target, source, bytes);
}

/** Three rows that follow each other: one for each gate. */
export function threeRows(
  f: FunctionBuilder,
  first: Local<'i32'>,
  bytes: Local<'i32'>,
): readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>] {
  const second = f.index(i32.add(first, bytes));
  return [first, second, f.index(i32.add(second, bytes))];
}

/** Four of them. */
export function fourRows(
  f: FunctionBuilder,
  first: Local<'i32'>,
  bytes: Local<'i32'>,
): readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>] {
  const three = threeRows(f, first, bytes);
  return [...three, f.index(i32.add(three[2], bytes))];
}

/** The output of a masked step: the state that it kept, or zeros. */
export function carryRow(
  f: FunctionBuilder,
  module: ModuleBuilder,
  rows: {
    readonly zeroOutputForMask: Local<'i32'>;
    readonly unitBytes: Local<'i32'>;
    readonly from: Local<'i32'>;
    readonly to: Local<'i32'>;
  },
): void {
  const { zeroOutputForMask, unitBytes, from, to } = rows;
  f.if(
    zeroOutputForMask,
    () => f.fillMemory(to, 0, unitBytes),
    () => f.call(copyRow(module), to, from, unitBytes),
  );
}

/** The gradient of the state that a masked step kept: its output's joins it, where that was the state. */
export function keepGradient(
  f: FunctionBuilder,
  module: ModuleBuilder,
  rows: {
    readonly zeroOutputForMask: Local<'i32'>;
    readonly unitBytes: Local<'i32'>;
    readonly dHiddenRow: Local<'i32'>;
    readonly dSequenceRow: Local<'i32'> | undefined;
  },
): void {
  const { zeroOutputForMask, unitBytes, dHiddenRow, dSequenceRow } = rows;
  if (dSequenceRow === undefined) return;
  f.if(i32.eqz(zeroOutputForMask), () => f.call(addRow(module), dHiddenRow, dSequenceRow, unitBytes));
}
