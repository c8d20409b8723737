/** gruKernel and gruGradKernel: the laws of a recurrence, and the work they count. */
import t from 'tap';
import { gruGradKernel, gruKernel } from '../../kernels/gru/index.ts';
import { checkRecurrence } from './recurrent-laws.ts';

const logistic = (z: number): number => 1 / (1 + Math.exp(-z));

checkRecurrence(t, {
  kernel: gruKernel,
  gradKernel: gruGradKernel,
  gates: 3,
  biasShape: (c) => (c.resetAfter ? [2, 3 * c.units] : [3 * c.units]),
  saved: ({ batch, steps, units }) => [
    [batch, steps, 3 * units],
    [batch, steps, units],
  ],
  next: ({ units, resetAfter }, { hidden, project, recur, bias }) => {
    const input = (gate: number, j: number): number => project(gate, j) + bias(gate * units + j);
    const state = (gate: number, j: number): number =>
      recur(hidden, gate, j) + (resetAfter ? bias((3 + gate) * units + j) : 0);
    const update = hidden.map((_, j) => logistic(input(0, j) + state(0, j)));
    const reset = hidden.map((_, j) => logistic(input(1, j) + state(1, j)));
    const resetHidden = hidden.map((value, j) => value * (reset[j] ?? Number.NaN));
    return hidden.map((value, j) => {
      const inner = resetAfter ? (reset[j] ?? Number.NaN) * state(2, j) : recur(resetHidden, 2, j);
      const z = update[j] ?? Number.NaN;
      return z * value + (1 - z) * Math.tanh(input(2, j) + inner);
    });
  },
});

t.test('the work is counted: multiply-adds of the two products, twice that backward', (t) => {
  const options = { resetAfter: true, goBackwards: false, zeroOutputForMask: false };
  const shapes = [
    [2, 3, 5],
    [5, 21],
    [7, 21],
    [2, 21],
    [2, 7],
  ];
  const products = 2 * 2 * 3 * 3 * 7 * (5 + 7);
  t.equal(gruKernel.flops(gruKernel.plan(shapes, [], options)), products + 9 * 42);
  t.equal(gruGradKernel.flops(gruGradKernel.plan(shapes, [], options)), 2 * products + 26 * 42);
  t.end();
});
