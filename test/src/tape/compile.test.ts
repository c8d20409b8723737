/** compile: what a signature is, what is frozen, what is refused, and what a program tells about itself. */
import t from 'tap';
import type { Kernel } from '../../../kernels/contract.ts';
import { useDevice } from '../../../src/devices/default-device.ts';
import { HostDevice } from '../../../src/devices/host-device.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { defineOp, type TensorLike } from '../../../src/ops/define-op.ts';
import { add, matmul, mul, neg, reshape, square, sum, tanh } from '../../../src/ops/index.ts';
import { runWithTape } from '../../../src/tape/active-tape.ts';
import { compile, PROGRAM_CACHE_SIZE } from '../../../src/tape/compile.ts';
import { grad } from '../../../src/tape/grad.ts';
import { planProgram } from '../../../src/tape/plan.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';

t.test('a function is traced once per signature', async (t) => {
  let traced = 0;
  const f = compile((x: Tensor) => {
    traced++;
    return mul(x, 2);
  });
  t.strictSame((await f(tensor([1, 2]))).toArray(), [2, 4]);
  t.strictSame((await f(tensor([3, 4]))).toArray(), [6, 8]);
  t.equal(traced, 1, 'the same shape is replayed');
  await f(tensor([[1, 2]]));
  t.equal(traced, 2, 'another shape is traced');
  await compile((x: Tensor) => f.sync(x), { device: new HostDevice('other') })(tensor([1, 2]));
  t.equal(f.cacheSize, 2);
});

t.test('the structure of the arguments is part of the signature', async (t) => {
  let traced = 0;
  const f = compile((one: Tensor | { readonly x: Tensor } | readonly Tensor[]) => {
    traced++;
    return one;
  });
  const x = tensor([1]);
  t.match(await f({ x }), { x: { shape: [1] } });
  t.match(await f([x]), [{ shape: [1] }]);
  t.strictSame(((await f(x)) as Tensor).toArray(), [1]);
  await f({ x });
  t.equal(traced, 3);
});

t.test('100 shapes keep 32 programs, the most recently used ones', async (t) => {
  let traced = 0;
  const f = compile((x: Tensor) => {
    traced++;
    return square(x);
  });
  for (let length = 1; length <= 100; length++) await f(zeros([length]));
  t.equal(PROGRAM_CACHE_SIZE, 32);
  t.equal(f.cacheSize, PROGRAM_CACHE_SIZE);
  t.equal(traced, 100);
  await f(zeros([69]));
  t.equal(traced, 100, 'the oldest of the last 32 is still there');
  await f(zeros([1]));
  t.equal(traced, 101, 'the first was dropped');
  await f(zeros([69]));
  t.equal(traced, 101, 'and not the one that was just used');
});

t.test('captured tensors and numbers are frozen, variables are not', async (t) => {
  let factor = 2;
  let captured = tensor([10]);
  const shared = variable(tensor([100]));
  const f = compile((x: Tensor) => add(add(mul(x, factor), captured), shared));
  t.strictSame((await f(tensor([1]))).toArray(), [112]);
  factor = 3;
  captured = tensor([20]);
  shared.assign(tensor([200]));
  t.strictSame((await f(tensor([1]))).toArray(), [212]);
});

t.test('results are fresh tensors that no later run changes, whatever they are', async (t) => {
  const constant = tensor([5]);
  const shared = variable(tensor([7]));
  const f = compile((x: Tensor) => [x, square(x), reshape(x, [1, 1]), constant, shared.value]);
  const first = await f(tensor([2]));
  shared.assign(tensor([8]));
  const second = await f(tensor([3]));
  t.strictSame(
    first.map((one) => one.data[0]),
    [2, 4, 2, 5, 7],
  );
  t.strictSame(
    second.map((one) => one.data[0]),
    [3, 9, 3, 5, 8],
  );
  t.ok(
    first.every((one, i) => one.data.buffer !== second[i]?.data.buffer),
    'no two results share memory',
  );
  t.not((await f(tensor([3])))[3]?.data, constant.data);
});

t.test('a function without a result, and empty results', async (t) => {
  t.equal(await compile(() => undefined)(), undefined);
  t.strictSame(await compile(() => ({ none: null, list: [] }))(), { none: null, list: [] });
  t.strictSame((await compile((x: Tensor) => square(x))(zeros([0, 3]))).shape, [0, 3]);
});

t.test('async functions and results that are no tensors are refused', async (t) => {
  const late = (async (x: Tensor) => {
    await Promise.resolve();
    return tensor(x.data);
  }) as unknown as (x: Tensor) => Tensor;
  await t.rejects(compile(late)(tensor([1])), { name: 'ArgumentError', message: /Async functions cannot be traced/ });
  const number = (() => 3) as unknown as (x: Tensor) => Tensor;
  await t.rejects(compile(number)(tensor([1])), {
    name: 'ArgumentError',
    message: /expected tensors in arrays or records, got number/,
  });
  await t.rejects(compile((x: Tensor) => x)('x' as unknown as Tensor), {
    name: 'ArgumentError',
    message: /got string/,
  });
});

t.test('values do not exist while tracing', async (t) => {
  const shared = variable(tensor([1]));
  const message = /is being traced and has no values yet/;
  await t.rejects(compile((x: Tensor) => mul(x, x.data[0] ?? 0))(tensor([1])), { name: 'ArgumentError', message });
  await t.rejects(compile((x: Tensor) => mul(x, sum(x).item()))(tensor([1])), { name: 'ArgumentError', message });
  await t.rejects(compile((x: Tensor) => mul(x, shared.data[0] ?? 0))(tensor([1])), { name: 'ArgumentError', message });
  t.strictSame(
    (await compile((x: Tensor) => neg(x))(tensor([1]))).toArray(),
    [-1],
    'a failed trace leaves nothing behind',
  );
});

t.test('compiled functions do not nest asynchronously; .sync joins the function around it', async (t) => {
  const inner = compile((x: Tensor) => square(x));
  const failed: Promise<unknown>[] = [];
  await compile((x: Tensor) => {
    failed.push(inner(x).catch((error: unknown) => error));
    return x;
  })(tensor([1]));
  t.match(await failed[0], { name: 'ArgumentError', message: /called inside a function that is traced/ });
  t.strictSame((await compile((x: Tensor) => add(inner.sync(x), 1))(tensor([3]))).toArray(), [10]);
  t.strictSame(grad((x: Tensor) => sum(inner.sync(x)))(tensor([3])).toArray(), [6], 'and is differentiated with it');
});

t.test('an argument that a tape recorded is refused: no gradient would flow', async (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([1]));
  await t.rejects(compile((y: Tensor) => square(y))(x), { name: 'ArgumentError', message: /recorded by a tape/ });
});

t.test('a program lists one line per argument, step and copy, and counts work and memory', (t) => {
  const w = variable(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    { name: 'dense/kernel' },
  );
  const f = compile((x: Tensor, _unused: Tensor) => {
    const dead = mul(x, 3);
    tanh(dead);
    return tanh(reshape(matmul(x, w.value), [2]));
  });
  const program = f.program(zeros([1, 2]), zeros([3]));
  t.strictSame(program.toString().split('\n'), [
    '%arg0 = argument [1, 2] @0',
    '%arg1 = argument [3]',
    '%0 = matmul(%arg0, dense/kernel) [1, 2] @4',
    '%1 = tanh(%0) [2] @4',
  ]);
  t.equal(program.stepCount, 2, 'dead code is dropped, an alias is no step');
  t.equal(program.flops, 2 * 1 * 2 * 2 + 2);
  t.equal(program.bufferCount, 2, 'tanh runs in place');
  t.equal(program.arenaBytes, 2 * 16);
  t.end();
});

t.test('memory of a long chain does not grow with its length', (t) => {
  const chain = (length: number): number =>
    compile((x: Tensor) => {
      let y = x;
      for (let i = 0; i < length; i++) y = matmul(y, y);
      return y;
    }).program(zeros([8, 8])).arenaBytes;
  t.equal(chain(50), chain(2));
  t.end();
});

t.test('the device is the default one when a function is first called with it, or the named one', async (t) => {
  const f = compile((x: Tensor) => square(x));
  const before = f.program(zeros([1])).device;
  const other = new HostDevice('mine');
  t.equal(compile((x: Tensor) => square(x), { device: other }).program(zeros([1])).device, other);
  useDevice(other);
  t.equal(f.program(zeros([1])).device, other);
  useDevice(before);
  t.equal(f.program(zeros([1])).device, before);
  t.throws(() => compile((x: Tensor) => x, { device: 'cqu' as 'cpu' }).program(zeros([1])), {
    name: 'ArgumentError',
    message: /did you mean 'cpu'\?/,
  });
});

t.test('captured tensors above 1 MB are told to the user once per program, smaller ones are not', async (t) => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (message: string) => void warnings.push(message);
  try {
    for (const length of [2 ** 18, 2 ** 18 + 1]) {
      const captured = zeros([length]);
      const f = compile((x: Tensor) => mul(x, captured));
      await f(tensor(1));
      await f(tensor(2));
      t.equal(f.program(tensor(1)).constantBytes, 4 * length);
    }
  } finally {
    console.warn = warn;
  }
  t.equal(warnings.length, 1);
  t.match(warnings[0], /1\.0 MB of tensors/);
});

t.test('profile tells the time of each op and changes nothing', (t) => {
  const counter = variable(tensor([1, 2]), { name: 'counter' });
  const step = compile(
    (x: Tensor) => {
      counter.assign(add(counter, x));
      return sum(mul(x, x));
    },
    { device: new HostDevice('profiled') },
  );
  const rows = step.program(tensor([1, 1])).profile(2);
  t.strictSame(rows.map(({ what, calls }) => `${what} ${calls}`).sort(), ["'add' 1", "'mul' 1", "'sum' 1"]);
  t.ok(Math.abs(rows.reduce((total, { share }) => total + share, 0) - 1) < 1e-9, 'the shares are parts of the whole');
  t.ok(rows.every(({ milliseconds }) => milliseconds >= 0));
  t.strictSame([...counter.data], [1, 2], 'no variable changed');
  t.throws(() => step.program(tensor([1, 1])).profile(0), { message: /runs is 0/ });
  t.end();
});

for (const device of [new HostDevice('profiled'), new WasmDevice('profiled')]) {
  t.test(`profile on the ${device.constructor.name} times runs on one memory that all begin alike`, (t) => {
    const seen: { readonly memory: unknown; readonly x: number }[] = [];
    // It overwrites what it reads: the argument, and the variable.
    const kernel: Kernel = {
      name: 'watch',
      plan: () => undefined,
      cpu: ([x], [y]) => {
        seen.push({ memory: y?.buffer, x: x?.[0] ?? NaN });
        y?.fill(7);
      },
      flops: () => 1,
      inPlace: [[0]],
    };
    const watch = defineOp<[x: TensorLike]>({ name: 'watch', kernel, shape: ([x]) => x, gradient: 'none' });
    const state = variable(tensor([3]), { name: 'state' });
    const step = compile(
      (x: Tensor) => {
        state.assign(watch(state));
        return watch(x);
      },
      { device },
    );
    const rows = step.program(tensor([5])).profile(4);
    t.ok(seen.length >= 2 * (4 + 2), `${seen.length / 2} runs, some of which warm up`);
    t.ok(
      seen.every(({ x }, call) => x === (call % 2 === 0 ? 3 : 0)),
      'each reads the value of the variable, and zeros for the argument',
    );
    const warm = seen.slice(2).map(({ memory }, call) => memory === seen[call % 2]?.memory);
    t.ok(warm.every(Boolean), 'each works where the first one did');
    t.strictSame(
      rows.map(({ what, calls, flops, share }) => [what, calls, flops, share]),
      [["'watch'", 2, 2, 1]],
      'calls and operations are those of one run',
    );
    t.strictSame([...state.data], [3], 'no variable changed');
    const tape = new Tape('traced');
    const given = tape.createTensor([2]);
    const { plan } = planProgram(
      tape,
      [given],
      [runWithTape(tape, () => tanh(matmul(reshape(given, [1, 2]), zeros([2, 2]))))],
    );
    t.strictSame(
      device.profile(plan, 3).map((run) => run.length),
      [2, 2, 2],
      'one time for each step of each run',
    );
    t.end();
  });
}
