/**
 * Every element-wise kernel and chains of them on a graphics card, beside the cpu, in the modes that npm alone gives and
 * in webgpu where GRADTAPE_DAWN names its package.
 *
 * Edge values by mode: NaN, infinities and signed zeros come out as on the cpu in each. Subnormal numbers do in cpu and
 * webasm; webgpu counts them as 0, and webgl2 likewise.
 */
import t, { type Test } from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { fusedKernel, reducedKernel, type FusedParts } from '../../kernels/elementwise/fused.ts';
import * as elementwise from '../../kernels/elementwise/index.ts';
import type { ElementwiseKernel } from '../../kernels/elementwise/index.ts';
import { maxKernel, meanKernel, minKernel, sumKernel } from '../../kernels/reduce/index.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import type { GpuMemory } from '../../src/devices/gpu-memory.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { prepare } from './numeric.ts';
import { float32Ulps, numbers } from './ulps.ts';

const kernels = elementwise as unknown as Record<string, ElementwiseKernel>;
const operandCount = (kernel: ElementwiseKernel): number => kernel.inPlace?.[0]?.length ?? 1;

/** What WebGPU allows the weakest of its functions that are used, division, and one more unit for what is made of them. */
const LIMIT = 4;
const SMALLEST_NORMAL = 2 ** -126;
/** Up to here the products of the reduction are exact. */
const LARGEST_ANGLE = 2 ** 12 * Math.PI;
const SPECIAL = [NaN, -Infinity, -1e4, -100, -1.5, -1, -0.5, -1e-20, -0, 0, 1e-20, 0.5, 1, 1.5, 3, 60, 1e4, Infinity];

/** What chains compute, and the rows that end them. */
const SHAPE: Shape = [2, 3, 32];
const ROWS: Shape = [2, 3];

/** Tests an operand list element by element. */
async function compare(
  t: Test,
  memory: GpuMemory,
  kernel: Kernel,
  shapes: readonly Shape[],
  outputs: readonly Shape[],
  values: readonly Float32Array[],
  limit: (inputs: readonly number[], exact: number) => number,
): Promise<void> {
  const operands = shapes.map((shape, k) => ({ shape, data: values[k] as Float32Array }));
  const doubles = operands.map(({ shape, data }) => ({ shape, data: Float64Array.from(data) }));
  const exact = prepare(kernel, doubles, outputs, undefined)(doubles);
  const given = await runOnGpu(memory, kernel, operands, outputs, undefined);
  exact.forEach((one, output) => {
    const wrong = one.findIndex((value, i) => {
      const inputs = values.map((data) => data[i] ?? NaN);
      return !isNear(given[output]?.[i] ?? NaN, value, limit(inputs, value));
    });
    const inputs = values.map((data) => data[wrong]).join(', ');
    const got = given[output]?.[wrong];
    t.equal(
      wrong,
      -1,
      `${kernel.name}, output ${output}${wrong < 0 ? '' : `: ${got}, not ${one[wrong]}, of ${inputs}`}`,
    );
  });
}

function isNear(given: number, exact: number, limit: number): boolean {
  const rounded = Math.fround(exact);
  if (Object.is(given, rounded)) return true;
  if (Math.abs(exact) < SMALLEST_NORMAL && exact !== 0) return Math.abs(given) <= SMALLEST_NORMAL;
  return Number.isFinite(rounded) && rounded !== 0 && float32Ulps(given, exact) <= limit;
}

/** Every combination of some values, one for each element. */
function combinations(values: readonly number[], count: number): Float32Array[] {
  return Array.from({ length: count }, (_, k) =>
    Float32Array.from(
      { length: values.length ** count },
      (_, i) => values[Math.floor(i / values.length ** k) % values.length] ?? 0,
    ),
  );
}

// A power is e^(y ln x), whose exponent is rounded: its own size more.
const powLimit = ([x = 0, y = 0]: readonly number[]): number =>
  LIMIT + (Math.abs(y) <= 64 && Number.isInteger(2 * y) ? Math.abs(y) : 2 * Math.abs(y * Math.log(Math.abs(x))));

for (const mode of await gpuModes()) {
  const memory = await openGpuMemory(mode);
  const limitOf = (kernel: Kernel): ((inputs: readonly number[]) => number) =>
    kernel === elementwise.powKernel ? powLimit : () => LIMIT;

  t.test(`${mode}: kernels of NaN, infinities, signed zeros and others are those of the cpu`, async (t) => {
    for (const kernel of Object.values(kernels)) {
      const values = combinations(SPECIAL, operandCount(kernel));
      const shapes = values.map(({ length }) => [length]);
      await compare(t, memory, kernel as Kernel, shapes, shapes.slice(0, 1), values, limitOf(kernel as Kernel));
    }
  });

  t.test(`${mode}: functions of numbers of every size are within ${LIMIT} units of the exact value`, async (t) => {
    const all = Float32Array.from(numbers(-120, 126, 20));
    const angles = all.filter((x) => Math.abs(x) < LARGEST_ANGLE);
    for (const kernel of Object.values(kernels).filter((one) => operandCount(one) === 1)) {
      const isAngle = kernel === elementwise.sinKernel || kernel === elementwise.cosKernel;
      const values = isAngle ? angles : all;
      const shapes = [[values.length]];
      await compare(t, memory, kernel as Kernel, shapes, shapes, [values], () => LIMIT);
    }
  });

  t.test(`${mode}: quotients of small integers are the nearest numbers`, async (t) => {
    const integers = Array.from({ length: 81 }, (_, i) => i - 40);
    const values = combinations(integers, 2);
    const shapes = values.map(({ length }) => [length]);
    await compare(t, memory, elementwise.divKernel as Kernel, shapes, shapes.slice(0, 1), values, () => 0.5);
  });

  t.test(`${mode}: operands broadcast`, async (t) => {
    const cases: readonly (readonly [Shape, Shape, Shape])[] = [
      [
        [3, 5],
        [3, 5],
        [3, 5],
      ],
      [[3, 5], [5], [3, 5]],
      [
        [3, 1],
        [1, 5],
        [3, 5],
      ],
      [
        [2, 1, 4, 1],
        [3, 1, 5],
        [2, 3, 4, 5],
      ],
      [[1], [2, 3], [2, 3]],
      [[0, 3], [3], [0, 3]],
      [[], [], []],
    ];
    for (const [a, b, shape] of cases) {
      const values = [a, b].map((one, k) => Float32Array.from({ length: sizeOf(one) }, (_, i) => i + 1 + 100 * k));
      await compare(t, memory, elementwise.subKernel as Kernel, [a, b], [shape], values, () => 0);
    }
  });

  t.test(`${mode}: a chain computes each of its results in one pass`, async (t) => {
    const { kernel, shapes } = chain([0, 2]);
    t.equal(passCount(kernel, shapes, [SHAPE, SHAPE]), 2);
    await compare(t, memory, kernel, shapes, [SHAPE, SHAPE], chainValues(shapes), () => LIMIT);
  });

  for (const end of [sumKernel, meanKernel, maxKernel, minKernel]) {
    t.test(`${mode}: a chain may end in ${end.name}`, async (t) => {
      for (const results of [[], [0], [0, 2]]) {
        const { parts, shapes } = chain(results);
        const geometry = end.plan([SHAPE], [ROWS], { axes: [2] });
        const kernel = reducedKernel(parts, SHAPE, { kernel: end as Kernel, geometry, part: 2 });
        if (!kernel) throw new Error('the chain and the reduction do not fit together');
        const outputs = [...results.map(() => SHAPE), ROWS];
        t.equal(passCount(kernel as Kernel, shapes, outputs), outputs.length);
        // Sums of 32 positive numbers: as many roundings.
        await compare(t, memory, kernel as Kernel, shapes, outputs, chainValues(shapes), () => 32);
      }
    });
  }
}
// Dawn keeps the process alive.
if (process.env['GRADTAPE_DAWN'] !== undefined) t.teardown(() => setTimeout(() => process.exit(), 100));

/** exp(a - b) c, where b has one number for each row and c is one row. */
function chain(results: readonly number[]) {
  const shapes: readonly Shape[] = [SHAPE, [2, 3, 1], [32]];
  const part = (kernel: ElementwiseKernel, operands: readonly number[]) => ({
    kernel: kernel as Kernel,
    operands,
    shape: SHAPE,
  });
  const parts: FusedParts = {
    inputShapes: shapes,
    parts: [
      part(elementwise.subKernel, [0, 1]),
      part(elementwise.expKernel, [3]),
      part(elementwise.mulKernel, [4, 2]),
      part(elementwise.negKernel, [5]),
    ],
    results,
  };
  return { shapes, parts, kernel: fusedKernel(parts, SHAPE) as Kernel };
}

function chainValues(shapes: readonly Shape[]): Float32Array[] {
  return shapes.map((shape) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((7 * i) % 16) / 8 + 0.125));
}

function passCount(kernel: Kernel, shapes: readonly Shape[], outputs: readonly Shape[]): number {
  const operands = shapes.map((shape) => ({ shape, data: new Float32Array(sizeOf(shape)) }));
  return gpuCall(kernel, operands, outputs, undefined).passes.length;
}
