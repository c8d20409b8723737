/** fastMath: products by one instruction for product and sum, on a device whose memory is watched; everything else as ever. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { allowRelaxedSimd } from '../../../bench/timing/relaxed-simd.ts';
import { defaultDevice, deviceNamed, setDevice } from '../../../src/devices/default-device.ts';
import { WasmDevice } from '../../../src/devices/wasm-device.ts';
import * as ops from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { sizeOf, type Shape } from '../../../src/tensor/shape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { opLaws } from '../../../src/testing/op-laws.ts';
import { f32x4, relaxed, supports } from '../../../src/wasm/index.ts';
import { integers } from '../../kernels/integers.ts';
import { uniform } from '../../kernels/numeric.ts';
import { overArrays } from '../../support/simd-function.ts';
import { WatchedDevice } from '../../support/watched-device.ts';
import { rows as convolutions } from '../ops/rows/conv.ts';
import { rows as transposedConvolutions } from '../ops/rows/conv-transpose.ts';
import { rows as gru } from '../ops/rows/gru.ts';
import { rows as lstm } from '../ops/rows/lstm.ts';
import { rows as products } from '../ops/rows/matmul.ts';
import { rows as simpleRnn } from '../ops/rows/simple-rnn.ts';

const CASES = process.env['GRADTAPE_DEEP'] === '1' ? 400 : 10;

t.setTimeout(3_600_000);
allowRelaxedSimd();

const fast = new WatchedDevice('wasm', { fastMath: true });
const plain = new WasmDevice();

const random = (shape: Shape): Tensor => {
  const draw = uniform(sizeOf(shape) + 1);
  return tensor(Float32Array.from({ length: sizeOf(shape) }, draw), shape);
};
const whole = (shape: Shape): Tensor => tensor(Float32Array.from(integers(Float32Array, shape, 5)), shape);

type Inputs = readonly Tensor[];
interface Case {
  readonly shapes: readonly Shape[];
  readonly call: (...inputs: Inputs) => Tensor;
}

const matmul = (m: number, transposeA: boolean, transposeB: boolean): Case => ({
  shapes: [transposeA ? [70, m] : [m, 70], transposeB ? [37, 70] : [70, 37]],
  call: (a, b) => ops.matmul(a!, b!, { transposeA, transposeB }),
});
const image = { ...ops.resolveConv2d('test', { padding: 'same' }), shape: [3, 9, 7, 5] };
const line = { stride: 1, dilationRate: 1, padding: 'same', groups: 1, shape: [3, 31, 5] } as const;

/** Everything that multiplies and adds by the tile's inner loop. */
const cases: Readonly<Record<string, Case>> = {
  'one row': matmul(1, false, false),
  'two rows': matmul(2, false, false),
  'a product': matmul(83, false, false),
  'a product with A transposed': matmul(83, true, false),
  'a product with B transposed': matmul(83, false, true),
  'a product with both transposed': matmul(83, true, true),
  conv2d: { shapes: [image.shape, [3, 3, 5, 11]], call: (x, w) => ops.conv2d(x!, w!, { padding: 'same' }) },
  'the input gradient of conv2d': {
    shapes: [
      [3, 9, 7, 11],
      [3, 3, 5, 11],
    ],
    call: (dy, w) => ops.conv2dInputGrad(dy!, w!, image),
  },
  'the filter gradient of conv2d': {
    shapes: [image.shape, [3, 9, 7, 11]],
    call: (x, dy) => ops.conv2dFilterGrad(x!, dy!, { ...image, shape: [3, 3, 5, 11] }),
  },
  conv1d: { shapes: [line.shape, [4, 5, 11]], call: (x, w) => ops.conv1d(x!, w!, { padding: 'same' }) },
  'the input gradient of conv1d': {
    shapes: [
      [3, 31, 11],
      [4, 5, 11],
    ],
    call: (dy, w) => ops.conv1dInputGrad(dy!, w!, line),
  },
  'the filter gradient of conv1d': {
    shapes: [line.shape, [3, 31, 11]],
    call: (x, dy) => ops.conv1dFilterGrad(x!, dy!, { ...line, shape: [4, 5, 11] }),
  },
};
const recurrent: Readonly<Record<string, Case>> = {
  lstm: { shapes: [[5, 6, 7], [7, 32], [8, 32], [32]], call: (x, w, u, b) => ops.lstm(x!, w!, u!, b!).sequence },
  gru: {
    shapes: [
      [5, 6, 7],
      [7, 24],
      [8, 24],
      [2, 24],
    ],
    call: (x, w, u, b) => ops.gru(x!, w!, u!, b!).sequence,
  },
  simpleRnn: { shapes: [[5, 6, 7], [7, 8], [8, 8], [8]], call: (x, w, u, b) => ops.simpleRnn(x!, w!, u!, b!).sequence },
};

const useFastMath = fileURLToPath(new URL('../../support/use-fast-math.js', import.meta.url));

type Pair = [Float32Array, Float32Array];

const on = (device: WasmDevice, { call, shapes }: Case, values: (shape: Shape) => Tensor): number[] => [
  ...compile(call, { device }).sync(...shapes.map(values)).data,
];

t.test('every kind of product rounds once where the instruction does, and the other device twice', (t) => {
  t.ok(supports('relaxed-simd'), 'every engine that the package names has relaxed SIMD');
  // (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24, of which nothing is left when the square is rounded.
  const [square, less] = [1 + 2 ** -12, -1 - 2 ** -11].map((value) => new Float32Array(4).fill(value)) as Pair;
  const [residue] = overArrays((_, a, b) => relaxed.f32x4Madd(a, a, b))(square, less);
  const [nothing] = overArrays((_, a, b) => f32x4.add(f32x4.mul(a, a), b))(square, less);
  t.equal(nothing, 0);
  for (const [name, one] of Object.entries({ ...cases, ...recurrent })) {
    const [fused, apart] = [on(fast, one, random), on(plain, one, random)];
    t.equal(
      fused.some((value, i) => value !== apart[i]),
      residue === 2 ** -24,
      name,
    );
  }
  t.end();
});

t.test('products of whole numbers are the same', (t) => {
  for (const [name, one] of Object.entries(cases)) t.same(on(fast, one, whole), on(plain, one, whole), name);
  t.end();
});

for (const row of [...products, ...convolutions, ...transposedConvolutions, ...lstm, ...gru, ...simpleRnn]) {
  t.test(`the laws of ${row.op} hold`, async (t) => {
    const { laws } = await opLaws(row, { devices: [fast], cases: CASES });
    for (const law of laws) t.pass(law);
    t.ok(laws.length > 0);
  });
}

for (const file of ['gemm/tile', 'gemm/product', 'matmul-wasm', 'convolution-wasm']) {
  t.test(`what test/kernels/${file}.test.ts claims holds`, async (t) => {
    const test = fileURLToPath(new URL(`../../kernels/${file}.test.js`, import.meta.url));
    // Told of the runner, it would leave its sum to it.
    const names = Object.keys(process.env).filter((name) => !/^(NODE_OPTIONS|TAP)/.test(name));
    const env = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    const { stdout } = await promisify(execFile)(process.execPath, [`--import=${useFastMath}`, test], {
      env,
      maxBuffer: 2 ** 26,
    });
    t.match(stdout, /^# \{ total: \d+, pass: \d+ \}$/m);
  });
}

t.test(
  "setDevice('wasm', { fastMath: true }) chooses the device, and without it plain arithmetic is back",
  async (t) => {
    await setDevice('wasm');
    const before = defaultDevice();
    await setDevice('wasm', { fastMath: true });
    const device = defaultDevice() as WasmDevice;
    t.equal(device.fastMath, true);
    t.equal(device.name, 'wasm');
    t.equal(deviceNamed('wasm'), device, 'the name stands for it');
    await setDevice('wasm', { fastMath: true });
    t.equal(defaultDevice(), device, 'and it stays while nothing changes');
    const one = cases['a product'] as Case;
    t.same([...one.call(...one.shapes.map(random)).data], on(fast, one, random), 'eager ops run on it');
    await setDevice('wasm', { fastMath: false });
    t.equal((defaultDevice() as WasmDevice).fastMath, false);
    t.same([...one.call(...one.shapes.map(random)).data], on(plain, one, random));
    t.equal((before as WasmDevice).fastMath, false, 'which is the default');
  },
);

t.test('other devices and other values are refused', async (t) => {
  await t.rejects(setDevice('cpu', { fastMath: true }), {
    name: 'ArgumentError',
    message: /fastMath is an option of the device 'wasm', and the device is 'cpu'\. Leave it out/,
  });
  await t.rejects(setDevice('gpu', { fastMath: true }), { name: 'ArgumentError', message: /the device is 'gpu'/ });
  await t.rejects(setDevice('wasm', { fastMath: 1 as never }), {
    name: 'ArgumentError',
    message: /Give true or false/,
  });
  await setDevice('cpu', { fastMath: false });
  t.equal(defaultDevice().name, 'cpu', 'what asks for nothing is no mistake');
});
