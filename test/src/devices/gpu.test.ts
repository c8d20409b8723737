/** The GPU device in the modes of GPU.js that need npm only, and in WebGPU where the environment names Dawn. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Kernel } from '../../../kernels/contract.ts';
import { compile, debug, ops, setDevice, tensor, variable, type Tensor } from '../../../src/index.ts';
import { defineOp, type Op, type TensorLike } from '../../../src/ops/define-op.ts';
import { openGpuDevice } from '../../../src/gpu.ts';
import type { GpuDevice } from '../../../src/devices/gpu-device.ts';
import { separateCalls } from '../../../src/devices/gpu-functions.ts';
import { useDevice, defaultDevice } from '../../../src/devices/default-device.ts';
import { gpuModes } from '../../support/gpu-kernel.ts';

const MODES = await gpuModes();
const isOnDawn = MODES.includes('webgpu');
const given = isOnDawn ? devicesGiven() : [];
// Dawn keeps the process alive.
if (isOnDawn) t.teardown(() => setTimeout(() => process.exit(), 100));

for (const mode of MODES) {
  t.test(`mode ${mode}: results, variables and their copies are those of the host`, async (t) => {
    const device = await openGpuDevice({ mode });
    const w = variable(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      { name: 'w' },
    );
    const step = (x: Tensor): readonly Tensor[] => {
      const y = ops.matmul(x, w.value);
      w.assign(ops.add(w.value, y));
      return [y, ops.mul(y, y)];
    };
    const onGpu = compile(step, { device });
    const onHost = compile(step, { device: 'wasm' });
    const x = tensor([
      [1, 1],
      [1, 0],
    ]);
    const [y, square] = await onGpu(x);
    t.same([...(y?.data ?? [])], [4, 6, 1, 2]);
    t.same([...(square?.data ?? [])], [16, 36, 1, 4], 'several results come back in one read');
    t.throws(() => w.data, { name: 'DeviceError', message: /'w': its value is on the device 'gpu'/ });
    const [onWasm] = await onHost(x);
    t.same([...(onWasm?.data ?? [])], [9, 14, 5, 8], 'the host sees what the card wrote');
    const [again] = await onGpu(x);
    t.same([...(again?.data ?? [])], [23, 36, 14, 22], 'and the card what the host wrote');
    t.same([...(await w.read()).data], [37, 58, 23, 36]);
  });

  t.test(`mode ${mode}: an empty buffer stands for no other`, async (t) => {
    const device = await openGpuDevice({ mode });
    const split = compile((x: Tensor) => [ops.slice(x, [1], [0]), ops.slice(x, [0], [1])], { device });
    const [none, one] = await split(tensor([3]));
    t.same([[...(none?.data ?? [])], [...(one?.data ?? [])]], [[], [3]]);
  });

  t.test(`mode ${mode}: runs that are queued see the values of their turn`, async (t) => {
    const device = await openGpuDevice({ mode });
    const count = variable(tensor([0]), { name: 'count' });
    const next = compile(
      () => {
        count.assign(ops.add(count.value, tensor([1])));
        return count.value;
      },
      { device },
    );
    const first = [next(), next(), next()];
    count.assign(tensor([10]));
    const later = next();
    t.same(
      (await Promise.all([...first, later])).map(({ data }) => data[0]),
      [1, 2, 3, 11],
    );
    t.equal((await count.read()).data[0], 11);
  });

  t.test(`mode ${mode}: 2,000 steps leave the number of buffers flat`, async (t) => {
    const device = await openGpuDevice({ mode });
    const w = variable(
      tensor([
        [0.5, 0.25],
        [0.125, 1],
      ]),
      { name: 'w' },
    );
    const step = compile(
      (x: Tensor) => {
        const y = ops.matmul(ops.matmul(x, w.value), w.value);
        w.assign(
          ops.mul(
            w.value,
            tensor([
              [0.5, 1],
              [1, 0.5],
            ]),
          ),
        );
        return ops.sum(y);
      },
      { device },
    );
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    await step(x);
    const before = device.memory();
    for (let i = 0; i < 2000; i++) await step(x);
    t.same(device.memory(), before);
    t.equal(before.buffers, 2, 'the variable and the constant');
  });

  t.test(`mode ${mode}: a step that fails frees what it took and keeps the variables`, async (t) => {
    const device = await openGpuDevice({ mode });
    const broken = userOp('broken', 'return nonsense(a0[this.thread.x]);');
    const w = variable(tensor([1, 2]), { name: 'w' });
    const step = compile(
      (x: Tensor) => {
        const y = ops.add(ops.mul(x, w.value), x);
        w.assign(y);
        return broken(y);
      },
      { device },
    );
    for (let i = 0; i < 3; i++) {
      await t.rejects(step(tensor([3, 4])), {
        name: 'DeviceError',
        message: /^'broken': its kernel failed on the GPU in mode/,
      });
    }
    t.equal(device.memory().buffers, 1, 'the variable');
    t.same([...(await w.read()).data], [1, 2]);
    const good = compile((x: Tensor) => ops.mul(x, w.value), { device });
    t.same([...(await good(tensor([3, 4]))).data], [3, 8], 'the device goes on');
  });

  t.test(`mode ${mode}: a variable that nobody has is forgotten`, async (t) => {
    const device = await openGpuDevice({ mode });
    await useOnce(device);
    await collectedUntil(() => device.memory().buffers === 0);
    t.equal(device.memory().buffers, 0);
  });
}

async function useOnce(device: GpuDevice): Promise<void> {
  const w = variable(tensor([1, 2]));
  await compile((x: Tensor) => ops.mul(x, w.value), { device })(tensor([3, 4]));
  if (device.memory().buffers !== 1) throw new Error('the variable is not on the device');
}

/** Collects garbage until it shows, for a second at most. */
async function collectedUntil(isDone: () => boolean): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 100 && !isDone(); turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** An op of one's own that doubles two numbers on the host; on a card it does what the source says. */
function userOp(name: string, source: string | undefined): Op<[x: TensorLike]> {
  const kernel: Kernel = {
    name,
    plan: () => undefined,
    cpu: ([x], [y]) => y?.forEach((_, i) => (y[i] = 2 * (x?.[i] ?? 0))),
    flops: () => 2,
    ...(source !== undefined && {
      gpu: () => ({ passes: [{ source, operands: [{ input: 0 }], size: 2 }], outputs: [0] }),
    }),
  };
  return defineOp<[x: TensorLike], Record<string, never>>({ name, kernel, shape: ([x]) => x, gradient: 'none' });
}

t.test('an op without a form for a card is refused by name, and one of a user may bring its own', async (t) => {
  const device = await openGpuDevice({ mode: 'cpu' });
  const without = userOp('mine', undefined);
  t.throws(() => compile((x: Tensor) => without(x), { device }).program(tensor([1, 2])), {
    name: 'DeviceError',
    message: /^'mine': the kernel 'mine' has no form for a graphics card\. Give the kernel a 'gpu'/,
  });
  const double = userOp('double', 'return 2 * a0[this.thread.x];');
  t.same([...(await compile((x: Tensor) => double(x), { device })(tensor([1, 2]))).data], [2, 4]);
});

t.test('setDevice opens the device; eager ops and reads stay on the host', async (t) => {
  const before = defaultDevice();
  t.teardown(() => useDevice(before));
  await setDevice('gpu', { mode: 'webasm' });
  t.equal(defaultDevice().name, 'gpu');
  t.same([...ops.add(tensor([1]), tensor([2])).data], [3]);
  t.same([...(await compile((x: Tensor) => ops.add(x, x))(tensor([4]))).data], [8]);
  t.throws(() => compile((x: Tensor) => x).sync(tensor([1])), { name: 'DeviceError', message: /runs asynchronously/ });
  await t.rejects(setDevice('gpu', { mode: 'metal' as never }), {
    name: 'DeviceError',
    message: "setDevice: there is no GPU mode 'metal'. Known: webgpu, webgl2, headlessgl, webasm, cpu.",
  });
  await t.rejects(setDevice('gpu', { mode: 'webgl2' }), {
    message: /'webgl2' cannot be used here: webgl2: no WebGL2 context/,
  });
  t.equal(defaultDevice().name, 'gpu', 'a mode that cannot be used changes nothing');
});

t.test('debug stops at the step that made the first NaN', async (t) => {
  const device = await openGpuDevice({ mode: 'cpu' });
  debug();
  t.teardown(() => debug(false));
  const f = compile((x: Tensor) => ops.mul(ops.add(x, tensor([-Infinity])), tensor([0])), { device });
  await t.rejects(f(tensor([1])), { name: 'NumericError', message: /NaN made by 'mul'/ });
  t.equal(device.memory().buffers, 2, 'the constants');
});

t.test('each call of a function gets a copy of its own, behind what it calls', (t) => {
  const { source, functions } = separateCalls('if (outer(1) > 2) { return inner(outer(3)); }', [
    'function inner(x) {\n return x; }',
    'function outer(x) {\n return inner(x) + inner(2 * x); }',
  ]);
  t.equal(source, 'if (outer_0(1) > 2) { return inner_3(outer_4(3)); }');
  t.same(functions, [
    'function outer_0(x) {\n return inner_1(x) + inner_2(2 * x); }',
    'function inner_1(x) {\n return x; }',
    'function inner_2(x) {\n return x; }',
    'function inner_3(x) {\n return x; }',
    'function outer_4(x) {\n return inner_5(x) + inner_6(2 * x); }',
    'function inner_5(x) {\n return x; }',
    'function inner_6(x) {\n return x; }',
  ]);
  t.end();
});

interface GraphicsDevice {
  destroy(): void;
  readonly lost: Promise<unknown>;
}

interface WebGpu {
  requestAdapter(): Promise<{ requestDevice(options: unknown): Promise<GraphicsDevice> }>;
}

/** Every device that WebGPU gives from now on. */
function devicesGiven(): GraphicsDevice[] {
  const given: GraphicsDevice[] = [];
  const { navigator } = globalThis as unknown as { readonly navigator: { readonly gpu: WebGpu } };
  const { gpu } = navigator;
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async () => {
    const adapter = await requestAdapter();
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (options) => {
      const device = await requestDevice(options);
      given.push(device);
      return device;
    };
    return adapter;
  };
  return given;
}

t.test(
  'mode webgpu: a lost device is an error, and the weights are those that were read last',
  { skip: isOnDawn ? false : 'needs GRADTAPE_DAWN, see test/gpu/run.ts' },
  async (t) => {
    const device = await openGpuDevice({ mode: 'webgpu' });
    const w = variable(tensor([1, 2]), { name: 'w' });
    const step = compile(
      (x: Tensor) => {
        w.assign(ops.mul(w.value, x));
        return ops.sum(w.value);
      },
      { device },
    );
    await step(tensor([2, 2]));
    t.same([...(await w.read()).data], [2, 4], 'read after the first step');
    await step(tensor([2, 2]));
    const lost = given.at(-1) as GraphicsDevice;
    lost.destroy();
    await lost.lost;
    await t.rejects(step(tensor([2, 2])), {
      name: 'DeviceError',
      message: /^the graphics device was lost \(mode 'webgpu'\)\. Variables have the values last read/,
    });
    t.same([...w.data], [2, 4], 'at hand, without a read');
    t.equal((await step(tensor([3, 3]))).data[0], 18, 'the next run starts on a new device');
    t.same([...(await w.read()).data], [6, 12]);
  },
);
