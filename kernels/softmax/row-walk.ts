/** Walks rows of a length four floats at a time, the rest of a row as one vector more, and sums in double. */
import { f32, f32x4, f64, f64x2, i32, i32x4, v128 } from '../../src/wasm/index.ts';
import type { FunctionBuilder, I32, Local, Value } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';

/** Rows up to this length are unrolled: logSoftmax of 10 elements runs 1.2 times as fast as in a loop, softmax the same. */
const LONGEST_UNROLLED = 16;

/** Four neighbours in a row, or its rest. */
export interface Span {
  /** Four, or the one to three elements at the end of a row. */
  readonly count: number;
  /** Beyond the count, lanes repeat others. */
  load(row: Local<'i32'>): Value<'v128'>;
  store(row: Local<'i32'>, value: Local<'v128'>): void;
}

/**
 * A call that goes over rows, each by itself.
 * @param elements of each operand for one row
 */
export function rowsCall(
  name: string,
  { rows, length }: { readonly rows: number; readonly length: number },
  elements: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
  { emit }: Pick<WasmCall, 'emit'>,
): WasmCall {
  const kind = length <= LONGEST_UNROLLED ? `rows of ${length}` : `rows of 4n + ${length % 4}`;
  const argsOf = (count: number): readonly number[] => [count, 4 * length];
  return alongFirstAxis({ code: `${name}, ${kind}`, emit }, length === 0 ? 0 : rows, elements, argsOf);
}

/** Emits the loop over rows; `body` may go over a row's spans several times. Pointers `rows` move along by a row, `scalars` by one element. */
export function eachRow(
  f: FunctionBuilder,
  length: number,
  [count, bytes]: readonly Local<'i32'>[],
  { rows, scalars = [] }: { readonly rows: readonly Local<'i32'>[]; readonly scalars?: readonly Local<'i32'>[] },
  body: (eachSpan: (visit: (span: Span) => void) => void) => void,
): void {
  const whole = length - (length % 4);
  const wholeBytes = f.index(i32.and(bytes as Local<'i32'>, -16));
  const eachSpan = (visit: (span: Span) => void): void => {
    if (length <= LONGEST_UNROLLED) {
      for (let from = 0; from < length; from += 4) visit(spanAt(f, 0, 4 * from, Math.min(4, length - from)));
      return;
    }
    const at = f.local('i32');
    f.for(at, 0, wholeBytes, 16, () => visit(spanAt(f, at, 0, 4)));
    if (whole < length) visit(spanAt(f, wholeBytes, 0, length - whole));
  };
  f.for(f.local('i32'), 0, count as Local<'i32'>, 1, () => {
    body(eachSpan);
    for (const row of rows) f.increment(row, bytes as Local<'i32'>);
    for (const scalar of scalars) f.increment(scalar, 4);
  });
}

function spanAt(f: FunctionBuilder, at: I32, offset: number, count: number): Span {
  return {
    count,
    load: (row) => {
      const address = i32.add(row, at);
      if (count === 4) return v128.load(address, offset);
      if (count === 1) return v128.load32Splat(address, offset);
      const pair = v128.load64Splat(address, offset);
      return count === 2 ? pair : v128.load32Lane(address, pair, 2, offset + 8);
    },
    store: (row, value) => {
      const address = i32.add(row, at);
      if (count === 4) f.store(address, value, offset);
      else if (count === 1) f.storeLane32(address, value, 0, offset);
      else f.storeLane64(address, value, 0, offset);
      if (count === 3) f.storeLane32(address, value, 2, offset + 8);
    },
  };
}

/** The largest element of a row in all lanes; NaN is passed over. */
export function rowMaximum(
  f: FunctionBuilder,
  row: Local<'i32'>,
  eachSpan: (visit: (span: Span) => void) => void,
): Local<'v128'> {
  const maximum = f.local('v128', f32x4.splat(-Infinity));
  // pmax keeps its first operand beside a NaN.
  eachSpan((span) => f.set(maximum, f32x4.pmax(maximum, span.load(row))));
  f.set(maximum, f32x4.pmax(maximum, i32x4.shuffle(maximum, maximum, [2, 3, 0, 1])));
  f.set(maximum, f32x4.pmax(maximum, i32x4.shuffle(maximum, maximum, [1, 0, 3, 2])));
  return maximum;
}

/** A sum of spans in four doubles, so that long rows lose nothing that a float32 would show. */
export class RowSum {
  readonly #f: FunctionBuilder;
  readonly #low: Local<'v128'>;
  readonly #high: Local<'v128'>;

  constructor(f: FunctionBuilder) {
    this.#f = f;
    this.#low = f.local('v128', v128.zero());
    this.#high = f.local('v128', v128.zero());
  }

  add({ count }: Span, value: Local<'v128'>): void {
    const f = this.#f;
    const mask = [0, 1, 2, 3].map((lane) => (lane < count ? -1 : 0)) as [number, number, number, number];
    const kept = count === 4 ? value : f.local('v128', v128.and(value, i32x4.const(mask)));
    f.set(this.#low, f64x2.add(this.#low, f64x2.promoteLowF32x4(kept)));
    if (count <= 2) return;
    const upper = i32x4.shuffle(kept, kept, [2, 3, 2, 3]);
    f.set(this.#high, f64x2.add(this.#high, f64x2.promoteLowF32x4(upper)));
  }

  total(): Value<'f64'> {
    const f = this.#f;
    const pair = f.local('v128', f64x2.add(this.#low, this.#high));
    return f64.add(f64x2.extractLane(pair, 0), f64x2.extractLane(pair, 1));
  }

  /** The total as a float32 in all lanes. */
  splat(): Local<'v128'> {
    return this.#f.local('v128', f32x4.splat(f32.demoteF64(this.total())));
  }
}
