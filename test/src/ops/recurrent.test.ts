/** The recurrent ops with every combination of their options, against the equations of their docstrings in plain loops. */
import t from 'tap';
import { gru, lstm, randomUniform, simpleRnn } from '../../../src/ops/index.ts';
import type { RecurrentCallOptions } from '../../../src/ops/recurrent.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

const [BATCH, STEPS, FEATURES, UNITS] = [2, 4, 3, 2];

/** What one step reads: number j of gate k of `x kernel`, of `state recurrentKernel`, and of a row of the bias. */
interface Cell {
  readonly project: (gate: number, j: number) => number;
  readonly recur: (state: readonly number[], gate: number, j: number) => number;
  readonly bias: (row: number, gate: number, j: number) => number;
}

/** The last states and the outputs of all steps, `[batch, steps, units]`. */
interface Outcome {
  readonly sequence: readonly number[];
  readonly states: readonly (readonly number[])[];
}

interface Recurrence {
  readonly name: string;
  readonly gates: number;
  readonly states: number;
  readonly biasShape: readonly number[];
  readonly next: (cell: Cell, states: readonly (readonly number[])[]) => number[][];
  readonly run: (given: Given) => readonly [sequence: Tensor, ...states: Tensor[]];
}

interface Given {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor | undefined;
  readonly initialState: readonly Tensor[] | undefined;
  readonly options: RecurrentCallOptions & { readonly mask?: Tensor; readonly inputDropout?: Tensor };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const units = Array.from({ length: UNITS }, (_, j) => j);

const lstmRecurrence: Recurrence = {
  name: 'lstm',
  gates: 4,
  states: 2,
  biasShape: [4 * UNITS],
  next(cell, [h = [], c = []]) {
    const z = (gate: number, j: number): number =>
      cell.project(gate, j) + cell.recur(h, gate, j) + cell.bias(0, gate, j);
    const newC = units.map((j) => sigmoid(z(1, j)) * (c[j] ?? NaN) + sigmoid(z(0, j)) * Math.tanh(z(2, j)));
    return [newC.map((value, j) => sigmoid(z(3, j)) * Math.tanh(value)), newC];
  },
  run({ x, kernel, recurrentKernel, bias, initialState, options }) {
    const given = initialState as readonly [Tensor, Tensor] | undefined;
    const { sequence, lastHidden, lastCell } = lstm(x, kernel, recurrentKernel, bias, {
      ...options,
      initialState: given,
    });
    return [sequence, lastHidden, lastCell];
  },
};

const gruRecurrence = (resetAfter: boolean): Recurrence => ({
  name: resetAfter ? 'gru' : 'gru, reset before the product',
  gates: 3,
  states: 1,
  biasShape: resetAfter ? [2, 3 * UNITS] : [3 * UNITS],
  next(cell, [h = []]) {
    const gate = (k: number, j: number): number =>
      sigmoid(cell.project(k, j) + cell.bias(0, k, j) + cell.recur(h, k, j) + (resetAfter ? cell.bias(1, k, j) : 0));
    const candidate = (j: number): number => {
      const inner = resetAfter
        ? gate(1, j) * (cell.recur(h, 2, j) + cell.bias(1, 2, j))
        : cell.recur(
            h.map((value, i) => gate(1, i) * value),
            2,
            j,
          );
      return Math.tanh(cell.project(2, j) + cell.bias(0, 2, j) + inner);
    };
    return [units.map((j) => gate(0, j) * (h[j] ?? NaN) + (1 - gate(0, j)) * candidate(j))];
  },
  run({ x, kernel, recurrentKernel, bias, initialState, options }) {
    const [given] = initialState ?? [];
    const { sequence, lastHidden } = gru(x, kernel, recurrentKernel, bias, {
      ...options,
      initialState: given,
      resetAfter,
    });
    return [sequence, lastHidden];
  },
});

const simpleRecurrence: Recurrence = {
  name: 'simpleRnn',
  gates: 1,
  states: 1,
  biasShape: [UNITS],
  next: (cell, [h = []]) => [
    units.map((j) => Math.tanh(cell.project(0, j) + cell.recur(h, 0, j) + cell.bias(0, 0, j))),
  ],
  run({ x, kernel, recurrentKernel, bias, initialState, options }) {
    const [given] = initialState ?? [];
    const { sequence, lastHidden } = simpleRnn(x, kernel, recurrentKernel, bias, { ...options, initialState: given });
    return [sequence, lastHidden];
  },
};

/** The factor of a dropped value: one per place, or one per place and gate. */
function factor(factors: Tensor | undefined, sample: number, gate: number, j: number, size: number): number {
  if (factors === undefined) return 1;
  return factors.at(sample, factors.shape[1] === size ? j : gate * size + j);
}

function reference({ next, states: count }: Recurrence, given: Given): Outcome {
  const { x, kernel, recurrentKernel, bias, initialState, options } = given;
  const { mask, inputDropout, goBackwards = false, zeroOutputForMask = false } = options;
  const recurrentDropout = options.recurrentDropout as Tensor | undefined;
  const sequence: number[] = [];
  const last: number[][] = Array.from({ length: count }, () => []);
  for (let sample = 0; sample < BATCH; sample++) {
    let states = Array.from({ length: count }, (_, state) =>
      units.map((j) => initialState?.[state]?.at(sample, j) ?? 0),
    );
    for (let step = 0; step < STEPS; step++) {
      const time = goBackwards ? STEPS - 1 - step : step;
      const masked = mask?.at(sample, time) === 0;
      if (!masked) {
        const cell: Cell = {
          project(gate, j) {
            let sum = 0;
            for (let f = 0; f < FEATURES; f++) {
              const value = x.at(sample, time, f) * factor(inputDropout, sample, gate, f, FEATURES);
              sum += value * kernel.at(f, gate * UNITS + j);
            }
            return sum;
          },
          recur(state, gate, j) {
            let sum = 0;
            for (const i of units) {
              const value = (state[i] ?? NaN) * factor(recurrentDropout, sample, gate, i, UNITS);
              sum += value * recurrentKernel.at(i, gate * UNITS + j);
            }
            return sum;
          },
          bias: (row, gate, j) => bias?.at(...(bias.rank === 2 ? [row] : []), gate * UNITS + j) ?? 0,
        };
        states = next(cell, states);
      }
      sequence.push(...(masked && zeroOutputForMask ? units.map(() => 0) : (states[0] ?? [])));
    }
    states.forEach((state, index) => last[index]?.push(...state));
  }
  return { sequence, states: last };
}

/**
 * States are rounded to float32 at each of 4 steps: a cell starts below 1 and grows by less than 1 a step, so that none
 * reaches 8 and a rounding errs by at most 2^-22. The recurrent weights are small enough that no step enlarges it.
 */
const BOUND = STEPS * 2 ** -22;

const drawn = (shape: readonly number[], seed: number, size = 1): Tensor =>
  randomUniform(shape, { minimum: -size, maximum: size, seed });
const factorsOf = (width: number, seed: number): Tensor =>
  tensor(
    randomUniform([BATCH, width], { seed }).data.map((value) => (value < 0.4 ? 0 : 2)),
    [BATCH, width],
  );
const mask = tensor([
  [1, 1, 0, 0],
  [0, 1, 0, 1],
]);

for (const recurrence of [lstmRecurrence, gruRecurrence(true), gruRecurrence(false), simpleRecurrence]) {
  const { name, gates, states, biasShape, run } = recurrence;
  const width = gates * UNITS;
  const weights = { kernel: drawn([FEATURES, width], 2), recurrentKernel: drawn([UNITS, width], 3, 0.25) };
  const start = Array.from({ length: states }, (_, state) => drawn([BATCH, UNITS], 10 + state));

  t.test(`${name}: initial states, masks, dropout, direction and bias, in all combinations`, (t) => {
    const choices: readonly (readonly object[])[] = [
      [{}, { mask }, { mask, zeroOutputForMask: true }],
      [{}, { inputDropout: factorsOf(FEATURES, 4) }, { inputDropout: factorsOf(gates * FEATURES, 5) }],
      [{}, { recurrentDropout: factorsOf(UNITS, 6) }, { recurrentDropout: factorsOf(width, 7) }],
      [{}, { goBackwards: true }],
    ];
    const combined = choices.reduce<readonly object[]>(
      (all, some) => all.flatMap((one) => some.map((other) => ({ ...one, ...other }))),
      [{}],
    );
    let worst = 0;
    for (const options of combined) {
      for (const initialState of [undefined, start]) {
        for (const bias of [undefined, drawn(biasShape, 8)]) {
          const given: Given = { x: drawn([BATCH, STEPS, FEATURES], 1), ...weights, bias, initialState, options };
          const expected = reference(recurrence, given);
          const [sequence, ...last] = run(given);
          const pairs = [
            [sequence, expected.sequence] as const,
            ...last.map((one, k) => [one, expected.states[k]] as const),
          ];
          for (const [actual, wanted = []] of pairs) {
            wanted.forEach((value, index) => {
              worst = Math.max(worst, Math.abs((actual.data[index] ?? NaN) - value));
            });
            if (actual.size !== wanted.length || Number.isNaN(worst)) worst = Infinity;
          }
        }
      }
    }
    t.ok(worst <= BOUND, `the largest error is ${worst}`);
    t.end();
  });
}
