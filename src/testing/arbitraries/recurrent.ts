/**
 * Calls of the recurrent ops: batches of 0 to 2, 0 to 4 steps, 0 to 3 features, 1 to 3 units; values are multiples of 1/64 in
 * [-2, 2]; a bias, initial states, a mask of zeros and ones, dropout factors (0 or 2, for all gates together or each on
 * its own), `goBackwards` and `zeroOutputForMask`, each drawn or left out.
 */
import type fc from 'fast-check';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { fill, given, maybe, sizeUpTo, type ValueDraw } from './drawing.ts';
import { scaledDouble } from './tensors.ts';

/** Options that are drawn for every recurrent op. */
export interface DrawnRecurrentOptions {
  readonly mask?: Tensor;
  readonly inputDropout?: Tensor;
  readonly recurrentDropout?: Tensor;
  readonly goBackwards?: boolean;
  readonly zeroOutputForMask?: boolean;
}

interface Weights {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias?: Tensor;
}

/** A call of `lstm`. */
export interface LstmCall extends Weights {
  readonly options: DrawnRecurrentOptions & { readonly initialState?: readonly [hidden: Tensor, cell: Tensor] };
}

/** A call of `gru`. */
export interface GruCall extends Weights {
  readonly options: DrawnRecurrentOptions & { readonly initialState?: Tensor; readonly resetAfter?: boolean };
}

/** A call of `simpleRnn`. */
export interface SimpleRnnCall extends Weights {
  readonly options: DrawnRecurrentOptions & { readonly initialState?: Tensor };
}

/** Calls of `lstm`: sizes, values and options as above; both initial states or neither. */
export function lstm({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<LstmCall> {
  return recurrence(values, 4).map(({ weights, bias, hidden, cell, options }) => ({
    ...weights,
    ...given({ bias: bias(1) }),
    options: { ...given({ initialState: hidden && ([hidden, cell] as const) }), ...options },
  }));
}

/** Calls of `gru`: sizes, values and options as above; `resetAfter` left out, false or true, and the bias in two rows unless it is false. */
export function gru({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<GruCall> {
  return fastCheck()
    .record({ call: recurrence(values, 3), resetAfter: maybe(fastCheck().boolean()) })
    .map(({ call: { weights, bias, hidden, options }, resetAfter }) => ({
      ...weights,
      ...given({ bias: bias(resetAfter === false ? 1 : 2) }),
      options: { ...given({ initialState: hidden, resetAfter }), ...options },
    }));
}

/** Calls of `simpleRnn`: sizes, values and options as above. */
export function simpleRnn({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<SimpleRnnCall> {
  return recurrence(values, 1).map(({ weights, bias, hidden, options }) => ({
    ...weights,
    ...given({ bias: bias(1) }),
    options: { ...given({ initialState: hidden }), ...options },
  }));
}

interface Recurrence {
  readonly weights: Omit<Weights, 'bias'>;
  /** The bias in one row or in two; undefined when there is none. */
  readonly bias: (rows: 1 | 2) => Tensor | undefined;
  readonly hidden: Tensor | undefined;
  readonly cell: Tensor;
  readonly options: DrawnRecurrentOptions;
}

const BATCH = 2;
const STEPS = 4;
const FEATURES = 3;
const UNITS = 3;

function recurrence(values: fc.Arbitrary<number>, gates: 1 | 3 | 4): fc.Arbitrary<Recurrence> {
  const flag = maybe(fastCheck().boolean());
  const dropout = maybe(
    fastCheck().record({
      perGate: gates === 1 ? fastCheck().constant(false) : fastCheck().boolean(),
      factors: fill(fastCheck().constantFrom(2, 0), BATCH * gates * Math.max(FEATURES, UNITS)),
    }),
  );
  return fastCheck()
    .record({
      batch: sizeUpTo(BATCH),
      steps: sizeUpTo(STEPS),
      features: sizeUpTo(FEATURES),
      units: fastCheck().integer({ min: 1, max: UNITS }),
      withBias: fastCheck().boolean(),
      withState: fastCheck().boolean(),
      goBackwards: flag,
      zeroOutputForMask: flag,
      inputDropout: dropout,
      recurrentDropout: dropout,
      mask: maybe(fill(fastCheck().constantFrom(1, 0), BATCH * STEPS)),
      x: fill(values, BATCH * STEPS * FEATURES),
      kernel: fill(values, FEATURES * gates * UNITS),
      recurrentKernel: fill(values, UNITS * gates * UNITS),
      bias: fill(values, 2 * gates * UNITS),
      hidden: fill(values, BATCH * UNITS),
      cell: fill(values, BATCH * UNITS),
    })
    .map(({ batch, steps, features, units, ...drawn }): Recurrence => {
      const width = gates * units;
      const { goBackwards, zeroOutputForMask, inputDropout, recurrentDropout } = drawn;
      const factorsOf = (one: typeof inputDropout, size: number): Tensor | undefined =>
        one?.factors([batch, one.perGate ? gates * size : size]);
      return {
        weights: {
          x: drawn.x([batch, steps, features]),
          kernel: drawn.kernel([features, width]),
          recurrentKernel: drawn.recurrentKernel([units, width]),
        },
        bias: (rows) => (drawn.withBias ? drawn.bias(rows === 1 ? [width] : [rows, width]) : undefined),
        hidden: drawn.withState ? drawn.hidden([batch, units]) : undefined,
        cell: drawn.cell([batch, units]),
        options: given({
          mask: drawn.mask?.([batch, steps]),
          inputDropout: factorsOf(inputDropout, features),
          recurrentDropout: factorsOf(recurrentDropout, units),
          goBackwards,
          zeroOutputForMask,
        }),
      };
    });
}
