/** The laws of a recurrence with one state: a reference in plain loops, central differences, masks, batches, no leftovers. */
import fc from 'fast-check';
import type { Test } from 'tap';
import type { FloatArray, Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import {
  convert,
  distance,
  GRADIENT_SCORE,
  gradientScore,
  operand,
  prepare,
  uniform,
  weighted,
  type Operand,
} from './numeric.ts';
import { requireRounded } from './rounding.ts';

/** No dropout, one mask for all gates, or one for each. */
type Dropout = 'none' | 'shared' | 'per gate';

export interface RecurrenceCase {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly bias: boolean;
  readonly mask: boolean;
  readonly inputDropout: Dropout;
  readonly recurrentDropout: Dropout;
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly seed: number;
}

/** One sample at one step: what the reference is told. */
export interface Moment {
  readonly hidden: readonly number[];
  /** The input's product with the kernel for one gate and unit, without a bias. */
  readonly project: (gate: number, j: number) => number;
  /** The product of some state, dropped out as the gate's mask says, with the recurrent kernel. */
  readonly recur: (state: readonly number[], gate: number, j: number) => number;
  /** Element of the bias, 0 without one. */
  readonly bias: (index: number) => number;
}

export interface Recurrence<Options, Geometry, GradGeometry> {
  readonly kernel: Kernel<Options, Geometry>;
  readonly gradKernel: Kernel<Options, GradGeometry>;
  readonly gates: number;
  readonly biasShape: (c: RecurrenceCase) => Shape;
  /** Shapes of what the forward pass saves beside the sequence and the last state. */
  readonly saved: (c: RecurrenceCase) => readonly Shape[];
  readonly next: (c: RecurrenceCase, moment: Moment) => number[];
}

/** Batch, steps, features and units around multiples of 4, 5, 8 and 64. */
const EDGE_SIZES: readonly (readonly [batch: number, steps: number, features: number, units: number])[] = [
  [1, 7, 33, 16],
  [2, 3, 8, 9],
  [5, 2, 15, 17],
  [8, 3, 32, 31],
  [9, 2, 31, 33],
  [33, 3, 17, 12],
  [3, 100, 4, 15],
  [17, 4, 64, 64],
  [1, 2, 100, 100],
];

/** Those sizes with every kind of dropout; the other options vary from one size to the next. */
export const edgeCases: readonly (Omit<RecurrenceCase, 'resetAfter' | 'seed'> & { readonly name: string })[] =
  EDGE_SIZES.flatMap(([batch, steps, features, units], i) =>
    (['none', 'shared', 'per gate'] as const).map((dropout) => ({
      name: `${String(EDGE_SIZES[i])} ${dropout}`,
      batch,
      steps,
      features,
      units,
      mask: i % 2 === 1,
      bias: i % 3 > 0,
      goBackwards: i % 4 > 1,
      zeroOutputForMask: i % 4 === 1,
      inputDropout: dropout,
      recurrentDropout: dropout,
    })),
  );

const cases: fc.Arbitrary<RecurrenceCase> = fc.record({
  batch: fc.integer({ min: 0, max: 6 }),
  steps: fc.integer({ min: 0, max: 5 }),
  features: fc.integer({ min: 0, max: 5 }),
  units: fc.integer({ min: 1, max: 5 }),
  bias: fc.boolean(),
  mask: fc.boolean(),
  inputDropout: fc.constantFrom('none', 'shared', 'per gate'),
  recurrentDropout: fc.constantFrom('none', 'shared', 'per gate'),
  resetAfter: fc.boolean(),
  goBackwards: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  seed: fc.nat(1_000_000),
});

/**
 * What float64 may differ by: both sides add about ten terms of size 4 with a rounding each, and a step multiplies the
 * error of the state by less than 3 (recurrent weights are at most 1 / units, dropout doubles them, gates add their own).
 */
const tolerance = (c: RecurrenceCase): number => 2 ** -53 * 100 * (c.features + c.units + 4) * 3 ** c.steps;

export function checkRecurrence<Options, Geometry, GradGeometry>(
  t: Test,
  recurrence: Recurrence<Options, Geometry, GradGeometry>,
): void {
  const { kernel, gradKernel, gates, biasShape, saved } = recurrence;

  const operandsOf = (c: RecurrenceCase): Operand[] => {
    const draw = uniform(c.seed);
    const factor = (): number => (draw() > 0 ? 2 : 0);
    const width = (dropout: Dropout, each: number): number => (dropout === 'per gate' ? gates * each : each);
    return [
      operand([c.batch, c.steps, c.features], () => 2 * draw()),
      operand([c.features, gates * c.units], draw),
      operand([c.units, gates * c.units], () => Math.fround(draw() / c.units)),
      c.bias ? operand(biasShape(c), draw) : undefined,
      operand([c.batch, c.units], draw),
      c.mask ? operand([c.batch, c.steps], () => [0, 1, 0.5][Math.floor(1.5 * (draw() + 1))] ?? 0) : undefined,
      c.inputDropout === 'none' ? undefined : operand([c.batch, width(c.inputDropout, c.features)], factor),
      c.recurrentDropout === 'none' ? undefined : operand([c.batch, width(c.recurrentDropout, c.units)], factor),
    ];
  };
  const outputShapes = (c: RecurrenceCase): Shape[] => [[c.batch, c.steps, c.units], [c.batch, c.units], ...saved(c)];
  const gradShapes = (c: RecurrenceCase): Shape[] => [
    [c.batch, c.steps, c.features],
    [c.features, gates * c.units],
    [c.units, gates * c.units],
    biasShape(c),
    [c.batch, c.units],
  ];
  const optionsOf = (c: RecurrenceCase): Options => c as unknown as Options;
  const forward = (c: RecurrenceCase, operands: readonly Operand[]): FloatArray[] =>
    prepare(kernel, operands, outputShapes(c), optionsOf(c))(operands);
  const upstream = (c: RecurrenceCase, present: readonly boolean[]): Operand[] => {
    const draw = uniform(c.seed + 1);
    return outputShapes(c)
      .slice(0, 2)
      .map((shape, i) => (present[i] ? operand(shape, draw) : undefined));
  };
  const gradOperands = (c: RecurrenceCase, operands: readonly Operand[], gradients: readonly Operand[]): Operand[] => {
    const shapes = outputShapes(c);
    const outputs = forward(c, operands).map((data, i) => ({ shape: shapes[i] ?? [], data }));
    return [...operands, ...outputs, ...gradients];
  };
  const backward = (c: RecurrenceCase, operands: readonly Operand[]): FloatArray[] =>
    prepare(gradKernel, operands, gradShapes(c), optionsOf(c))(operands);

  const reference = (c: RecurrenceCase, operands: readonly Operand[]): readonly [number[], number[]] => {
    const at = (input: number, index: number): number => operands[input]?.data[index] ?? Number.NaN;
    const dropped = (input: number, kind: Dropout, sample: number, gate: number, j: number, width: number): number => {
      if (kind === 'none') return 1;
      return at(input, kind === 'shared' ? sample * width + j : (sample * gates + gate) * width + j);
    };
    const sequence: number[] = [];
    const last: number[] = [];
    for (let sample = 0; sample < c.batch; sample++) {
      let hidden = Array.from({ length: c.units }, (_, j) => at(4, sample * c.units + j));
      for (let step = 0; step < c.steps; step++) {
        const time = c.goBackwards ? c.steps - 1 - step : step;
        if (c.mask && at(5, sample * c.steps + time) === 0) {
          sequence.push(...(c.zeroOutputForMask ? hidden.map(() => 0) : hidden));
          continue;
        }
        hidden = recurrence.next(c, {
          hidden,
          project: (gate, j) => {
            let sum = 0;
            for (let f = 0; f < c.features; f++) {
              const x = at(0, (sample * c.steps + time) * c.features + f);
              const weight = at(1, f * gates * c.units + gate * c.units + j);
              sum += x * dropped(6, c.inputDropout, sample, gate, f, c.features) * weight;
            }
            return sum;
          },
          recur: (state, gate, j) =>
            state.reduce((sum, value, k) => {
              const factor = dropped(7, c.recurrentDropout, sample, gate, k, c.units);
              return sum + value * factor * at(2, k * gates * c.units + gate * c.units + j);
            }, 0),
          bias: (index) => (c.bias ? at(3, index) : 0),
        });
        sequence.push(...hidden);
      }
      last.push(...hidden);
    }
    return [sequence, last];
  };

  const plain: RecurrenceCase = {
    batch: 2,
    steps: 4,
    features: 3,
    units: 3,
    bias: true,
    mask: false,
    inputDropout: 'none',
    recurrentDropout: 'none',
    resetAfter: true,
    goBackwards: false,
    zeroOutputForMask: false,
    seed: 7,
  };

  t.test('the steps agree with plain loops for all combinations of options and inputs', (t) => {
    const property = fc.property(cases, (c) => {
      const operands = operandsOf(c);
      const [sequence, last] = forward(c, operands);
      const [expected, expectedLast] = reference(c, operands);
      const off = Math.max(distance(sequence ?? [], expected), distance(last ?? [], expectedLast));
      if (!(off <= tolerance(c))) throw new Error(`off by ${off}`);
    });
    t.doesNotThrow(() => fc.assert(property, { seed: 21, numRuns: 500 }));
    t.end();
  });

  t.test('the gradient agrees with central differences', (t) => {
    const property = fc.property(cases, fc.tuple(fc.boolean(), fc.boolean()), (c, present) => {
      const operands = operandsOf(c);
      const gradients = upstream(c, present);
      const results = backward(c, gradOperands(c, operands, gradients));
      const run = prepare(kernel, operands, outputShapes(c), optionsOf(c));
      const loss = (): number => {
        const outputs = run(operands);
        return gradients.reduce((sum, each, i) => sum + weighted(outputs[i] ?? [], each?.data), 0);
      };
      [0, 1, 2, 3, 4].forEach((input, result) => {
        const point = operands[input]?.data;
        if (point === undefined) return;
        const score = gradientScore(point, results[result] ?? [], loss);
        if (!(score <= GRADIENT_SCORE)) throw new Error(`input ${input}: score ${score}`);
      });
    });
    t.doesNotThrow(() => fc.assert(property, { seed: 22, numRuns: 200 }));
    t.end();
  });

  t.test('the gradient sums more rows than one run holds', (t) => {
    const c: RecurrenceCase = { ...plain, batch: 130, steps: 3, features: 1, units: 1, mask: true };
    const operands = operandsOf(c);
    const ones = outputShapes(c)
      .slice(0, 2)
      .map((shape) => operand(shape, () => 1));
    const whole = backward(c, gradOperands(c, operands, ones));
    const parts = [1, 2, 3].map(() => 0);
    for (let sample = 0; sample < 130; sample++) {
      const own = operands.map((each, i) => {
        if (each === undefined || (i >= 1 && i <= 3)) return each;
        const size = each.data.length / 130;
        const data = each.data.slice(sample * size, (sample + 1) * size);
        return { shape: [1, ...each.shape.slice(1)], data };
      });
      const single = { ...c, batch: 1 };
      const alone = ones.map((each) => ({
        shape: [1, ...each.shape.slice(1)],
        data: each.data.slice(0, each.data.length / 130),
      }));
      backward(single, gradOperands(single, own, alone)).forEach((each, i) => {
        if (i >= 1 && i <= 3) parts[i - 1] = (parts[i - 1] ?? 0) + (each[0] ?? Number.NaN);
      });
    }
    parts.forEach((sum, i) => {
      const value = whole[i + 1]?.[0] ?? Number.NaN;
      t.ok(Math.abs(value - sum) <= 390 * 2 ** -53 * 130 * 4, `weight ${i}: ${value} and ${sum}`);
    });
    t.end();
  });

  t.test('a planned kernel keeps nothing from one run to the next', (t) => {
    const property = fc.property(cases, fc.nat(1_000_000), (c, otherSeed) => {
      const operands = operandsOf(c);
      const others = operandsOf({ ...c, seed: otherSeed });
      const run = prepare(kernel, operands, outputShapes(c), optionsOf(c));
      run(others);
      const off = run(operands).map((each, i) => distance(each, forward(c, operands)[i] ?? []));
      const gradients = upstream(c, [true, true]);
      const kept = gradOperands(c, operands, gradients);
      const runGrad = prepare(gradKernel, kept, gradShapes(c), optionsOf(c));
      runGrad(gradOperands(c, others, gradients));
      off.push(...runGrad(kept).map((each, i) => distance(each, backward(c, kept)[i] ?? [])));
      if (off.some((each) => each !== 0)) throw new Error(`off by ${off.join(' ')}`);
    });
    t.doesNotThrow(() => fc.assert(property, { seed: 23, numRuns: 100 }));
    t.end();
  });

  /** Each sample of a batch, run alone. */
  const requireIndependent = (t: Test, run: typeof forward): void => {
    const c: RecurrenceCase = { ...plain, batch: 5, units: 5, mask: true, recurrentDropout: 'shared' };
    const operands = operandsOf(c);
    const whole = run(c, operands);
    for (let sample = 0; sample < 5; sample++) {
      const own = (data: FloatArray): number[] => {
        const size = data.length / 5;
        return Array.from(data.slice(sample * size, (sample + 1) * size));
      };
      const alone = operands.map((each, i) =>
        each === undefined || (i >= 1 && i <= 3)
          ? each
          : { shape: [1, ...each.shape.slice(1)], data: Float64Array.from(own(each.data)) },
      );
      t.strictSame(
        run({ ...c, batch: 1 }, alone).map((data) => Array.from(data)),
        whole.map(own),
      );
    }
  };

  t.test('a sample has the same bits alone and in a batch, on the cpu and as WebAssembly', (t) => {
    requireIndependent(t, forward);
    requireIndependent(t, (c, operands) =>
      runOnWasm(kernel, convert(operands, Float32Array), outputShapes(c), optionsOf(c)),
    );
    t.end();
  });

  /** The operands with a kernel that keeps pre-activations at size 1 whatever the number of features. */
  const scaledOperands = (c: RecurrenceCase): Operand[] => {
    const scale = 1 / Math.max(1, c.features);
    return operandsOf(c).map((each, i) =>
      i === 1 && each ? { ...each, data: each.data.map((w) => w * scale) } : each,
    );
  };
  const requireForward = (c: RecurrenceCase): void => {
    requireRounded(kernel, scaledOperands(c), outputShapes(c), optionsOf(c));
  };
  const requireBackward = (c: RecurrenceCase, present: readonly boolean[]): void => {
    const operands = gradOperands(c, scaledOperands(c), upstream(c, present));
    requireRounded(gradKernel, operands, gradShapes(c), optionsOf(c));
  };

  t.test('as WebAssembly: agrees with float64 for all combinations of options and inputs', (t) => {
    const property = fc.property(cases, fc.tuple(fc.boolean(), fc.boolean()), (c, present) => {
      requireForward(c);
      requireBackward(c, present);
    });
    t.doesNotThrow(() => fc.assert(property, { seed: 24, numRuns: 200 }));
    t.end();
  });

  t.test('as WebAssembly: sizes around the edges of vectors and tiles', (t) => {
    for (const { name, ...edge } of edgeCases) {
      for (const resetAfter of [false, true]) {
        const c: RecurrenceCase = { ...plain, ...edge, resetAfter };
        t.doesNotThrow(() => requireForward(c), `forward ${name} ${resetAfter}`);
        t.doesNotThrow(() => requireBackward(c, [true, true]), `backward ${name} ${resetAfter}`);
      }
    }
    t.end();
  });

  t.test('no steps: the state and its gradient pass through', (t) => {
    const c: RecurrenceCase = { ...plain, steps: 0 };
    const operands = operandsOf(c);
    const [sequence, last] = forward(c, operands);
    t.equal(sequence?.length, 0);
    t.strictSame(last, operands[4]?.data);
    const gradients = upstream(c, [true, true]);
    const results = backward(c, gradOperands(c, operands, gradients));
    t.strictSame(results[4], gradients[1]?.data);
    t.ok(results.slice(1, 4).every((each) => each.every((value) => value === 0)));
    t.end();
  });
}
