/** What every device promises: runs in order, values that follow variables from device to device, honest refusals. */
import t from 'tap';
import { useDevice, defaultDevice, deviceNamed, setDevice } from '../../../src/devices/default-device.ts';
import { HostDevice } from '../../../src/devices/host-device.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import { add, matmul, mul, square, sub } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';
import { AsyncDevice } from '../../support/async-device.ts';

const twice = (state: Variable) => (): void => state.assign(mul(state.value, 2));
const plusOne = (state: Variable) => (): void => state.assign(add(state.value, 1));
const valueOf = async (state: Variable): Promise<number> => (await state.read()).data[0] ?? NaN;

for (const make of [
  (): HostDevice => new HostDevice('host'),
  (): WasmDevice => new WasmDevice(),
  (): AsyncDevice => new AsyncDevice(3),
]) {
  const { name } = make();

  t.test(`${name}: runs of one device are first in, first out, whichever program they belong to`, async (t) => {
    const device = make();
    const state = variable(tensor([1]));
    const [double, increment] = [compile(twice(state), { device }), compile(plusOne(state), { device })];
    const finished: number[] = [];
    const runs = Array.from({ length: 12 }, (_, i) => (i % 2 ? increment : double)().then(() => finished.push(i)));
    await Promise.all(runs);
    t.strictSame(
      finished,
      Array.from({ length: 12 }, (_, i) => i),
    );
    t.equal(await valueOf(state), 127);
  });

  t.test(`${name}: an assignment on the host is seen by the runs queued after it and by none before`, async (t) => {
    const device = make();
    const state = variable(tensor([1]));
    const read = compile(() => add(state.value, 0), { device });
    const first = read();
    state.assign(tensor([2]));
    const second = read();
    state.assign(tensor([3]));
    t.strictSame([(await first).toArray(), (await second).toArray(), await valueOf(state)], [[1], [2], 3]);
  });

  t.test(`${name}: a read gives what the runs queued before it leave, not those after it`, async (t) => {
    const device = make();
    const state = variable(tensor([1]));
    const double = compile(twice(state), { device });
    double();
    const early = state.read();
    double();
    const late = state.read();
    t.strictSame([(await early).toArray(), (await late).toArray()], [[2], [4]]);
    t.equal((await state.read()).data[0], 4, 'an early read does not pass for the newest value');
  });

  t.test(`${name}: scratch grows with the largest program and is shared`, async (t) => {
    const device = make();
    const small = compile((x: Tensor) => square(x), { device });
    const large = compile((x: Tensor) => matmul(x, square(x)), { device });
    t.strictSame((await small(tensor([3]))).toArray(), [9]);
    // What is placed behind the scratch keeps it from growing where it stands.
    await compile(twice(variable(tensor([1]))), { device })();
    const before = device.memory().scratchBytes;
    await large(zeros([32, 32]));
    const after = device.memory().scratchBytes;
    t.ok(after > before && after >= 2 * 32 * 32 * 4, `${before} bytes, then ${after}`);
    t.strictSame((await small(tensor([4]))).toArray(), [16], 'the small program follows the memory that moved');
    await large(zeros([32, 32]));
    t.equal(device.memory().scratchBytes, after, 'and nothing grows by running again');
  });

  t.test(`${name}: programs share variables, each of which has one copy`, async (t) => {
    const device = make();
    const state = variable(tensor([1, 2, 3, 4]));
    await compile(twice(state), { device })();
    await compile(plusOne(state), { device })();
    t.strictSame((await state.read()).toArray(), [3, 5, 7, 9]);
    t.equal(device.memory().variableBytes, 16);
  });
}

t.test('variables move between a host and an asynchronous device by themselves', async (t) => {
  const [host, async_] = [new HostDevice('host'), new AsyncDevice(5)];
  const state = variable(tensor([1]));
  const onHost = compile(plusOne(state), { device: host });
  const onAsync = compile(twice(state), { device: async_ });
  await onHost();
  await onAsync();
  await onHost();
  t.equal(await valueOf(state), 5, 'one after the other');
  const runs = [onAsync(), onHost(), onAsync(), onAsync(), onHost(), onHost(), onAsync()];
  t.equal(await valueOf(state), 92, 'and queued without waiting: ((5·2 + 1)·4 + 2)·2');
  await Promise.all(runs);
});

// Devices whose runs happen at once, unless they wait for another.
for (const make of [(): HostDevice => new HostDevice('host'), (): WasmDevice => new WasmDevice()]) {
  const { name } = make();

  t.test(`${name}: a run that waits for another device holds up those queued behind it`, async (t) => {
    const [device, async_] = [make(), new AsyncDevice(2)];
    const [state, log] = [variable(tensor([1])), variable(tensor([0]))];
    const onAsync = compile(twice(state), { device: async_ });
    const both = compile(() => log.assign(add(mul(log.value, 10), state.value)), { device });
    const alone = compile(() => log.assign(add(mul(log.value, 10), 7)), { device });
    onAsync();
    const first = both();
    const second = alone();
    const late = log.read();
    t.throws(() => alone.sync(), { name: 'DeviceError', message: /runs are queued on the device '(host|wasm)'/ });
    t.throws(() => log.data, { name: 'DeviceError', message: /await variable\.read\(\)/ });
    t.strictSame((await late).toArray(), [27]);
    await Promise.all([first, second]);
    alone.sync();
    t.strictSame([...log.data], [277], 'once the queue is empty everything is at once again');
  });

  t.test(`${name}: what a waiting run sees of a variable was settled when it was queued`, async (t) => {
    const [device, async_] = [make(), new AsyncDevice(9)];
    const [moved, local] = [variable(tensor([1])), variable(tensor([10]))];
    const sum = compile(() => add(moved.value, local.value), { device });
    compile(twice(moved), { device: async_ })();
    const result = sum();
    local.assign(tensor([1000]));
    moved.assign(tensor([1000]));
    t.strictSame((await result).toArray(), [12]);
    t.strictSame((await sum()).toArray(), [2000]);
  });
}

t.test('the asynchronous device refuses what would have to be at once', async (t) => {
  const device = new AsyncDevice(1);
  const state = variable(tensor([1]), { name: 'moment' });
  const step = compile(twice(state), { device });
  t.throws(() => step.sync(), { name: 'DeviceError', message: /'async' runs asynchronously\. Use 'await step/ });
  await step();
  for (const read of [(): unknown => state.data, (): unknown => state.value, (): unknown => mul(state, 2)]) {
    t.throws(read, { name: 'DeviceError', message: /variable 'moment'.*'async'.*await variable\.read\(\)/ });
  }
  t.strictSame((await state.read()).toArray(), [2]);
  t.strictSame([...state.data], [2], 'what was read is on the host');
});

t.test('a run that fails rejects and leaves the device working', async (t) => {
  for (const device of [new HostDevice('host'), new AsyncDevice(1)]) {
    const program = compile((x: Tensor) => square(x), { device });
    await t.rejects(program.program(tensor([1])).run([]), { name: 'DeviceError', message: /argument 0 has no values/ });
    t.strictSame((await program(tensor([3]))).toArray(), [9]);
  }
});

t.test('setDevice and the default device', async (t) => {
  const before = defaultDevice();
  await setDevice('cpu');
  t.equal(defaultDevice(), deviceNamed('cpu'), 'a name stands for one device');
  t.throws(() => deviceNamed('gpuu'), { name: 'ArgumentError', message: /unknown device 'gpuu'.*Known: wasm, cpu/ });
  useDevice(before);
  t.equal(defaultDevice(), before);
});

t.test('a float64 device sees the doubles that tensors were made of', (t) => {
  const device = new HostDevice('wide', 'float64');
  const state = variable(tensor([0.1]));
  const step = compile((x: Tensor) => mul(sub(state.value, tensor(Float32Array.of(0.1))), x), { device });
  t.equal(step.sync(tensor([1])).data[0], Math.fround(0.1 - Math.fround(0.1)));
  t.end();
});
