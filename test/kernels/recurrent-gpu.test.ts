/**
 * The recurrences on a graphics card, against their runs in float64 on the cpu: more steps than blocks of the history, all
 * options and inputs; and how many kernels they start.
 */
import fc from 'fast-check';
import t from 'tap';
import { gruGradKernel, gruKernel } from '../../kernels/gru/index.ts';
import { lstmGradKernel, lstmKernel } from '../../kernels/lstm/index.ts';
import { simpleRnnGradKernel, simpleRnnKernel } from '../../kernels/simple-rnn/index.ts';
import type { Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { operand, prepare, uniform, type Operand } from './numeric.ts';
import { requireRounded } from './rounding.ts';

interface Case {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly bias: boolean;
  readonly mask: boolean;
  readonly inputDropout: boolean | undefined;
  readonly recurrentDropout: boolean | undefined;
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly gradients: readonly boolean[];
  readonly seed: number;
}

interface Recurrence {
  readonly name: string;
  readonly kernel: Kernel<Case, unknown>;
  readonly gradKernel: Kernel<Case, unknown>;
  readonly gates: number;
  /** Arrays of the state. */
  readonly states: number;
  readonly biasShape: (c: Case) => Shape;
  /** Widths, in units, of what the forward pass saves. */
  readonly saved: readonly number[];
  /** Kernels that one step starts. */
  readonly perStep: (c: Case) => number;
  /** Kernels beside those of the steps and outputs: of all steps at once, and of second stages of sums. */
  readonly beside: (c: Case) => readonly [forward: number, backward: number];
}

const kernelOf = (kernel: unknown): Kernel<Case, unknown> => kernel as Kernel<Case, unknown>;

const recurrences: readonly Recurrence[] = [
  {
    name: 'lstm',
    kernel: kernelOf(lstmKernel),
    gradKernel: kernelOf(lstmGradKernel),
    gates: 4,
    states: 2,
    biasShape: ({ units }) => [4 * units],
    saved: [4, 1],
    perStep: () => 1,
    beside: () => [1, 5],
  },
  {
    name: 'gru',
    kernel: kernelOf(gruKernel),
    gradKernel: kernelOf(gruGradKernel),
    gates: 3,
    states: 1,
    biasShape: ({ units, resetAfter }) => (resetAfter ? [2, 3 * units] : [3 * units]),
    saved: [3, 1],
    perStep: ({ resetAfter }) => (resetAfter ? 1 : 2),
    beside: ({ resetAfter }) => [1, resetAfter ? 5 : 6],
  },
  {
    name: 'simpleRnn',
    kernel: kernelOf(simpleRnnKernel),
    gradKernel: kernelOf(simpleRnnGradKernel),
    gates: 1,
    states: 1,
    biasShape: ({ units }) => [units],
    saved: [1],
    perStep: () => 1,
    beside: () => [1, 5],
  },
];

/** Weights shrink with their number, so that activations stay of size 1 and errors do not grow from step to step. */
function operandsOf({ gates, states, biasShape }: Recurrence, c: Case): Operand[] {
  const { batch, steps, features, units } = c;
  const draw = uniform(c.seed);
  const factors = (perGate: boolean | undefined, width: number): Operand =>
    perGate === undefined ? undefined : operand([batch, perGate ? gates * width : width], () => (draw() > 0 ? 2 : 0));
  return [
    operand([batch, steps, features], () => 2 * draw()),
    operand([features, gates * units], () => draw() / Math.max(1, features)),
    operand([units, gates * units], () => draw() / (4 * units)),
    c.bias ? operand(biasShape(c), draw) : undefined,
    ...Array.from({ length: states }, () => operand([batch, units], draw)),
    c.mask ? operand([batch, steps], () => (draw() > -0.3 ? 1 : 0)) : undefined,
    factors(c.inputDropout, features),
    factors(c.recurrentDropout, units),
  ];
}

function outputShapes({ states, saved }: Recurrence, { batch, steps, units }: Case): Shape[] {
  const last = Array.from({ length: states }, () => [batch, units]);
  return [[batch, steps, units], ...last, ...saved.map((width) => [batch, steps, width * units])];
}

function gradShapes({ gates, states, biasShape }: Recurrence, c: Case): Shape[] {
  const { batch, steps, features, units } = c;
  const initial = Array.from({ length: states }, () => [batch, units]);
  return [[batch, steps, features], [features, gates * units], [units, gates * units], biasShape(c), ...initial];
}

/** The inputs, the outputs that the cpu makes of them, and the gradients of those. */
function gradOperands(one: Recurrence, c: Case): Operand[] {
  const operands = operandsOf(one, c);
  const shapes = outputShapes(one, c);
  const outputs = prepare(one.kernel, operands, shapes, c)(operands);
  const draw = uniform(c.seed + 1);
  const upstream = shapes.slice(0, 1 + one.states);
  return [
    ...operands,
    ...outputs.map((data, i) => ({ shape: shapes[i] ?? [], data })),
    ...upstream.map((shape, i) => (c.gradients[i] ? operand(shape, draw) : undefined)),
  ];
}

const perhaps = fc.constantFrom(undefined, false, true);
const cases: fc.Arbitrary<Case> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  // Up to four slots in a block of the history, the last block full or not.
  steps: fc.integer({ min: 0, max: 20 }),
  features: fc.integer({ min: 0, max: 4 }),
  units: fc.integer({ min: 1, max: 5 }),
  bias: fc.boolean(),
  mask: fc.boolean(),
  inputDropout: perhaps,
  recurrentDropout: perhaps,
  resetAfter: fc.boolean(),
  goBackwards: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  gradients: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  seed: fc.nat(1_000_000),
});

const plain: Case = {
  batch: 2,
  steps: 12,
  features: 3,
  units: 4,
  bias: true,
  mask: true,
  inputDropout: true,
  recurrentDropout: true,
  resetAfter: true,
  goBackwards: false,
  zeroOutputForMask: true,
  gradients: [true, true, true],
  seed: 3,
};

for (const mode of await gpuModes()) {
  for (const one of recurrences) {
    t.test(`mode ${mode}: ${one.name} over many steps`, async (t) => {
      const memory = await openGpuMemory(mode);
      const check = async (c: Case): Promise<void> => {
        const [operands, shapes] = [operandsOf(one, c), outputShapes(one, c)];
        requireRounded(one.kernel, operands, shapes, c, await runOnGpu(memory, one.kernel, operands, shapes, c));
        const [given, grads] = [gradOperands(one, c), gradShapes(one, c)];
        requireRounded(one.gradKernel, given, grads, c, await runOnGpu(memory, one.gradKernel, given, grads, c));
      };
      const property = fc.asyncProperty(cases, check);
      await t.resolves(fc.assert(property, { seed: 51, numRuns: mode === 'webgpu' ? 5 : 15 }));
      // More terms than are added in a row, more rows than one stage sums.
      await t.resolves(check({ ...plain, batch: 9, steps: 40, features: 5, units: 70, recurrentDropout: false }));
      await t.resolves(check({ ...plain, resetAfter: false, batch: 9, steps: 40, features: 70, units: 5 }));
    });
  }
}

for (const one of recurrences) {
  t.test(`${one.name}: a kernel for each step, each output and each stage of a sum`, (t) => {
    for (const resetAfter of [true, false]) {
      const codes = [12, 24].map((steps) => {
        const c = { ...plain, resetAfter, steps, batch: 200, units: 16 };
        const shapes = outputShapes(one, c);
        const forward = gpuCall(one.kernel, operandsOf(one, c), shapes, c).passes;
        const backward = gpuCall(one.gradKernel, gradOperands(one, c), gradShapes(one, c), c).passes;
        const [beside, besideBack] = one.beside(c);
        t.equal(forward.length, steps * one.perStep(c) + shapes.length + beside);
        t.equal(backward.length, steps * one.perStep(c) + gradShapes(one, c).length + besideBack);
        return [forward, backward].map(
          (passes) => new Set(passes.map(({ source }) => source.replaceAll(/\d+/g, ''))).size,
        );
      });
      t.same(codes[0], codes[1], 'the steps share their code');
    }
    t.end();
  });
}
