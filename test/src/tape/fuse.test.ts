/** Fused chains by hand: what is written, what is read under which shape, and that the bits are those of the ops one by one. */
import t, { type Test } from 'tap';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { conv2dKernel } from '../../../kernels/conv2d/index.ts';
import type { Kernel } from '../../../kernels/contract.ts';
import { reluKernel } from '../../../kernels/elementwise/index.ts';
import {
  abs,
  add,
  conv1d,
  conv2d,
  exp,
  matmul,
  max,
  maximum,
  mean,
  mul,
  neg,
  prod,
  relu,
  reshape,
  square,
  sub,
  sum,
  tanh,
} from '../../../src/ops/index.ts';
import { grad } from '../../../src/tape/grad.ts';
import { runWithTape } from '../../../src/tape/active-tape.ts';
import { compile } from '../../../src/tape/compile.ts';
import { WASM_FUSION } from '../../../src/devices/wasm-device.ts';
import { planProgram } from '../../../src/tape/plan.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { runningOn } from '../../../src/testing/running-on.ts';
import { cancelling } from '../../kernels/same-bits.ts';

type Program = (...args: readonly Tensor[]) => readonly Tensor[];

const device = new WasmDevice();

/** Values of both signs, another for each element and operand. */
const operand = (shape: readonly number[], k = 0): Tensor =>
  tensor(
    Float32Array.from(
      { length: shape.reduce((size, one) => size * one, 1) },
      (_, i) => ((i * 37 + k * 11) % 23) / 8 - 1,
    ),
    shape,
  );

/** Values whose sum tells in which order they were added. */
const summands = (shape: readonly number[], k = 1): Tensor => tensor(cancelling(shape, k).data, shape);

/** The steps that a program of these arguments has on a device that fuses. */
function stepsOf(f: Program, args: readonly Tensor[]): number {
  const tape = new Tape('traced');
  const traced = args.map(({ shape }) => tape.createTensor(shape));
  const results = runWithTape(tape, () => f(...traced));
  return planProgram(tape, traced, results, { fuse: WASM_FUSION }).plan.steps.length;
}

async function check(t: Test, steps: number, f: Program, ...args: readonly Tensor[]): Promise<void> {
  t.equal(stepsOf(f, args), steps, 'steps');
  const eager = runningOn(device, () => f(...args));
  const compiled = await compile((...given: readonly Tensor[]) => f(...given), { device })(...args);
  t.strictSame(
    compiled.map((one) => one.data),
    eager.map((one) => one.data),
  );
}

t.test('chains of the same ops that write other values have code of their own', async (t) => {
  const x = operand([7]);
  const values = (x: Tensor | undefined): readonly [Tensor, Tensor, Tensor] => {
    const a = tanh(x as Tensor);
    const b = square(a);
    return [a, b, neg(b)];
  };
  await check(t, 1, (x) => [values(x)[2]], x);
  await check(t, 1, (x) => values(x).filter((_, index) => index !== 1), x);
  await check(t, 1, (x) => values(x).filter((_, index) => index !== 0), x);
});

t.test('chains of the same ops with other operands have code of their own', async (t) => {
  const [x, y] = [operand([6]), operand([6], 1)];
  await check(t, 1, (x, y) => [tanh(sub(x as Tensor, y as Tensor))], x, y);
  await check(t, 1, (x, y) => [tanh(sub(y as Tensor, x as Tensor))], x, y);
  await check(t, 1, (x, y) => [tanh(sub(tanh(x as Tensor), y as Tensor))], x, y);
  await check(t, 1, (x, y) => [tanh(sub(y as Tensor, tanh(x as Tensor)))], x, y);
});

t.test('under another shape a chain goes on where every operand is read whole', async (t) => {
  const [x, y] = [operand([2, 6]), operand([3, 4], 1)];
  await check(t, 1, (x, y) => [add(reshape(tanh(x as Tensor), [3, 4]), y as Tensor)], x, y);
});

t.test('under another shape a chain ends where an operand is broadcast', async (t) => {
  const [x, row, column] = [operand([2, 6]), operand([4], 1), operand([3, 1], 2)];
  await check(t, 2, (x, row) => [mul(reshape(tanh(x as Tensor), [3, 4]), row as Tensor)], x, row);
  await check(t, 2, (x, _, column) => [mul(reshape(tanh(x as Tensor), [3, 4]), column as Tensor)], x, row, column);
});

t.test('one tensor is read as a row and as a column', async (t) => {
  const [x, v] = [operand([3, 3]), operand([3], 1)];
  await check(t, 1, (x, v) => [sub(add(tanh(x as Tensor), v as Tensor), reshape(v as Tensor, [3, 1]))], x, v);
});

t.test('what a product reads in the middle of a chain is there when it runs', async (t) => {
  const x = operand([5, 5]);
  await check(
    t,
    3,
    (x) => {
      const a = exp(neg(x as Tensor));
      return [maximum(tanh(matmul(a, a)), a)];
    },
    x,
  );
});

t.test('a convolution stores what the single operation behind it makes of its sums', async (t) => {
  const [x, filters, bias] = [operand([2, 5, 6, 3]), operand([3, 2, 3, 9], 1), operand([9], 2)];
  const line = operand([2, 9, 3]);
  for (const activation of [relu, square, neg, abs]) {
    await check(t, 1, (x, f, b) => [activation(conv2d(x as Tensor, f as Tensor, b as Tensor))], x, filters, bias);
  }
  await check(t, 1, (x, f) => [relu(conv2d(x as Tensor, f as Tensor, undefined, { strides: 2 }))], x, filters);
  await check(t, 1, (x, f) => [relu(conv1d(x as Tensor, f as Tensor))], line, operand([2, 3, 5], 1));
  // The kernel on the host says the same.
  const kernel = conv2dKernel.withActivation?.(reluKernel) as Kernel;
  const shapes = [x.shape, filters.shape, bias.shape];
  const geometry = kernel.plan(shapes, [[2, 3, 5, 9]], {
    strides: [1, 1],
    dilationRate: [1, 1],
    padding: 'valid',
    groups: 1,
  });
  const stored = new Float32Array(2 * 3 * 5 * 9);
  kernel.cpu([x.data, filters.data, bias.data], [stored], geometry);
  t.strictSame(stored, runningOn('cpu', () => relu(conv2d(x, filters, bias))).data);
});

t.test(
  'the sums of a convolution are written where something else reads them, too, or what follows is no single operation',
  async (t) => {
    const [x, filters] = [operand([1, 4, 4, 2]), operand([2, 2, 2, 4], 1)];
    const sums = (x: Tensor | undefined, f: Tensor | undefined): Tensor => conv2d(x as Tensor, f as Tensor);
    await check(t, 2, (x, f) => [tanh(sums(x, f))], x, filters);
    await check(
      t,
      2,
      (x, f) => {
        const y = sums(x, f);
        return [y, relu(y)];
      },
      x,
      filters,
    );
    await check(
      t,
      3,
      (x, f) => {
        const y = sums(x, f);
        return [relu(y), conv2d(y, f as Tensor)];
      },
      x,
      operand([2, 2, 2, 2], 1),
    );
    await check(t, 2, (x, f) => [add(sums(x, f), 1)], x, filters);
  },
);

t.test('the gradient through a convolution and relu needs no sums from before relu', async (t) => {
  const [x, filters] = [operand([2, 6, 6, 2]), operand([3, 3, 2, 4], 1)];
  const loss = (f: Tensor): Tensor => sum(relu(conv2d(x, f)));
  const program = compile(grad(loss), { device });
  t.match(program.program(filters).toString(), 'conv2d+relu');
  t.strictSame((await program(filters)).data, runningOn(device, () => grad(loss)(filters)).data);
});

t.test('a reduction over trailing axes, or all, is the end of the chain that it reads', async (t) => {
  const [x, y] = [summands([6, 34]), summands([6, 34], 2)];
  for (const reduce of [sum, mean, max]) {
    await check(t, 1, (x, y) => [reduce(sub(x as Tensor, y as Tensor))], x, y);
    await check(t, 1, (x, y) => [reduce(sub(x as Tensor, y as Tensor), { axis: -1 })], x, y);
    await check(t, 1, (x, y) => [reduce(sub(x as Tensor, y as Tensor), { axis: 1, keepDims: true })], x, y);
  }
  await check(t, 1, (x) => [sum(neg(x as Tensor), { axis: [1, 2] })], summands([5, 4, 9]));
});

t.test('a chain of one op ends in a reduction, too', async (t) => {
  await check(t, 1, (x) => [sum(square(x as Tensor))], operand([1000]));
});

t.test('what else is read of a chain that is reduced is written', async (t) => {
  const [x, y] = [summands([4, 36]), summands([4, 36], 2)];
  await check(
    t,
    1,
    (x, y) => {
      const difference = sub(x as Tensor, y as Tensor);
      return [difference, sum(neg(difference), { axis: 1 })];
    },
    x,
    y,
  );
  await check(
    t,
    2,
    (x, y) => {
      const difference = sub(x as Tensor, y as Tensor);
      return [mul(difference, mean(difference, { axis: 1, keepDims: true }))];
    },
    x,
    y,
  );
});

t.test('an inner value of a chain is reduced, and the chain is written', async (t) => {
  const inner = (x: Tensor | undefined): readonly Tensor[] => {
    const a = neg(x as Tensor);
    const b = square(a);
    return [b, sum(a), max(b)];
  };
  await check(t, 2, inner, summands([64]));
});

t.test('rows under another shape and rows that repeat an operand are folded as they are', async (t) => {
  const [x, one, row] = [summands([6, 32]), operand([6, 1]), summands([32], 3)];
  await check(t, 1, (x) => [sum(reshape(neg(x as Tensor), [2, 96]), { axis: 1 })], summands([2, 3, 32]));
  await check(t, 1, (x, one) => [mean(square(sub(x as Tensor, one as Tensor)), { axis: 1 })], x, one);
  await check(t, 1, (x, row) => [sum(sub(x as Tensor, row as Tensor), { axis: 1 })], x, row);
});

t.test(
  'a reduction stays a step where the rows of the chain are others, or short and not of whole vectors',
  async (t) => {
    const [x, row] = [operand([6, 32]), operand([32], 1)];
    await check(t, 2, (x) => [sum(neg(x as Tensor), { axis: 0 })], x);
    await check(t, 2, (x, row) => [sum(sub(x as Tensor, row as Tensor))], x, row);
    await check(t, 2, (x) => [sum(reshape(neg(x as Tensor), [64, 3]), { axis: 1 })], x);
    await check(t, 2, (x) => [prod(neg(x as Tensor), { axis: 1 })], x);
    await check(t, 1, (x) => [sum(neg(x as Tensor), { axis: 1 })], operand([6, 12]));
    await check(t, 2, (x) => [sum(neg(x as Tensor), { axis: 1 })], operand([6, 10]));
  },
);

t.test('nothing joins a chain behind its reduction', async (t) => {
  await check(t, 2, (x) => [tanh(sum(square(x as Tensor), { axis: 1 }))], operand([6, 32]));
});

t.test('reduced chains of other rows, steps and reductions have code of their own', async (t) => {
  for (const shape of [
    [3, 16],
    [3, 64],
    [3, 20],
  ]) {
    const x = summands(shape);
    for (const reduce of [sum, mean, max]) {
      await check(t, 1, (x) => [reduce(neg(square(x as Tensor)), { axis: 1 })], x);
      await check(t, 1, (x) => [reduce(square(neg(x as Tensor)), { axis: 1 })], x);
      await check(t, 1, (x) => [square(neg(x as Tensor)), reduce(neg(x as Tensor), { axis: 1 })].slice(1), x);
    }
  }
});

t.test('a program lists a chain with its reduction as one step', (t) => {
  const error = compile((x: Tensor, y: Tensor) => mean(square(sub(x, y))), { device });
  const lines = error
    .program(operand([8, 4]), operand([8, 4]))
    .toString()
    .split('\n');
  t.match(lines.at(-1), /^%0 = sub\+square\+mean\(%arg0, %arg1\) \[\]/);
  t.end();
});
