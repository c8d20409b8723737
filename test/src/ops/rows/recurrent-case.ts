/** What the rows of the recurrent ops share: options as inputs and code, and what is counted of a call. */
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import type { DrawnRecurrentOptions } from '../../../../src/testing/arbitraries/recurrent.ts';
import type { OpCase } from '../../../../src/testing/op-row.ts';
import { withDefaults } from './call-case.ts';

/** The tensors among the options that are constants of the op. */
export const CONSTANTS = ['mask', 'inputDropout', 'recurrentDropout'] as const;

interface Drawn {
  readonly x: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias?: Tensor;
  readonly options: DrawnRecurrentOptions & { readonly initialState?: unknown };
}

/** What a row counts of each of its calls; `flags` are the options that are no tensors. */
export function counted({ x, recurrentKernel, bias, options }: Drawn, flags: readonly string[]): Partial<OpCase> {
  const { mask, inputDropout, recurrentDropout, initialState } = options;
  const units = recurrentKernel.shape[0] ?? 0;
  const factors = (one: Tensor | undefined, size: number): string =>
    one === undefined ? 'none' : one.shape[1] === size ? 'shared' : 'per gate';
  return {
    options: withDefaults(options, flags),
    domain: {
      bias: bias !== undefined,
      mask: mask !== undefined,
      initialState: initialState !== undefined,
      inputDropout: factors(inputDropout, x.shape[2] ?? 0),
      recurrentDropout: factors(recurrentDropout, units),
      batch: x.shape[0],
      steps: x.shape[1],
      features: x.shape[2],
      units,
    },
  };
}

const FLAG = [undefined, false, true];

/** What the cases of each row must have met. */
export function coversOf(factors: readonly string[]): Readonly<Record<string, readonly unknown[]>> {
  return {
    goBackwards: FLAG,
    zeroOutputForMask: FLAG,
    bias: [false, true],
    mask: [false, true],
    initialState: [false, true],
    inputDropout: factors,
    recurrentDropout: factors,
    batch: [0, 1, 2],
    steps: [0, 1, 2, 3, 4],
    features: [0, 1, 2, 3],
    units: [1, 2, 3],
  };
}

/** Options as code: flags by their values, tensors by their letters. */
export function recurrentCode(tensors: Readonly<Record<string, string>>, flags: object): string {
  const entries = [
    ...Object.entries(tensors).filter(([, name]) => !name.includes('undefined')),
    ...Object.entries(flags),
  ];
  return entries.length === 0 ? 'undefined' : `{ ${entries.map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}
