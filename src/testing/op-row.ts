/** The table row of an op: which inputs to draw, what is known about the result, what is refused. `opLaws` derives all checks from it. */
import type fc from 'fast-check';
import type { Tensor } from '../tensor/tensor.ts';

/** One call of an op with everything drawn. */
export interface OpCase {
  /** What `call` is given, made with `tensor()` from doubles so that programs in float64 see them unrounded. */
  readonly inputs: readonly Tensor[];
  /** Calls the op with its options; synchronous, and the same result for the same inputs whenever it is called. */
  readonly call: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[];
  /** Positions of the inputs whose gradients are checked; default all. */
  readonly differentiable?: readonly number[];
  /** The options of the call. The report counts their values: `padding same`, `strides 2`. */
  readonly options?: object;
  /** The part of the domain that a case lies in, in words; rows that give no options yet are counted by it. */
  readonly describe?: string;
  /** What else is drawn and worth counting, by name: `{ bias: true }`. Ranks and sizes of the inputs are counted without it. */
  readonly domain?: Readonly<Record<string, unknown>>;
  /** The call as code for the test to paste, with `a`, `b`, `c` ... for the inputs; default `op(a, b)`, with the options last. */
  readonly code?: string;
  /** The exact values of the (first) result, row-major, by plain loops over numbers; for cases of `integerArbitrary`. */
  readonly expected?: () => ArrayLike<number>;
}

/** A call that must throw one of our error classes with this message. */
export interface RefusedCall {
  readonly name: string;
  readonly call: () => unknown;
  readonly message: RegExp;
}

/** One op under all its laws. */
export interface OpRow {
  /** The op's name. */
  readonly op: string;
  /** True for a function that is only composed of ops and has no definition of its own. */
  readonly composite?: true;
  /** Well-scaled real inputs, away from kinks by construction. */
  readonly arbitrary: fc.Arbitrary<OpCase>;
  /** Small integers, all sums below 2^24: results are exact in any order of summation, so `expected` must be met exactly. */
  readonly integerArbitrary?: fc.Arbitrary<OpCase>;
  /** Why the op's gradient is not checked; it is checked without this. */
  readonly noGradient?: string;
  /** Whether second derivatives are checked too. */
  readonly secondOrder?: true;
  /**
   * What 100 cases must have met, by the names that the report counts: `{ padding: ['valid', 'same'], strides: [1, 2, 3],
   * rank: [1, 2, 3], size: [0, 1] }`. `rank` and `size` are those of any input.
   */
  readonly covers?: Readonly<Record<string, readonly unknown[]>>;
  /** Why a device is left out, by its name; the reason is part of the report. */
  readonly skippedOn?: Readonly<Record<string, string>>;
  /** Wrong calls, and what their messages say. */
  readonly refused?: readonly RefusedCall[];
}
