/** The cross-entropy of logits as WebAssembly against the cpu in double, with guard words around all operands. */
import t from 'tap';
import { softmaxCrossEntropyGradKernel, softmaxCrossEntropyKernel } from '../../kernels/cross-entropy/index.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { operand, prepare, uniform } from './numeric.ts';

const ROWS = 3;
const SPREAD = 8;
/** |x - max| is rounded once, and e^x answers with as many units as it is large. */
const RELATIVE = (2 * SPREAD + 8) * 2 ** -23;

for (const kernel of [softmaxCrossEntropyKernel, softmaxCrossEntropyGradKernel]) {
  t.test(`${kernel.name} of rows of any length`, (t) => {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 18, 19, 31, 33, 64, 100, 1000]) {
      const draw = uniform(length);
      const logits = operand([ROWS, length], () => SPREAD * draw());
      const targets = operand([ROWS, length], () => Math.abs(draw()));
      const dLoss = operand([ROWS], draw);
      const isGradient = kernel === softmaxCrossEntropyGradKernel;
      const operands = isGradient ? [logits, targets, dLoss] : [logits, targets];
      const shape = isGradient ? [ROWS, length] : [ROWS];
      const given = runOnWasm(kernel, operands, [shape], undefined)[0]!;
      const expected = prepare(kernel, operands, [shape], undefined)(operands)[0]!;
      // Targets are below 1, so a row's add up to less than its length.
      const wrong = [...expected].findIndex((value, i) => !(Math.abs(given[i]! - value) <= RELATIVE * length));
      t.equal(wrong, -1, `rows of ${length}: element ${wrong} is ${given[wrong]}, not ${expected[wrong]}`);
    }
    t.end();
  });
}

t.test('a row with NaN is NaN, its neighbours are not', (t) => {
  const logits = { shape: [2, 3], data: Float64Array.of(NaN, 1, 2, 0, 0, 0) };
  const targets = { shape: [2, 3], data: Float64Array.of(0, 1, 0, 0, 1, 0) };
  const [first, second] = runOnWasm(softmaxCrossEntropyKernel, [logits, targets], [[2]], undefined)[0]!;
  t.same([first, second], [NaN, Math.fround(Math.log(3))]);
  t.end();
});
