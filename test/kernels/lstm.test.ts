/** lstmKernel against a reference written step by step, lstmGradKernel against central differences, and their laws. */
import fc from 'fast-check';
import t from 'tap';
import type { FloatArray } from '../../kernels/contract.ts';
import { lstmGradKernel, lstmKernel } from '../../kernels/lstm/index.ts';
import type { FloatType } from './integers.ts';
import {
  type LstmCase,
  lstmCases,
  lstmGradOutputShapes,
  lstmOperands,
  lstmOutputShapes,
  lstmReference,
  plainCase,
} from './lstm-cases.ts';
import {
  convert,
  distance,
  GRADIENT_SCORE,
  gradientScore,
  type Operand,
  operand,
  prepare,
  uniform,
  weighted,
} from './numeric.ts';

/** Half the distance of 1 to the next number: the largest relative error of one rounding. */
const ROUNDING = { float64: 2 ** -53, float32: 2 ** -24 };

/**
 * How an error s per step grows over the steps. With E the error of h and c, an error of a pre-activation is at most
 * E / 2 + s (see `lstmOperands`). Sigmoid has slope 1/4, tanh 1 and |c| <= 1 + steps <= 6, so the new c is off by
 * E + (6 / 4 + 1 / 4 + 1) (E / 2 + s) and the new h by a quarter of E / 2 + s more: at most 2.5 E + 3 s, hence
 * s * 3 (1 + 2.5 + ...) <= 2 s 2.5^steps in all.
 */
const grown = (error: number, steps: number): number => 2 * error * 2.5 ** steps;

/** A pre-activation is a sum of features + units + 1 terms of size 4, 1/2 and 1; either side adds them with a rounding each. */
const float64Tolerance = ({ features, units, steps }: LstmCase): number =>
  grown(2 * (features + units + 8) * (4 * features + 2) * ROUNDING.float64, steps);

/** Sums are in double: what rounds is the stored input product (at most 4 features + 1) and the values kept, of size 1 or 6. */
const float32Tolerance = ({ features, steps }: LstmCase): number =>
  grown((4 * features + 1 + 8) * ROUNDING.float32, steps);

function forward(c: LstmCase, operands: readonly Operand[], Float: FloatType = Float64Array): FloatArray[] {
  return prepare(lstmKernel, operands, lstmOutputShapes(c), c, Float)(operands);
}

/** Everything the gradient kernel reads: the forward's inputs and outputs, then the gradients of its results. */
function gradOperands(
  c: LstmCase,
  operands: readonly Operand[],
  gradients: readonly Operand[],
  Float?: FloatType,
): Operand[] {
  const shapes = lstmOutputShapes(c);
  const saved = forward(c, operands, Float).map((data, i) => ({ shape: shapes[i] ?? [], data }));
  return [...operands, ...saved, ...gradients];
}

function backward(c: LstmCase, operands: readonly Operand[], Float?: FloatType): FloatArray[] {
  return prepare(lstmGradKernel, operands, lstmGradOutputShapes(c), c, Float)(operands);
}

/** Gradients of the sequence and the last states, each there or left out. */
function resultGradients(c: LstmCase, present: readonly boolean[]): Operand[] {
  const draw = uniform(c.seed + 1);
  return lstmOutputShapes(c)
    .slice(0, 3)
    .map((shape, i) => (present[i] ? operand(shape, draw) : undefined));
}

/** The scores of the six gradients by the forward kernel's central differences. */
function scores(c: LstmCase, present: readonly boolean[]): number[] {
  const operands = lstmOperands(c);
  const gradients = resultGradients(c, present);
  const results = backward(c, gradOperands(c, operands, gradients));
  const run = prepare(lstmKernel, operands, lstmOutputShapes(c), c);
  const loss = (): number => {
    const outputs = run(operands);
    return gradients.reduce((sum, each, i) => sum + weighted(outputs[i] ?? [], each?.data), 0);
  };
  return [0, 1, 2, 3, 4, 5].map((input) => {
    const point = operands[input]?.data;
    return point === undefined ? 0 : gradientScore(point, results[input] ?? [], loss);
  });
}

/** A mask operand from rows of zeros and ones. */
const maskOf = (...rows: readonly (readonly number[])[]): Operand => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  data: Float64Array.from(rows.flat()),
});

const withInput = (operands: readonly Operand[], index: number, value: Operand): Operand[] =>
  operands.map((each, i) => (i === index ? value : each));

/** The steps `from` to `to` of `[batch, steps, width]` data. */
function sliceSteps(data: ArrayLike<number>, batch: number, steps: number, from: number, to: number): number[] {
  const all = Array.from(data);
  const row = all.length / batch;
  const width = row / steps;
  return Array.from({ length: batch }, (_, b) => all.slice(b * row + from * width, b * row + to * width)).flat();
}

t.test('the forward agrees with the step-by-step reference for all combinations of options and inputs', (t) => {
  const property = fc.property(lstmCases, (c) => {
    const operands = lstmOperands(c);
    const results = forward(c, operands);
    lstmReference(c, operands).forEach((expected, i) => {
      const off = distance(results[i] ?? [], expected);
      if (!(off <= float64Tolerance(c))) throw new Error(`output ${i} is off by ${off}`);
    });
    if (results.some((each) => each.some(Number.isNaN))) throw new Error('an element was not written');
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 11, numRuns: 500 }));
  t.end();
});

t.test('a float32 run stays as close to the float64 run as its stored values round', (t) => {
  const property = fc.property(lstmCases, (c) => {
    const operands = lstmOperands(c);
    const double = forward(c, operands);
    const single = forward(c, convert(operands, Float32Array), Float32Array);
    double.forEach((expected, i) => {
      const off = distance(single[i] ?? [], expected);
      if (!(off <= float32Tolerance(c))) throw new Error(`output ${i} is off by ${off}`);
    });
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 12, numRuns: 200 }));
  t.end();
});

t.test('the gradient agrees with central differences for all combinations of options, inputs and gradients', (t) => {
  const present = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
  const property = fc.property(lstmCases, present, (c, given) => {
    const worst = Math.max(...scores(c, given).map((score) => (Number.isNaN(score) ? Infinity : score)));
    if (!(worst <= GRADIENT_SCORE)) throw new Error(`scores ${scores(c, given).join(' ')}`);
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 13, numRuns: 200 }));
  t.end();
});

t.test('the gradient agrees with central differences when the rows exceed one run of the weight sums', (t) => {
  const c: LstmCase = { ...plainCase, batch: 130, steps: 3, features: 1, units: 1, mask: true };
  for (const score of scores(c, [true, true, true])) t.ok(score <= GRADIENT_SCORE, `score ${score}`);
  t.end();
});

t.test('the gradient works in double throughout: a float32 run is the float64 run rounded once', (t) => {
  const present = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
  const property = fc.property(lstmCases, present, (c, given) => {
    const inputs = convert(lstmOperands(c), Float32Array);
    const gradients = convert(resultGradients(c, given), Float32Array);
    const single = gradOperands(c, inputs, gradients, Float32Array);
    const double = backward(c, convert(single, Float64Array));
    backward(c, single, Float32Array).forEach((result, i) => {
      const off = distance(result, Float32Array.from(double[i] ?? []));
      if (off !== 0) throw new Error(`output ${i} is off by ${off}`);
    });
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 14, numRuns: 100 }));
  t.end();
});

t.test('dBias is written without a bias: it is the gradient at a bias of zero', (t) => {
  const operands = lstmOperands({ ...plainCase, bias: false });
  const zero = withInput(
    operands,
    3,
    operand([4 * plainCase.units], () => 0),
  );
  const gradients = resultGradients(plainCase, [true, true, true]);
  const without = backward(plainCase, gradOperands(plainCase, operands, gradients));
  const expected = backward(plainCase, gradOperands(plainCase, zero, gradients));
  t.strictSame(without[3], expected[3]);
  t.not(weighted(without[3] ?? [], without[3]), 0);
  t.end();
});

t.test('a fully masked sample keeps its states, repeats h0 (or zero) and gets no gradient from the weights', (t) => {
  for (const zeroOutputForMask of [false, true]) {
    const c: LstmCase = { ...plainCase, batch: 1, mask: true, zeroOutputForMask };
    const operands = withInput(lstmOperands(c), 6, maskOf([0, 0, 0, 0]));
    const [sequence = [], lastH, lastC] = forward(c, operands);
    const h0 = Array.from(operands[4]?.data ?? []);
    t.strictSame(Array.from(lastH ?? []), h0);
    t.strictSame(Array.from(lastC ?? []), Array.from(operands[5]?.data ?? []));
    t.strictSame(
      Array.from(sequence),
      zeroOutputForMask ? Array.from({ length: 12 }, () => 0) : [h0, h0, h0, h0].flat(),
    );

    const ones = lstmOutputShapes(c)
      .slice(0, 3)
      .map((shape) => operand(shape, () => 1));
    const [dx, dKernel, dRecurrentKernel, dBias, dH0, dC0] = backward(c, gradOperands(c, operands, ones));
    for (const each of [dx, dKernel, dRecurrentKernel, dBias]) t.ok(each?.every((value) => value === 0));
    t.strictSame(Array.from(dH0 ?? []), zeroOutputForMask ? [1, 1, 1] : [5, 5, 5]);
    t.strictSame(Array.from(dC0 ?? []), [1, 1, 1]);
  }
  t.end();
});

t.test('a padded batch gives the same bits as the shorter one, wherever the padding lies', (t) => {
  const long: LstmCase = { ...plainCase, steps: 6, mask: true };
  const short: LstmCase = { ...plainCase, steps: 4 };
  for (const goBackwards of [false, true]) {
    for (const start of [0, 1, 2]) {
      const row = Array.from({ length: 6 }, (_, time) => Number(time >= start && time < start + 4));
      const padded = withInput(lstmOperands({ ...long, goBackwards }), 6, maskOf(row, row));
      const x = Float64Array.from(sliceSteps(padded[0]?.data ?? [], 2, 6, start, start + 4));
      const trimmed = withInput(withInput(padded, 6, undefined), 0, { shape: [2, 4, 3], data: x });
      const [sequence = [], ...states] = forward({ ...long, goBackwards }, padded);
      const [expected = [], ...expectedStates] = forward({ ...short, goBackwards }, trimmed);
      const first = goBackwards ? 2 - start : start;
      t.strictSame(sliceSteps(sequence, 2, 6, first, first + 4), Array.from(expected));
      t.strictSame(states.slice(0, 2), expectedStates.slice(0, 2));
    }
  }
  t.end();
});

t.test('goBackwards is the forward over reversed time, outputs in processing order', (t) => {
  const c: LstmCase = { ...plainCase, mask: true };
  const operands = lstmOperands(c);
  const reversed = operands.map((each, i) => {
    if (each === undefined || (i !== 0 && i !== 6)) return each;
    const steps = [3, 2, 1, 0].map((time) => sliceSteps(each.data, 2, 4, time, time + 1));
    const half = (steps[0]?.length ?? 0) / 2;
    return {
      shape: each.shape,
      data: Float64Array.from([0, 1].flatMap((b) => steps.flatMap((s) => s.slice(b * half, (b + 1) * half)))),
    };
  });
  t.strictSame(forward({ ...c, goBackwards: true }, operands).slice(0, 3), forward(c, reversed).slice(0, 3));
  t.end();
});

t.test('a sample has the same bits alone and in a batch', (t) => {
  const c: LstmCase = {
    ...plainCase,
    batch: 5,
    units: 5,
    recurrentDropout: 'shared',
    inputDropout: 'per gate',
    mask: true,
  };
  const operands = lstmOperands(c);
  const whole = forward(c, operands);
  for (let sample = 0; sample < 5; sample++) {
    const own = (data: FloatArray): Float64Array => {
      const size = data.length / 5;
      return Float64Array.from(data.slice(sample * size, (sample + 1) * size));
    };
    const alone = operands.map((each, i) =>
      each === undefined || (i >= 1 && i <= 3) ? each : { shape: [1, ...each.shape.slice(1)], data: own(each.data) },
    );
    t.strictSame(forward({ ...c, batch: 1 }, alone), whole.map(own));
  }
  t.end();
});

t.test('a planned kernel keeps nothing from one run to the next', (t) => {
  const property = fc.property(lstmCases, fc.nat(1_000_000), (c, otherSeed) => {
    const operands = lstmOperands(c);
    const others = lstmOperands({ ...c, seed: otherSeed });
    const run = prepare(lstmKernel, operands, lstmOutputShapes(c), c);
    run(others);
    const again = run(operands).map((each, i) => distance(each, forward(c, operands)[i] ?? []));
    const gradients = resultGradients(c, [true, true, true]);
    const saved = gradOperands(c, operands, gradients);
    const runGrad = prepare(lstmGradKernel, saved, lstmGradOutputShapes(c), c);
    runGrad(gradOperands(c, others, gradients));
    again.push(...runGrad(saved).map((each, i) => distance(each, backward(c, saved)[i] ?? [])));
    if (again.some((off) => off !== 0)) throw new Error(`off by ${again.join(' ')}`);
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 15, numRuns: 100 }));
  t.end();
});

t.test('no steps: the states and their gradients pass through', (t) => {
  const c: LstmCase = { ...plainCase, steps: 0 };
  const operands = lstmOperands(c);
  const [sequence, lastH, lastC] = forward(c, operands);
  t.equal(sequence?.length, 0);
  t.strictSame([lastH, lastC], [operands[4]?.data, operands[5]?.data]);
  const gradients = resultGradients(c, [true, true, true]);
  const results = backward(c, gradOperands(c, operands, gradients));
  t.strictSame(results.slice(4), [gradients[1]?.data, gradients[2]?.data]);
  t.ok(results.slice(1, 4).every((each) => each.every((value) => value === 0)));
  t.end();
});

t.test('2,000 steps run forward and backward and stay finite', (t) => {
  const c: LstmCase = { ...plainCase, batch: 1, steps: 2000, mask: true };
  const operands = lstmOperands(c);
  const saved = gradOperands(c, operands, resultGradients(c, [true, true, true]));
  t.ok(saved.every((each) => each === undefined || each.data.every(Number.isFinite)));
  t.ok(backward(c, saved).every((each) => each.every(Number.isFinite)));
  t.end();
});

t.test('the work is counted: multiply-adds of the two products, twice that backward', (t) => {
  const c: LstmCase = { ...plainCase, batch: 2, steps: 3, features: 5, units: 7 };
  const shapes = lstmOperands(c).map((each) => each?.shape);
  const products = 2 * 2 * 3 * 4 * 7 * (5 + 7);
  const perUnit = 2 * 3 * 7;
  t.equal(lstmKernel.flops(lstmKernel.plan(shapes, [], c)), products + 9 * perUnit);
  t.equal(lstmGradKernel.flops(lstmGradKernel.plan(shapes, [], c)), 2 * products + 28 * perUnit);
  t.end();
});
