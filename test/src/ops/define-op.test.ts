/** defineOp: ops of one's own, with kernels or made of others, eagerly, compiled and differentiated. */
import t from 'tap';
import type { Kernel } from '../../../kernels/contract.ts';
import { ArgumentError, NumericError } from '../../../src/errors.ts';
import { defineOp, stopGradient, type Op, type TensorLike } from '../../../src/ops/define-op.ts';
import { add, greater, mul, neg, square, sum, where } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { grad } from '../../../src/tape/grad.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';

const cube: Op<[x: TensorLike]> = defineOp<[x: TensorLike], Record<string, never>>({
  name: 'cube',
  shape: ([x]) => x,
  forward: ([x]) => mul(x, square(x)),
  gradient: ({ inputs: [x], gradients: [dy] }) => [() => mul(dy, mul(square(x), 3))],
});

t.test('an op made of others works eagerly, compiled and under grad', async (t) => {
  const x = tensor([1, 2, -3]);
  t.strictSame(cube(x).toArray(), [1, 8, -27]);
  t.strictSame((await compile((y: Tensor) => cube(y))(x)).toArray(), [1, 8, -27]);
  const gradient = grad((y: Tensor) => sum(cube(y)));
  t.strictSame(gradient(x).toArray(), [3, 12, 27]);
  t.strictSame((await compile(gradient)(x)).toArray(), [3, 12, 27]);
  t.ok(gradcheck(cube, [x], { order: 2 }).worstScore < 1e-8);
});

t.test('its own rule is used, not that of its parts; without a rule the parts are differentiated', (t) => {
  const define = (name: string, own: boolean): Op<[x: TensorLike]> =>
    defineOp<[x: TensorLike], Record<string, never>>({
      name,
      shape: ([x]) => x,
      forward: ([x]) => square(x),
      ...(own ? { gradient: ({ gradients: [dy] }) => [() => mul(dy, 100)] } : {}),
    });
  t.strictSame(grad((x: Tensor) => sum(define('straight', true)(x)))(tensor([3])).toArray(), [100]);
  t.strictSame(grad((x: Tensor) => sum(define('parts', false)(x)))(tensor([3])).toArray(), [6]);
  t.end();
});

t.test('a number and a variable are inputs too', (t) => {
  t.strictSame(cube(2).toArray(), 8);
  t.strictSame(cube(variable(tensor([3]))).toArray(), [27]);
  t.throws(() => cube([1] as unknown as Tensor), {
    name: 'ArgumentError',
    message: /^cube: input 0 is an array of \d, not a tensor\. Make one with tensor/,
  });
  t.throws(() => cube(null as unknown as Tensor), { name: 'ArgumentError', message: /input 0 is null/ });
  t.throws(() => cube('3' as unknown as Tensor), { name: 'ArgumentError', message: /input 0 is '3'/ });
  t.end();
});

/** Sum and product of neighbours; the second output is 1 when a value was negative. */
const splitKernel: Kernel<{ readonly scale: number }, { readonly size: number; readonly scale: number }> = {
  name: 'split',
  plan: (_inputs, outputs, { scale }) => ({ size: sizeOf(outputs[0] ?? []), scale }),
  cpu: ([x], [y, flag], { size, scale }) => {
    let negative = 0;
    for (let i = 0; i < size; i++) {
      const value = x?.[i] ?? 0;
      if (value < 0) negative = 1;
      if (y) y[i] = value * scale;
    }
    if (flag) flag[0] = negative;
  },
  flops: ({ size }) => size,
};

const scaled = defineOp<[x: TensorLike], { readonly scale: number }, { readonly scale?: number }>({
  name: 'scaled',
  kernel: splitKernel,
  resolve: ({ scale = 2 }) => {
    if (!Number.isFinite(scale))
      throw new ArgumentError(`scaled: the scale ${scale} is not finite.`, { where: 'scaled', got: scale });
    return { scale };
  },
  shape: ([x]) => [x, []],
  gradient: ({ gradients: [dy], options: { scale } }) => [() => mul(dy, scale)],
  errorFlag: { output: 1, error: () => new NumericError('scaled: a value is negative.', { where: 'scaled' }) },
});

t.test('an op with a kernel: options with defaults, several outputs, a gradient', async (t) => {
  t.strictSame(scaled(tensor([1, 2])).toArray(), [2, 4]);
  t.strictSame(scaled(tensor([1, 2]), { scale: 10 }).toArray(), [10, 20]);
  t.strictSame(
    scaled.all([tensor([1])], {}).map((one) => one.toArray()),
    [[2], 0],
  );
  t.strictSame((await compile((x: Tensor) => scaled(x, { scale: 3 }))(tensor([5]))).toArray(), [15]);
  t.ok(gradcheck((x: Tensor) => scaled(x, { scale: 0.3 }), [tensor([1, 2])]).worstScore < 1e-9);
  t.throws(() => scaled(tensor([1]), { scale: NaN }), { name: 'ArgumentError', message: /NaN is not finite/ });
  t.equal(scaled.opName, 'scaled');
});

t.test('an error flag that the kernel sets is an error of the call and of the run', async (t) => {
  t.throws(() => scaled(tensor([1, -1])), { name: 'NumericError', message: 'scaled: a value is negative.' });
  const program = compile((x: Tensor) => add(scaled(neg(x)), 1));
  await t.rejects(program(tensor([1])), { name: 'NumericError' });
  t.strictSame((await program(tensor([-2]))).toArray(), [5], 'the next run is not affected');
});

t.test('an op without a rule cannot be differentiated, unless nothing flows through', (t) => {
  const bare = defineOp<[x: TensorLike], Record<string, never>>({
    name: 'bare',
    kernel: { ...splitKernel, plan: (_inputs, outputs) => ({ size: sizeOf(outputs[0] ?? []), scale: 1 }) } as Kernel,
    shape: ([x]) => x,
  });
  t.throws(() => grad((x: Tensor) => sum(bare(x)))(tensor([1])), {
    name: 'ArgumentError',
    message: /'bare' has no gradient rule.*stopGradient/,
  });
  t.strictSame(grad((x: Tensor) => sum(mul(x, bare(stopGradient(x)))))(tensor([3])).toArray(), [3]);
  t.strictSame(
    grad((x: Tensor) => sum(where(greater(x, 0), x, 0)))(tensor([3, -1])).toArray(),
    [1, 0],
    'a comparison has the rule none',
  );
  t.end();
});

t.test('a definition has a kernel or a forward function, one of them', (t) => {
  const shape = ([x]: readonly [readonly number[]]): readonly number[] => x;
  t.throws(() => defineOp<[x: TensorLike], undefined>({ name: 'empty', shape }), {
    name: 'ArgumentError',
    message: /'empty' needs either a kernel or a forward/,
  });
  t.throws(
    () => defineOp<[x: TensorLike], undefined>({ name: 'both', shape, kernel: 'alias', forward: ([x]) => x }),
    ArgumentError,
  );
  t.end();
});
