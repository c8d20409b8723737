/** Optimizer updates on a graphics card: one pass for each output. Nothing is written in place: a pass makes a buffer. */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { maximumOf, sourcesOf, type GpuFunction } from '../gpu-math.ts';
import {
  adamKernel,
  momentumKernel,
  rmspropKernel,
  sgdKernel,
  type AdamOptions,
  type MomentumOptions,
  type RmspropOptions,
  type UpdateGeometry,
} from './index.ts';

/** A pass over the elements `i` of its operands, by name; the learning rate is one number. */
function pass(
  size: number,
  operands: Readonly<Record<string, GpuOperand>>,
  value: string,
  uses: readonly GpuFunction[] = [],
): GpuPass {
  const reads = Object.keys(operands).map(
    (name, index) => `const ${name} = a${index}[${name === 'rate' ? '0' : 'this.thread.x'}];`,
  );
  return {
    source: [...reads, `return ${value};`].join('\n'),
    operands: Object.values(operands),
    size,
    functions: sourcesOf(uses),
  };
}

const w: GpuOperand = { input: 0 };
const g: GpuOperand = { input: 1 };
const rate: GpuOperand = { input: 2 };

function sgdCall({ size }: UpdateGeometry<unknown>): GpuCall {
  return { passes: [pass(size, { w, g, rate }, 'w - rate * g')], outputs: [0] };
}

function momentumCall({ size, options: { momentum, nesterov } }: UpdateGeometry<MomentumOptions>): GpuCall {
  const velocity = pass(size, { v: { input: 3 }, g, rate }, `${momentum} * v - rate * g`);
  const after: GpuOperand = { pass: 0 };
  const variable = nesterov
    ? pass(size, { w, g, rate, after }, `w + (${momentum} * after - rate * g)`)
    : pass(size, { w, after }, 'w + after');
  return { passes: [velocity, variable], outputs: [1, 0] };
}

/** Passes: meanSquare', meanGradient' if centered, the step (which is momentum' if there is one), variable'. */
function rmspropCall({ size, options }: UpdateGeometry<RmspropOptions>): GpuCall {
  const { rho, momentum, epsilon, centered } = options;
  const passes = [pass(size, { s: { input: 3 }, g }, `${rho} * s + ${1 - rho} * g * g`)];
  const square: GpuOperand = { pass: 0 };
  const mean: GpuOperand = { pass: 1 };
  if (centered) passes.push(pass(size, { mean: { input: 5 }, g }, `${rho} * mean + ${1 - rho} * g`));
  const step = `rate * g / Math.sqrt(square ${centered ? '- mean * mean ' : ''}+ ${epsilon})`;
  const state = { g, rate, square, ...(centered && { mean }) };
  if (!(momentum > 0)) {
    const variable = passes.push(pass(size, { w, ...state }, `w - ${step}`)) - 1;
    return { passes, outputs: [variable, 0, ...(centered ? [1] : [])] };
  }
  const moved = passes.push(pass(size, { ...state, m: { input: 4 } }, `${step} + ${momentum} * m`)) - 1;
  const variable = passes.push(pass(size, { w, m: { pass: moved } }, 'w - m')) - 1;
  return { passes, outputs: [variable, 0, moved, ...(centered ? [1] : [])] };
}

function adamCall({ size, options: { beta1, beta2, epsilon, amsgrad } }: UpdateGeometry<AdamOptions>): GpuCall {
  const passes = [
    pass(size, { m: { input: 3 }, g }, `m + ${1 - beta1} * (g - m)`),
    pass(size, { v: { input: 4 }, g }, `v + ${1 - beta2} * (g * g - v)`),
  ];
  if (amsgrad) passes.push(pass(size, { h: { input: 5 }, v: { pass: 1 } }, `${maximumOf.name}(h, v)`, [maximumOf]));
  const [m, scale] = [{ pass: 0 }, { pass: amsgrad ? 2 : 1 }] as const;
  const variable = passes.push(pass(size, { w, rate, m, scale }, `w - rate * m / (Math.sqrt(scale) + ${epsilon})`)) - 1;
  return { passes, outputs: [variable, 0, 1, ...(amsgrad ? [2] : [])] };
}

export const optimizerRows: readonly GpuRow[] = [
  gpuRow(sgdKernel, sgdCall),
  gpuRow(momentumKernel, momentumCall),
  gpuRow(rmspropKernel, rmspropCall),
  gpuRow(adamKernel, adamCall),
];
