/** What the LSTM tests run on: drawn cases, their operands, and a reference written step by step in plain numbers. */
import fc from 'fast-check';
import type { LstmOptions } from '../../kernels/lstm/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { type Operand, operand, uniform } from './numeric.ts';

/** No dropout, one mask for the four gates, or one for each. */
export type Dropout = 'none' | 'shared' | 'per gate';

export interface LstmCase extends LstmOptions {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly bias: boolean;
  readonly mask: boolean;
  readonly inputDropout: Dropout;
  readonly recurrentDropout: Dropout;
  readonly seed: number;
}

/** Cases of every combination of optional inputs; sizes cross the blocks of four and include none. */
export const lstmCases: fc.Arbitrary<LstmCase> = fc.record({
  batch: fc.integer({ min: 0, max: 6 }),
  steps: fc.integer({ min: 0, max: 5 }),
  features: fc.integer({ min: 0, max: 5 }),
  units: fc.integer({ min: 1, max: 5 }),
  bias: fc.boolean(),
  mask: fc.boolean(),
  inputDropout: fc.constantFrom('none', 'shared', 'per gate'),
  recurrentDropout: fc.constantFrom('none', 'shared', 'per gate'),
  goBackwards: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  seed: fc.nat(1_000_000),
});

/** A case with all options off, to start examples from. */
export const plainCase: LstmCase = {
  batch: 2,
  steps: 4,
  features: 3,
  units: 3,
  bias: true,
  mask: false,
  inputDropout: 'none',
  recurrentDropout: 'none',
  goBackwards: false,
  zeroOutputForMask: false,
  seed: 7,
};

/**
 * The inputs of `lstmKernel`. |x| <= 2, dropout factors are 0 or 2, |recurrentKernel| <= 1 / (4 units), all else <= 1:
 * an error in h reaches a pre-activation at most halved, which the tests' tolerances rest on.
 */
export function lstmOperands(c: LstmCase): Operand[] {
  const draw = uniform(c.seed);
  const factor = (): number => (draw() > 0 ? 2 : 0);
  const width = (dropout: Dropout, each: number): number => (dropout === 'per gate' ? 4 * each : each);
  return [
    operand([c.batch, c.steps, c.features], () => 2 * draw()),
    operand([c.features, 4 * c.units], draw),
    operand([c.units, 4 * c.units], () => Math.fround(draw() / (4 * c.units))),
    c.bias ? operand([4 * c.units], draw) : undefined,
    operand([c.batch, c.units], draw),
    operand([c.batch, c.units], draw),
    c.mask ? operand([c.batch, c.steps], () => [0, 1, 0.5][Math.floor(1.5 * (draw() + 1))] ?? 0) : undefined,
    c.inputDropout === 'none' ? undefined : operand([c.batch, width(c.inputDropout, c.features)], factor),
    c.recurrentDropout === 'none' ? undefined : operand([c.batch, width(c.recurrentDropout, c.units)], factor),
  ];
}

export function lstmOutputShapes({ batch, steps, units }: LstmCase): Shape[] {
  return [
    [batch, steps, units],
    [batch, units],
    [batch, units],
    [batch, steps, 4 * units],
    [batch, steps, units],
  ];
}

export function lstmGradOutputShapes({ batch, steps, features, units }: LstmCase): Shape[] {
  return [
    [batch, steps, features],
    [features, 4 * units],
    [units, 4 * units],
    [4 * units],
    [batch, units],
    [batch, units],
  ];
}

/** Sequence, last h and last c, each sample and unit on its own. */
export function lstmReference(c: LstmCase, operands: readonly Operand[]): readonly [number[], number[], number[]] {
  const { batch, steps, features, units } = c;
  const read = (input: number, ...place: readonly [index: number, size: number][]): number => {
    const position = place.reduce((sum, [index, size]) => sum * size + index, 0);
    return operands[input]?.data[position] ?? Number.NaN;
  };
  const dropped = (input: number, kind: Dropout, sample: number, gate: number, j: number, width: number): number => {
    if (kind === 'none') return 1;
    return kind === 'shared'
      ? read(input, [sample, batch], [j, width])
      : read(input, [sample, batch], [gate, 4], [j, width]);
  };
  const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
  const sequence: number[] = [];
  const lastH: number[] = [];
  const lastC: number[] = [];
  for (let sample = 0; sample < batch; sample++) {
    let h = Array.from({ length: units }, (_, j) => read(4, [sample, batch], [j, units]));
    let cell = Array.from({ length: units }, (_, j) => read(5, [sample, batch], [j, units]));
    for (let step = 0; step < steps; step++) {
      const time = c.goBackwards ? steps - 1 - step : step;
      if (c.mask && read(6, [sample, batch], [time, steps]) === 0) {
        sequence.push(...(c.zeroOutputForMask ? h.map(() => 0) : h));
        continue;
      }
      const preactivation = (gate: number, j: number): number => {
        let z = c.bias ? read(3, [gate, 4], [j, units]) : 0;
        for (let f = 0; f < features; f++) {
          const x = read(0, [sample, batch], [time, steps], [f, features]);
          z +=
            x * dropped(7, c.inputDropout, sample, gate, f, features) * read(1, [f, features], [gate, 4], [j, units]);
        }
        h.forEach((value, k) => {
          const factor = dropped(8, c.recurrentDropout, sample, gate, k, units);
          z += value * factor * read(2, [k, units], [gate, 4], [j, units]);
        });
        return z;
      };
      const next = cell.map(
        (old, j) =>
          logistic(preactivation(1, j)) * old + logistic(preactivation(0, j)) * Math.tanh(preactivation(2, j)),
      );
      h = next.map((value, j) => logistic(preactivation(3, j)) * Math.tanh(value));
      cell = next;
      sequence.push(...h);
    }
    lastH.push(...h);
    lastC.push(...cell);
  }
  return [sequence, lastH, lastC];
}
