/** opLaws pass right ops, and each law is broken by an op that is wrong on purpose. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Device } from '../../../src/devices/device.ts';
import { HostDevice } from '../../../src/devices/host-device.ts';
import { ArgumentError, GradientError } from '../../../src/errors.ts';
import { defineOp, stopGradient, type Op, type TensorLike } from '../../../src/ops/define-op.ts';
import { add, mul, neg, square, sub, sum } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { shapes, smallInteger, tensorOf } from '../../../src/testing/arbitraries/tensors.ts';
import { LawError } from '../../../src/testing/law-error.ts';
import { opLaws, type OpLawOptions } from '../../../src/testing/op-laws.ts';
import type { OpCase, OpRow } from '../../../src/testing/op-row.ts';

type Cube = Op<[x: TensorLike], { readonly factor: number }>;

/** `factor x^3`, with a rule that a test may get wrong. */
function cubeWith(rule: (x: Tensor, factor: number) => Tensor): Cube {
  return defineOp<[x: TensorLike], { readonly factor: number }>({
    name: 'cube',
    shape: ([x]) => x,
    forward: ([x], { factor }) => mul(factor, mul(x, square(x))),
    gradient: ({ inputs: [x], options: { factor }, gradients: [dy] }) => [mul(dy, rule(x, factor))],
  });
}

const cube = cubeWith((x, factor) => mul(3 * factor, square(x)));

const drawn = (op: Cube): fc.Arbitrary<OpCase> =>
  fc
    .record({ x: shapes().chain((shape) => tensorOf(shape)), options: fc.record({ factor: fc.constantFrom(1, 2) }) })
    .map(({ x, options }) => ({ inputs: [x], options, call: (x) => op(x as Tensor, options) }));

const row: OpRow = { op: 'cube', arbitrary: drawn(cube), secondOrder: true };

/** The error of a row that is wrong. */
async function broken(t: Test, wrong: Partial<OpRow>, options: OpLawOptions = {}): Promise<LawError> {
  const error = await opLaws({ ...row, ...wrong }, options).catch((error: unknown) => error);
  t.type(error, LawError);
  return error as LawError;
}

t.test('a right op passes, and the report says what was checked', async (t) => {
  const report = await opLaws({
    ...row,
    covers: { factor: [1, 2], rank: [0, 4], size: [1, 4] },
    refused: [{ name: 'a text', call: () => cube('x' as never, { factor: 1 }), message: /not a tensor/ }],
  });
  t.strictSame(report.laws, [
    'the gradients of both orders are right',
    'the cases drawn cover its domain',
    'compiled results and gradients equal eager ones bit for bit on wasm',
    'results and gradients are as near to float64 as rounding allows on wasm',
    'compiled results and gradients equal eager ones bit for bit on cpu',
    'results and gradients are as near to float64 as rounding allows on cpu',
    'a text is refused',
  ]);
  t.equal(report.cases, 100);
  t.ok(report.derivatives > 200, `${report.derivatives} derivatives`);
  t.ok(report.worstScore > 0 && report.worstScore <= 1e-7);
  t.equal((report.domains.get('factor 1') ?? 0) + (report.domains.get('factor 2') ?? 0), 100);
});

t.test('one seed draws the same cases, another seed others', async (t) => {
  const drawnWith = async (seed: number): Promise<unknown> => {
    const { derivatives, worstScore, domains } = await opLaws(row, { seed, cases: 20 });
    return { derivatives, worstScore, domains };
  };
  t.strictSame(await drawnWith(5), await drawnWith(5));
  t.notSame(await drawnWith(5), await drawnWith(6));
});

t.test('a wrong gradient breaks the law, and the smallest case is small', async (t) => {
  const wrong = cubeWith((x) => mul(3, square(x)));
  const error = await broken(t, { arbitrary: drawn(wrong) });
  t.equal(error.law, 'the gradients of both orders are right');
  t.ok(error.cases < 10, `found in case ${error.cases}`);
  t.type(error.cause, GradientError);
  const { inputs, options } = error.got as OpCase;
  t.strictSame(options, { factor: 2 });
  t.ok((inputs[0]?.size ?? 9) <= 2, `${inputs[0]?.size} elements`);
  t.equal(error.message.match(/gradcheck\(/g)?.length, 1, 'the message holds one test, of the case');
});

t.test('a wrong second derivative is found where both orders are checked', async (t) => {
  const rule = cubeWith((x, factor) => mul(3 * factor, mul(x, stopGradient(x))));
  const { secondOrder: _, ...once } = { ...row, arbitrary: drawn(rule) };
  t.match((await opLaws(once)).laws[0], /^the gradient is right$/);
  t.match((await broken(t, once, {})).message, 'second derivative');
});

t.test('an op without gradient says why', async (t) => {
  const { laws, derivatives } = await opLaws({ ...row, noGradient: 'it counts' });
  t.equal(laws[0], 'the cases can be computed (gradient not checked: it counts)');
  t.equal(derivatives, 0);
});

t.test('an uncovered domain is named; few cases are not asked', async (t) => {
  const covers = { factor: [1, 2, 3], rank: [0, 5] };
  const error = await broken(t, { covers });
  t.match(error.message, /^cube: 100 cases never had factor 3, rank 5\. /);
  t.equal(error.law, 'the cases drawn cover its domain');
  t.notOk((await opLaws({ ...row, covers }, { cases: 99 })).laws.includes(error.law));
});

/** The cpu, but the last bit of the first result is another. */
const offByOneBit = (): Device => {
  const host = new HostDevice('inexact');
  return {
    name: 'inexact',
    memory: () => host.memory(),
    link: (plan) => {
      const inner = host.link(plan);
      return {
        runSync: undefined,
        run: async (inputs) => {
          const results = await inner.run(inputs);
          const [first = new Float32Array()] = results;
          new Int32Array(first.buffer, first.byteOffset, first.length)[0]! ^= 1;
          return results;
        },
      };
    },
  };
};

t.test('a device given by object is checked to the last bit, a skipped one carries its reason', async (t) => {
  const devices = ['cpu', offByOneBit()];
  const error = await broken(t, {}, { devices });
  t.equal(error.law, 'compiled results and gradients equal eager ones bit for bit on inexact');
  const { laws, skipped } = await opLaws({ ...row, skippedOn: { inexact: 'it rounds' } }, { devices });
  t.strictSame(skipped, ['inexact: it rounds']);
  t.notOk(laws.includes(error.law));
  t.ok(laws.includes('compiled results and gradients equal eager ones bit for bit on cpu'));
});

t.test('an op whose steps lose digits is not near float64, though compiled and eager calls agree', async (t) => {
  const lossy = (x: Tensor, options: { readonly factor: number }): Tensor => sub(add(cube(x, options), 64), 64);
  const arbitrary = drawn(cube).map((drawn) => ({
    ...drawn,
    call: (x: Tensor) => lossy(x, drawn.options as { factor: number }),
  }));
  for (const device of ['wasm', 'cpu']) {
    const error = await broken(t, { arbitrary: arbitrary as fc.Arbitrary<OpCase> }, { devices: [device] });
    t.equal(error.law, `results and gradients are as near to float64 as rounding allows on ${device}`);
    t.match(error.message, /result 0: element \d+ is [-.\de]+, float64 gives [-.\de]+; rounding explains \d/);
  }
});

t.test('a call that differs from run to run breaks the law of programs', async (t) => {
  let calls = 0;
  const arbitrary = shapes()
    .chain((shape) => tensorOf(shape))
    .map((x): OpCase => ({ inputs: [x], call: (x) => add(x as Tensor, calls++) }));
  t.match((await broken(t, { arbitrary })).law, 'compiled results and gradients equal eager ones');
});

t.test('an integer case that is off by one is found, and one without exact values is refused', async (t) => {
  const integers = (extra: (size: number) => number): fc.Arbitrary<OpCase> =>
    shapes({ minRank: 1 })
      .chain((shape) => tensorOf(shape, smallInteger()))
      .map((x) => ({
        inputs: [x],
        call: (x) => sum(x as Tensor),
        expected: () => [x.data.reduce((total, value) => total + value, 0) + extra(x.size)],
      }));
  t.ok((await opLaws({ ...row, integerArbitrary: integers(() => 0) })).laws.at(-1)?.includes('small integers'));
  const error = await broken(t, { integerArbitrary: integers((size) => (size > 4 ? 1 : 0)) });
  t.equal(error.law, 'results on small integers are exact on wasm');
  t.match(error.message, /element 0 is -?\d+, not -?\d+/);
  t.ok(((error.got as OpCase).inputs[0]?.size ?? 99) <= 8, 'the smallest case is small');
  const without = integers(() => 0).map(({ expected: _expected, ...rest }) => rest);
  t.match((await broken(t, { integerArbitrary: without })).message, 'has no `expected`');
});

t.test('a wrong call must be refused by an error of ours, in the words of the row', async (t) => {
  const refusal = (call: () => unknown): Partial<OpRow> => ({
    refused: [{ name: 'a wrong call', call, message: /x/ }],
  });
  const fail = (error: Error) => (): never => {
    throw error;
  };
  t.match(
    (
      await broken(
        t,
        refusal(() => neg(tensor([1]))),
      )
    ).message,
    'a wrong call is not refused',
  );
  t.match((await broken(t, refusal(fail(new TypeError('x'))))).message, 'none of ours: TypeError: x');
  t.match((await broken(t, refusal(fail(new ArgumentError('y'))))).message, 'but with other words: y');
  t.ok((await opLaws({ ...row, ...refusal(fail(new ArgumentError('x'))) })).laws.includes('a wrong call is refused'));
});
