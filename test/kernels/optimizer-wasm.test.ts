/** The optimizer updates in WebAssembly against the cpu kernels in float64, at sizes around whole vectors. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { adamKernel, momentumKernel, rmspropKernel, sgdKernel } from '../../kernels/optimizer/index.ts';
import { WasmDevice } from '../../src/devices/wasm-device.ts';
import { runInPlaceOnWasm } from '../support/wasm-in-place.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { distance, operand, prepare, uniform, type Operand } from './numeric.ts';

const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100];

/** Every number that a step computes on the way lies below 8 here; some ten roundings are allowed. */
const BOUND = 10 * 8 * 2 ** -24;

interface Row {
  readonly name: string;
  readonly inPlace: readonly number[];
  readonly present: readonly boolean[];
  readonly wasm: (
    operands: readonly Operand[],
    size: number,
    overwritten?: readonly number[],
  ) => readonly Float32Array[];
  /** The same with the code that a device keeps. */
  readonly onDevice: (device: WasmDevice, operands: readonly Operand[], size: number) => readonly Float32Array[];
  readonly reference: (operands: readonly Operand[], size: number) => readonly ArrayLike<number>[];
}

function row<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  options: Options,
  optional: readonly boolean[],
  inPlace: readonly number[],
): Row {
  const shapes = (size: number): number[][] => inPlace.map(() => [size]);
  return {
    name: `${kernel.name} ${JSON.stringify(options)}`,
    inPlace,
    present: [true, true, true, ...optional],
    wasm: (operands, size, overwritten) =>
      overwritten
        ? runInPlaceOnWasm(kernel, operands, shapes(size), options, overwritten)
        : runOnWasm(kernel, operands, shapes(size), options),
    onDevice: (device, operands, size) => {
      const geometry = kernel.plan(
        operands.map((one) => one?.shape),
        shapes(size),
        options,
      );
      const outputs = shapes(size).map(() => new Float32Array(size));
      device.runKernel(
        kernel as Kernel,
        geometry,
        operands.map((one) => one && Float32Array.from(one.data)),
        outputs,
      );
      return outputs;
    },
    reference: (operands, size) => prepare(kernel, operands, shapes(size), options)(operands),
  };
}

/** An epsilon shows where it stands only if it is large. */
const RATES = [
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  { beta1: 0.5, beta2: 0.75, epsilon: 0.25 },
] as const;

const rows: readonly Row[] = [
  row(sgdKernel, {}, [], [0]),
  ...[false, true].map((nesterov) => row(momentumKernel, { momentum: 0.9, nesterov }, [true], [0, 3])),
  ...[0, 0.9].flatMap((momentum) =>
    [false, true].map((centered) =>
      row(
        rmspropKernel,
        { rho: 0.9, momentum, epsilon: momentum > 0 ? 1e-7 : 0.25, centered },
        [true, momentum > 0, centered],
        [0, 3, ...(momentum > 0 ? [4] : []), ...(centered ? [5] : [])],
      ),
    ),
  ),
  ...[false, true].flatMap((amsgrad) =>
    RATES.map((rates) =>
      row(adamKernel, { ...rates, amsgrad }, [true, true, amsgrad], [0, 3, 4, ...(amsgrad ? [5] : [])]),
    ),
  ),
];

/**
 * What follows the rate lies between 2 and 4, so that no root is near 0 and either of two maxima may be the larger;
 * RMSprop's mean gradient and all else lie between -1 and 1.
 */
function operandsOf({ present, name }: Row, size: number): Operand[] {
  const draw = uniform(size);
  return present.map((there, k) =>
    there
      ? operand(
          k === 2 ? [] : [size],
          k < 3 || (k === 5 && name.startsWith('rmsprop')) ? draw : () => Math.fround(3 + draw()),
        )
      : undefined,
  );
}

for (const one of rows) {
  t.test(`${one.name} in WebAssembly is the cpu's update, rounded after each operation`, (t) => {
    for (const size of SIZES) {
      const operands = operandsOf(one, size);
      const results = one.wasm(operands, size);
      one.reference(operands, size).forEach((expected, k) => {
        const off = distance(results[k] ?? [], expected);
        t.ok(off <= BOUND, `size ${size}, output ${k} is off by ${off}`);
      });
      t.strictSame(one.wasm(operands, size, one.inPlace), results, `size ${size}: the same over the states`);
    }
    t.end();
  });
}

t.test('on one device each update has code of its own', (t) => {
  const device = new WasmDevice();
  for (const one of rows) {
    const operands = operandsOf(one, 5);
    t.strictSame(one.onDevice(device, operands, 5), one.wasm(operands, 5), one.name);
  }
  t.end();
});

// In float32, s' - a'^2 falls below -epsilon for these gradients.
t.test('a centered RMSprop survives gradients that never change', (t) => {
  const options = { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true };
  const gradients = [1.3963897228240967, 23.69914436340332, 46.41562271118164, 0.3, 7];
  const size = gradients.length;
  const constant = (value: number) => operand([size], () => value);
  const g = { shape: [size], data: Float64Array.from(gradients, Math.fround) };
  const rate = operand([], () => Math.fround(1e-3));
  let states = [constant(1), constant(0), constant(0)];
  for (let step = 0; step < 300; step++) {
    const [w, s, a] = states;
    const results = runOnWasm(rmspropKernel, [w, g, rate, s, undefined, a], [[size], [size], [size]], options);
    states = results.map((data) => ({ shape: [size], data: Float64Array.from(data) }));
  }
  t.ok(states[0]?.data.every(Number.isFinite));
  t.end();
});

t.test('Adam with a learning rate from memory leaves NaN gradients visible', (t) => {
  const size = 6;
  const operands = [1, NaN, 0.001, 0, 0].map((value, k) => operand(k === 2 ? [] : [size], () => Math.fround(value)));
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false };
  const [w] = runOnWasm(adamKernel, operands, [[size], [size], [size]], options);
  t.ok(w?.every(Number.isNaN));
  t.end();
});
