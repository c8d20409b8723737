/** What a failing check prints can be pasted, and fails in the same way. */
import assert from 'node:assert/strict';
import { compileFunction } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import { defaultDevice, deviceNamed, setDevice, useDevice } from '../../../src/devices/default-device.ts';
import { GradientError } from '../../../src/errors.ts';
import { defineOp, type TensorLike } from '../../../src/ops/define-op.ts';
import { add, mul, stopGradient, sub, sum } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { grad } from '../../../src/tape/grad.ts';
import { tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { shapes, tensorsOf } from '../../../src/testing/arbitraries/tensors.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';
import type { LawError } from '../../../src/testing/law-error.ts';
import { opLaws } from '../../../src/testing/op-laws.ts';
import type { OpCase, OpRow } from '../../../src/testing/op-row.ts';
import { gradcheckCode, optionsCode, pasteableTest, tensorCode, withoutCode } from '../../../src/testing/pasteable.ts';

/** `factor a b`, whose gradient of b forgets the factor. */
const product = defineOp<[a: TensorLike, b: TensorLike], { readonly factor: number }>({
  name: 'product',
  shape: ([a]) => a,
  forward: ([a, b], { factor }) => mul(factor, mul(a, b)),
  gradient: ({ inputs: [a, b], options: { factor }, gradients: [dy] }) => [mul(dy, mul(b, factor)), mul(dy, a)],
});

/** Runs what was printed as its reader would, with these names in reach. */
function paste(code: string, more: object = {}): unknown {
  const test = (_title: string, body: () => unknown): unknown => body();
  const names = { test, gradcheck, tensor, product, assert, compile, grad, setDevice, ops: { mul, sum }, ...more };
  return compileFunction(`return ${code.trim()}`, Object.keys(names))(...Object.values(names));
}

const thrownBy = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

t.test('the printed test of a broken law, when run, fails with the same GradientError', async (t) => {
  const arbitrary = fc
    .record({ operands: shapes().chain((shape) => tensorsOf([shape, shape])), factor: fc.constantFrom(1, 3) })
    .map(({ operands, factor }): OpCase => ({
      inputs: operands,
      options: { factor },
      call: (a, b) => product(a as Tensor, b as Tensor, { factor }),
    }));
  const error = (await opLaws({ op: 'product', arbitrary }).catch((error: unknown) => error)) as LawError;
  const [, code = ''] = error.message.split('as a test:\n\n');
  t.match(code, /^test\('product: the gradient is right', \(\) => \{\n.*\n\}\);$/);
  const again = thrownBy(() => paste(code));
  t.type(again, GradientError);
  t.equal(withoutCode((again as Error).message), withoutCode((error.cause as Error).message));
});

t.test('so do those of the other laws: second derivatives, programs, accuracy and exact integers', async (t) => {
  const rule = (x: Tensor): Tensor => mul(2, stopGradient(x));
  const names = {
    squared: defineOp<[x: TensorLike]>({
      name: 'squared',
      shape: ([x]) => x,
      forward: ([x]) => mul(x, x),
      gradient: ({ inputs: [x], gradients: [dy] }) => [mul(dy, rule(x))],
    }),
    // Its gradient differs by one bit where it runs eagerly.
    uneven: defineOp<[x: TensorLike]>({
      name: 'uneven',
      shape: ([x]) => x,
      forward: ([x]) => mul(x, 1),
      gradient: ({ inputs: [x], gradients: [dy] }) => [mul(dy, x.hasData ? 1 + 2 ** -23 : 1)],
    }),
    // Loses digits that float64 has.
    shifted: defineOp<[x: TensorLike]>({
      name: 'shifted',
      shape: ([x]) => x,
      forward: ([x]) => sub(add(mul(x, 1 / 3), 64), 64),
      gradient: ({ gradients: [dy] }) => [mul(dy, 1 / 3)],
    }),
    // Loses them in its gradient.
    steep: defineOp<[x: TensorLike]>({
      name: 'steep',
      shape: ([x]) => x,
      forward: ([x]) => mul(x, 1),
      gradient: ({ gradients: [dy] }) => [sub(add(dy, 64), 64)],
    }),
  };
  const drawn = (op: keyof typeof names, expected?: () => number[]): fc.Arbitrary<OpCase> =>
    tensorsOf([[2]]).map(([x]) => ({
      inputs: [x as Tensor],
      call: (x) => names[op](x as Tensor),
      ...(expected && { expected }),
    }));
  const messageOf = async (row: OpRow, devices?: readonly string[]): Promise<LawError> =>
    (await opLaws(row, devices ? { devices } : {}).catch((error: unknown) => error)) as LawError;
  // A user's default, whatever this suite runs on.
  const suite = defaultDevice();
  const before = deviceNamed('wasm');
  useDevice(before);
  t.teardown(() => useDevice(suite));
  for (const [law, row, devices] of [
    ['gradients of both orders', { op: 'squared', arbitrary: drawn('squared'), secondOrder: true }],
    ['near to float64', { op: 'shifted', arbitrary: drawn('shifted') }, ['wasm']],
    ['near to float64', { op: 'steep', arbitrary: drawn('steep') }, ['cpu']],
    ['bit for bit on cpu', { op: 'uneven', arbitrary: drawn('uneven') }, ['cpu']],
    ['bit for bit on wasm', { op: 'uneven', arbitrary: drawn('uneven') }],
    [
      'small integers',
      { op: 'squared', arbitrary: drawn('squared'), integerArbitrary: drawn('squared', () => [3, 0]) },
    ],
  ] as const) {
    const { law: found, message } = await messageOf(row, devices);
    t.match(found, law);
    const [, code = ''] = message.split('as a test:\n\n');
    await t.rejects(async () => paste(code, names), /second derivative|deep|equal|^-?[\d.e-]+$/, code);
    // A test of another device than the default one chooses it.
    t.equal(defaultDevice().name, devices?.[0] ?? before.name);
    useDevice(before);
  }
});

t.test('the code of a GradientError fails with the same message, options included', (t) => {
  const inputs = [tensor([0.1, -0]), tensor([1 / 3, 2])] as const;
  const first = thrownBy(() =>
    gradcheck((a, b) => product(a, b, { factor: 2 }), inputs, { order: 2, constants: [0] }),
  ) as Error;
  t.match(first.message, 'tensor([0.1, -0], [2])');
  t.match(first.message, '{ order: 2, constants: [0] }');
  const [, code = ''] = first.message.split('As a test:\n\n');
  t.equal((thrownBy(() => paste(code)) as Error).message, first.message);
  t.end();
});

t.test('tensors are printed with their doubles, large ones by their shape', (t) => {
  t.equal(tensorCode(tensor(0.1)), 'tensor(0.1)');
  t.equal(tensorCode(zeros([0, 3])), 'tensor([], [0, 3])');
  t.equal(tensorCode(tensor([[1 / 3, -0]])), 'tensor([0.3333333333333333, -0], [1, 2])');
  t.equal(tensorCode(zeros([65])), undefined);
  t.equal(gradcheckCode('f', [zeros([5, 13])]), '  gradcheck(f, [tensorOfShape([5, 13])]);');
  t.end();
});

t.test('the call is the op with its options, or the code of the case; what is not differentiated is constant', (t) => {
  const [a, b] = [tensor([1]), tensor([2])];
  const call = (): readonly Tensor[] => [];
  const gradient = { kind: 'gradient', order: 1 } as const;
  t.match(
    pasteableTest('op', "it's so", { inputs: [a, b], call }, gradient),
    /^test\('op: it"s so', .*\n.*\(a, b\) => op\(a, b\), /,
  );
  t.match(
    pasteableTest('op', 'x', { inputs: [a], options: { axis: -1 }, call }, gradient),
    '(a) => op(a, { axis: -1 })',
  );
  t.match(
    pasteableTest('op', 'x', { inputs: [a, b], code: 'op([a, b])', differentiable: [1], call }, gradient),
    '(a, b) => op([a, b]), [tensor([1], [1]), tensor([2], [1])], { constants: [0] });',
  );
  t.equal(
    optionsCode({ padding: 'same', strides: [1, 2], bias: undefined, flag: true }),
    "{ padding: 'same', strides: [1, 2], flag: true }",
  );
  t.end();
});
