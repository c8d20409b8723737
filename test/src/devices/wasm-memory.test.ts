/** The memory of the WebAssembly device: who may stay, who must go, and that nobody loses a value by it. */
import t from 'tap';
import * as gt from 'gradtape';
import type { Kernel } from '../../../kernels/contract.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { compile } from '../../../src/tape/compile.ts';

const { layers, ops } = gt;

/** A training step of a network with this many hidden units: half a megabyte to three, with its moments. */
function trainer(
  units: number,
  device: WasmDevice,
): { readonly step: () => Promise<gt.Tensor>; readonly net: gt.Model } {
  const x = gt.input([64]);
  const net = gt.model(x, layers.dense(1)(layers.dense(units, { activation: 'tanh' })(layers.dense(units)(x))));
  const optimizer = gt.optimizers.adam({ learningRate: 0.01 });
  const inputs = ops.randomNormal([8, 64], { seed: units });
  const run = compile(
    (given: gt.Tensor) => {
      const loss = (): gt.Tensor => ops.mean(ops.square(net(given, { training: true }) as gt.Tensor));
      const [value, gradients] = gt.valueAndGrad(loss, net.trainableWeights);
      optimizer.apply(gradients, net.trainableWeights);
      return value;
    },
    { device },
  );
  return { net, step: () => run(inputs) };
}

t.test(
  '300 models tuned one after another leave the memory at no more than twice what the largest needs',
  async (t) => {
    const device = new WasmDevice();
    const kept: unknown[] = [];
    const sizes = Array.from({ length: 300 }, (_, trial) => 128 + ((trial * 37) % 160));
    for (const units of sizes) {
      const model = trainer(units, device);
      await model.step();
      // Held by the study: what is collected would not count.
      kept.push(model);
    }
    const alone = new WasmDevice();
    await trainer(Math.max(...sizes), alone).step();
    const [all = NaN, one = NaN] = [device.memory().totalBytes, alone.memory().totalBytes];
    t.ok(all <= 2 * one, `${all} bytes after ${kept.length} models, ${one} for the largest alone`);
  },
);

t.test('a variable that had to go comes back with the value that it had', async (t) => {
  const crowded = new WasmDevice();
  const [first, second] = [trainer(200, crowded), trainer(280, crowded)];
  const weights = await first.net.getWeights();
  const alone = trainer(200, new WasmDevice());
  alone.net.setWeights(weights);
  for (let turn = 0; turn < 4; turn++) {
    const loss = await first.step();
    t.strictSame(loss.data, (await alone.step()).data, `turn ${turn}`);
    await second.step();
    // Models of the size of both together push them out.
    await trainer(330, crowded).step();
  }
  t.strictSame(
    (await first.net.getWeights()).map(({ data }) => data),
    (await alone.net.getWeights()).map(({ data }) => data),
  );
});

t.test('no view of the memory outlives its growth', async (t) => {
  const growing = new WasmDevice('growing', { growAlways: true });
  const [grown, plain] = [trainer(64, growing), trainer(64, new WasmDevice())];
  plain.net.setWeights(await grown.net.getWeights());
  for (let turn = 0; turn < 3; turn++) {
    t.strictSame((await grown.step()).data, (await plain.step()).data);
    // A larger program moves the scratch, and every allocation the memory.
    await compile((x: gt.Tensor) => ops.matmul(x, x), { device: growing })(gt.ones([64 + turn, 64 + turn]));
  }
  t.ok((growing.memory().totalBytes ?? 0) > (1 + 3) * 65_536);
});

t.test('a step that writes outside of its outputs is found by the device that watches', async (t) => {
  const device = new WasmDevice('watched', { watchMemory: true });
  const kernel: Kernel = {
    name: 'spilling',
    plan: () => undefined,
    cpu: ([x], [y]) => y?.set(x ?? []),
    wasm: () => ({ code: 'spilling', emit: (f, { outputs: [y] }) => y && f.fillMemory(y, 1, 5 * 4) }),
    flops: () => 0,
  };
  const shape = ([x]: readonly [gt.Shape]): gt.Shape => x;
  const spilling = gt.defineOp<[x: gt.TensorLike]>({ name: 'spilling', shape, kernel, gradient: 'none' });
  const run = compile((x: gt.Tensor) => spilling(x), { device });
  await t.rejects(run(gt.ones([4])), { name: 'DeviceError', message: /'spilling' wrote outside of its outputs/ });
  await t.resolves(run(gt.ones([5])), 'five elements are its own');
});

t.test('100 sizes of one program and their scratch leave one block, as large as the largest', async (t) => {
  const device = new WasmDevice();
  const run = compile((x: gt.Tensor) => ops.sum(ops.square(ops.matmul(x, x))), { device });
  for (let size = 1; size <= 100; size++) await run(gt.ones([size, size]));
  const { scratchBytes } = device.memory();
  for (let size = 100; size > 0; size--) await run(gt.ones([size, size]));
  t.equal(device.memory().scratchBytes, scratchBytes);
});
