/**
 * Calls of the recurrent ops: batches of 0 to 2, 0 to 4 steps, 0 to 3 features, 1 to 3 units; values are multiples of 1/64 in
 * [-2, 2], those of the recurrent kernel in [-1, 1]; a bias, initial states, a mask of zeros and ones, dropout factors (0 or
 * 2, for all gates together or each on its own), `goBackwards` and `zeroOutputForMask`, each drawn or left out.
 */
import type fc from 'fast-check';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, given, perhaps, sizeOrNone } from './sizes.ts';
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
export function lstm({ values }: CallDraw = {}): fc.Arbitrary<LstmCall> {
  return recurrence(values, 4).map(({ weights, hidden, cell, options }) => ({
    ...weights,
    options: { ...given({ initialState: hidden && ([hidden, cell] as const) }), ...options },
  }));
}

/** Calls of `gru`: sizes, values and options as above; `resetAfter` left out, false or true, and the bias in two rows unless it is false. */
export function gru({ values }: CallDraw = {}): fc.Arbitrary<GruCall> {
  return recurrence(values, 3).map(({ weights, hidden, resetAfter, options }) => ({
    ...weights,
    options: { ...given({ initialState: hidden, resetAfter }), ...options },
  }));
}

/** Calls of `simpleRnn`: sizes, values and options as above. */
export function simpleRnn({ values }: CallDraw = {}): fc.Arbitrary<SimpleRnnCall> {
  return recurrence(values, 1).map(({ weights, hidden, options }) => ({
    ...weights,
    options: { ...given({ initialState: hidden }), ...options },
  }));
}

interface Recurrence {
  readonly weights: Weights;
  readonly hidden: Tensor | undefined;
  readonly cell: Tensor;
  readonly resetAfter: boolean | undefined;
  readonly options: DrawnRecurrentOptions;
}

/** No samples, no steps and no features each have to come among 100 calls: at one in 20 they would be missed with some seeds. */
const SIZES_PER_NONE = 10;

// Larger ones, doubled by dropout factors, make a state of four steps too steep for central differences.
const recurrentDouble = (): fc.Arbitrary<number> => between(-64, 64).map((n) => n / 64);

/** Undefined for no factors, else whether each gate has its own. */
type DropoutDraw = boolean | undefined;

function recurrence(own: fc.Arbitrary<number> | undefined, gates: 1 | 3 | 4): fc.Arbitrary<Recurrence> {
  const values = own ?? scaledDouble();
  const flag = perhaps(fastCheck().boolean());
  const dropout: fc.Arbitrary<DropoutDraw> = gates === 1 ? perhaps(fastCheck().constant(false)) : flag;
  const source = fastCheck().record({
    batch: sizeOrNone(2, SIZES_PER_NONE),
    steps: sizeOrNone(4, SIZES_PER_NONE),
    features: sizeOrNone(3, SIZES_PER_NONE),
    units: between(1, 3),
    withBias: fastCheck().boolean(),
    withState: fastCheck().boolean(),
    withMask: fastCheck().boolean(),
    goBackwards: flag,
    zeroOutputForMask: flag,
    inputPerGate: dropout,
    recurrentPerGate: dropout,
    resetAfter: flag,
  });
  const factors = fastCheck().constantFrom(2, 0);
  const factorsOf = (perGate: DropoutDraw, size: number): number => (perGate ? gates * size : size);
  return filled(source, {
    x: { values, shape: ({ batch, steps, features }) => [batch, steps, features] },
    kernel: { values, shape: ({ features, units }) => [features, gates * units] },
    recurrentKernel: { values: own ?? recurrentDouble(), shape: ({ units }) => [units, gates * units] },
    bias: {
      values,
      // Only a GRU has two, one for each of its kernels.
      shape: ({ units, resetAfter }) => (gates === 3 && resetAfter !== false ? [2, gates * units] : [gates * units]),
    },
    hidden: { values, shape: ({ batch, units }) => [batch, units] },
    cell: { values, shape: ({ batch, units }) => [batch, units] },
    mask: { values: fastCheck().constantFrom(1, 0), shape: ({ batch, steps }) => [batch, steps] },
    inputDropout: {
      values: factors,
      shape: ({ batch, features, inputPerGate }) => [batch, factorsOf(inputPerGate, features)],
    },
    recurrentDropout: {
      values: factors,
      shape: ({ batch, units, recurrentPerGate }) => [batch, factorsOf(recurrentPerGate, units)],
    },
  }).map(({ drawn, tensors }): Recurrence => {
    const { x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout } = tensors;
    const { goBackwards, zeroOutputForMask, resetAfter } = drawn;
    return {
      weights: { x, kernel, recurrentKernel, ...(drawn.withBias && { bias }) },
      hidden: drawn.withState ? hidden : undefined,
      cell,
      resetAfter,
      options: given({
        mask: drawn.withMask ? mask : undefined,
        inputDropout: drawn.inputPerGate === undefined ? undefined : inputDropout,
        recurrentDropout: drawn.recurrentPerGate === undefined ? undefined : recurrentDropout,
        goBackwards,
        zeroOutputForMask,
      }),
    };
  });
}
