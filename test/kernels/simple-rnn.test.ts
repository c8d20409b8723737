/** simpleRnnKernel and simpleRnnGradKernel: the laws of a recurrence, and the work they count. */
import t from 'tap';
import { simpleRnnGradKernel, simpleRnnKernel } from '../../kernels/simple-rnn/index.ts';
import { checkRecurrence } from './recurrent-laws.ts';

checkRecurrence(t, {
  kernel: simpleRnnKernel,
  gradKernel: simpleRnnGradKernel,
  gates: 1,
  biasShape: ({ units }) => [units],
  saved: ({ batch, steps, units }) => [[batch, steps, units]],
  next: (_, { hidden, project, recur, bias }) =>
    hidden.map((_, j) => Math.tanh(project(0, j) + recur(hidden, 0, j) + bias(j))),
});

t.test('the work is counted: multiply-adds of the two products, twice that backward', (t) => {
  const options = { goBackwards: false, zeroOutputForMask: false };
  const shapes = [[2, 3, 5], [5, 7], [7, 7], [7], [2, 7]];
  const products = 2 * 2 * 3 * 7 * (5 + 7);
  t.equal(simpleRnnKernel.flops(simpleRnnKernel.plan(shapes, [], options)), products + 42);
  t.equal(simpleRnnGradKernel.flops(simpleRnnGradKernel.plan(shapes, [], options)), 2 * products + 5 * 42);
  t.end();
});
