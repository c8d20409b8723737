/** `setDevice('wasm', { threads })`: which device it makes, what becomes of threads that fail, and of those that nobody needs. */
import * as gt from 'gradtape';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import t from 'tap';
import type { Kernel, WasmCall } from '../../../../kernels/contract.ts';
import { defaultDevice } from '../../../../src/devices/default-device.ts';
import { ThreadedDevice } from '../../../../src/devices/threads/threaded-device.ts';
import type { WasmDevice } from '../../../../src/devices/wasm-device.ts';
import { atomic, f32, i32, type Local } from '../../../../src/wasm/index.ts';
import { deaths } from '../../../reliability/thread-deaths.ts';

t.setTimeout(120_000);

const deep = process.env['GRADTAPE_DEEP'] === '1';

t.test('one thread is the default; others come and go with what is asked for', async (t) => {
  await gt.setDevice('wasm');
  const one = defaultDevice() as WasmDevice;
  t.equal(one.sharing.threads, 1);
  t.equal(one.heap.isShared, false);
  await gt.setDevice('wasm', { threads: 3 });
  const three = defaultDevice() as ThreadedDevice;
  t.equal(three.sharing.threads, 3);
  t.ok(three.isWhole);
  await gt.setDevice('wasm', { threads: 3 });
  t.equal(defaultDevice(), three, 'the same again changes nothing');
  await gt.setDevice('wasm', { threads: 2 });
  t.equal((defaultDevice() as WasmDevice).sharing.threads, 2);
  t.notOk(three.isWhole, 'the threads of the one before have ended');
  const before = gt.compile((x: gt.Tensor) => gt.ops.matmul(x, x), { device: three });
  const x = gt.ones([160, 160]);
  t.equal(before.sync(x).data[0], 160, 'its programs go on, in one thread');
  await gt.setDevice('wasm');
  t.equal((defaultDevice() as WasmDevice).sharing.threads, 1);
});

t.test("'auto' is as many as there are cores", async (t) => {
  const { availableParallelism } = await import('node:os');
  await gt.setDevice('wasm', { threads: 'auto' });
  t.equal((defaultDevice() as WasmDevice).sharing.threads, availableParallelism());
  await gt.setDevice('wasm');
});

t.test('wrong numbers, and threads of other devices, are refused', async (t) => {
  for (const threads of [0, -1, 1.5, NaN, 257, '2', null] as never[]) {
    await t.rejects(gt.setDevice('wasm', { threads }), {
      name: 'ArgumentError',
      message: /threads is .*Give a whole number from 1 to 256, or 'auto'/,
    });
  }
  await t.rejects(gt.setDevice('cpu', { threads: 2 }), {
    name: 'ArgumentError',
    message: /threads is an option of the device 'wasm'/,
  });
  await gt.setDevice('cpu', { threads: 1 });
  await gt.setDevice('wasm');
});

t.test('without shared memory one line says so, and one thread does the work', async (t) => {
  for (const hidden of ['SharedArrayBuffer', 'crossOriginIsolated'] as const) {
    const given = Object.getOwnPropertyDescriptor(globalThis, hidden);
    const value = hidden === 'SharedArrayBuffer' ? undefined : false;
    Object.defineProperty(globalThis, hidden, { value, configurable: true, writable: true });
    const lines = t.capture(console, 'warn');
    try {
      await gt.setDevice('wasm', { threads: 2 });
    } finally {
      if (given) Object.defineProperty(globalThis, hidden, given);
      else Reflect.deleteProperty(globalThis, hidden);
    }
    t.match(
      lines().map(({ args }) => args[0]),
      [/^gradtape: threads need shared memory.*one thread does the work\.$/],
      hidden,
    );
    t.equal((defaultDevice() as WasmDevice).sharing.threads, 1);
  }
});

t.test('threads that Node does not start are an error', async (t) => {
  await gt.setDevice('wasm');
  const one = defaultDevice();
  const { Worker } = threads;
  t.teardown(() => {
    threads.Worker = Worker;
    syncBuiltinESMExports();
  });
  threads.Worker = class {
    constructor() {
      throw new Error('planted');
    }
  } as unknown as typeof Worker;
  syncBuiltinESMExports();
  await t.rejects(gt.setDevice('wasm', { threads: 2 }), {
    name: 'DeviceError',
    message: "wasm: threads do not start here: Error: planted. Leave out the option 'threads'.",
  });
  t.equal(defaultDevice(), one, 'the device stays');
});

/** Turns of waiting for the other part: seconds. */
const PATIENCE = 2_000_000_000;
/** Where in the output each part says that it has begun, in bytes. */
const SIGNS = [16, 20] as const;

/**
 * Copies x twice. Its two parts wait for each other, so that the caller has one and the thread has one, whichever comes
 * first; then one runs into a trap where x[0] says so: 1 for the caller's, 2 for the thread's.
 */
const trapKernel: Kernel<Record<string, never>, object> = {
  name: 'trap',
  plan: () => ({}),
  cpu: ([x], [y]) => {
    y!.set(x!);
    y!.set(x!, 2);
  },
  wasm: () => {
    const clear: WasmCall['emit'] = (f, { outputs: [y] }) => {
      f.fillMemory(f.index(i32.add(y!, SIGNS[0])), 0, 8);
    };
    const emit: WasmCall['emit'] = (f, { inputs, outputs, workspace, args }) => {
      const [x, y] = [...inputs, ...outputs] as [Local<'i32'>, Local<'i32'>];
      const [place, ownSign, otherSign] = args as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
      f.atomicStore(f.index(i32.add(y, ownSign)), workspace);
      const there = f.index(i32.add(y, otherSign));
      const other = f.local('i32');
      const turn = f.local('i32');
      f.block((exit) => {
        f.for(turn, 0, PATIENCE, 1, () => {
          f.set(other, atomic.load(there));
          f.brIf(exit, i32.ne(other, 0));
        });
      });
      // A thread's own workspace stands behind the caller's.
      f.if(i32.eq(i32.truncSatF32(f32.load(x)), i32.add(i32.gtUnsigned(workspace, other), 1)), () => f.unreachable());
      f.copyMemory(i32.add(y, place), x, 8);
    };
    const whole = { inputs: [], outputs: [], args: [] };
    const parts = [
      { inputs: [], outputs: [], args: [0, ...SIGNS] },
      { inputs: [], outputs: [], args: [8, ...SIGNS.toReversed()] },
    ];
    const stages = [
      { code: 'trap-clear', emit: clear, parts: [whole] },
      { code: 'trap', emit, parts, ownWorkspaceBytes: 64 },
    ];
    return { code: 'trap', emit, args: [0, ...SIGNS], split: () => ({ stages }) };
  },
  flops: () => 1,
};
const trap = gt.defineOp<[x: gt.TensorLike]>({ name: 'trap', shape: () => [6], kernel: trapKernel, gradient: 'none' });

t.test('a part that fails is an error of the step, in a thread as in the caller, and the next run works', async (t) => {
  const device = await ThreadedDevice.open({ threads: 2, however: true });
  t.teardown(() => device.close());
  const program = gt.compile((x: gt.Tensor) => trap(x), { device });
  const run = (which: number): Promise<gt.Tensor> => program(gt.tensor(Float32Array.of(which, 7), [2]));
  const copies = async (result: Promise<gt.Tensor>): Promise<void> => {
    t.same([...(await result).data.subarray(0, 4)], [0, 7, 0, 7]);
  };
  await copies(run(0));
  await t.rejects(run(2), {
    name: 'DeviceError',
    message: /^wasm: 'trap': thread 1 of 2 failed: RuntimeError: .*go on from a checkpoint/,
  });
  const doubled = gt.compile((x: gt.Tensor) => gt.ops.add(x, x), { device });
  t.equal((await doubled(gt.ones([64]))).data[63], 2, 'in one thread, until new ones stand');
  while (!device.isWhole) await new Promise((resolve) => setTimeout(resolve, 1));
  await t.rejects(run(1), { name: 'RuntimeError' });
  await copies(run(0));
  t.throws(() => program.sync(gt.tensor(Float32Array.of(2, 7), [2])), {
    name: 'DeviceError',
    message: /thread 1 of 2 failed/,
  });
});

t.test('threads that end at random moments are one error each, and the next fit works', async (t) => {
  const { met, figure } = await deaths(deep ? 50 : 6);
  t.ok(met, figure);
});
