/**
 * Batch normalisation on a graphics card: one pass for each output and, where a batch has many rows, one more for each
 * sum over the rows. The variance is summed from x - mean, never from squares of x.
 */
import type { GpuCall, GpuOperand, GpuPass } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { divide } from '../gpu-source.ts';
import { appendSum, sumLines, type GpuSum } from '../gpu-sum.ts';
import type { BatchNormGeometry } from './geometry.ts';
import {
  batchNormGradKernel,
  batchNormInferenceGradKernel,
  batchNormInferenceKernel,
  batchNormTrainingKernel,
} from './index.ts';

/** A channel's inverse standard deviation from the operand that holds it, or its variance. */
type Inverse = (operand: string) => string;

const given: Inverse = (inverse) => inverse;
const fromVariance =
  ({ epsilon }: BatchNormGeometry): Inverse =>
  (variance) =>
    `1 / Math.sqrt(${variance} + ${epsilon})`;

/** A sum over the rows for each channel. @param term the addend from the place of an element in x */
function rowSum(
  { rows, channels }: BatchNormGeometry,
  term: (at: string) => string,
  rest: Omit<GpuSum, 'size' | 'count' | 'add'>,
): GpuSum {
  const add: GpuSum['add'] = (name, first, count) =>
    sumLines(name, count, (row) => term(`(${first} + ${row}) * ${channels} + result`));
  return { size: channels, count: rows, add, ...rest };
}

/** A pass over all elements of x. @param value from the names of the operands, read at the element or its channel */
function elementPass(
  { rows, channels }: BatchNormGeometry,
  operands: readonly { readonly from: GpuOperand; readonly perChannel: boolean }[],
  value: (...operands: string[]) => string,
): GpuPass {
  const names = operands.map(({ perChannel }, index) => `a${index}[${perChannel ? 'channel' : 'this.thread.x'}]`);
  return {
    source: `${divide('row', 'channel', 'this.thread.x', channels)}\nreturn ${value(...names)};`,
    operands: operands.map(({ from }) => from),
    size: rows * channels,
  };
}

const whole = (input: number) => ({ from: { input }, perChannel: false });
const perChannel = (from: GpuOperand) => ({ from, perChannel: true });

/** `y = (x - mean) * inverse * gamma + beta`. @param centered the deviation from the names of x and of `center` */
function normalizePass(
  geometry: BatchNormGeometry,
  [, hasGamma, hasBeta]: readonly boolean[],
  { center, centered, spread, inverse }: Normalization,
): GpuPass {
  const factors = [...(hasGamma ? [{ input: 1 }] : []), ...(hasBeta ? [{ input: 2 }] : [])];
  const operands = [whole(0), perChannel(spread), ...[...center, ...factors].map(perChannel)];
  return elementPass(geometry, operands, (x, scale, ...rest) => {
    const [gamma, beta] = hasGamma ? rest.slice(center.length) : [undefined, rest[center.length]];
    const factor = gamma === undefined ? '' : ` * ${gamma}`;
    const shift = beta === undefined ? '' : ` + ${beta}`;
    return `${centered(x!, ...rest)} * (${inverse(scale!)}${factor})${shift}`;
  });
}

interface Normalization {
  /** What is subtracted, per channel. */
  readonly center: readonly GpuOperand[];
  readonly centered: (x: string, ...center: string[]) => string;
  readonly spread: GpuOperand;
  readonly inverse: Inverse;
}

/**
 * 5 passes, 7 where the sums over the rows take two. Each row is read as its distance from the first, whose mean `shift`
 * is small where the mean is far from zero: the rounding of the mean then reaches neither the variance nor y.
 */
function trainingCall(geometry: BatchNormGeometry, present: readonly boolean[]): GpuCall {
  const { rows, channels } = geometry;
  const passes: GpuPass[] = [];
  const append = (pass: GpuPass): number => passes.push(pass) - 1;
  const x = { input: 0 };
  // The first row of x is its first `channels` elements.
  const start = rows === 0 ? '0' : 'a0[result]';
  const finish = { source: () => `return sum / ${Math.max(1, rows)};` };
  const shift = appendSum(
    passes,
    rowSum(geometry, (at) => `(a0[${at}] - start)`, { operands: [x], prepare: `const start = ${start};`, finish }),
  );
  const mean = append({
    source: `const result = this.thread.x;\nreturn ${start} + a1[result];`,
    operands: [x, { pass: shift }],
    size: channels,
  });
  const variance = appendSum(
    passes,
    rowSum(geometry, (at) => `(a0[${at}] - start - shift) * (a0[${at}] - start - shift)`, {
      operands: [x, { pass: shift }],
      prepare: `const start = ${start};\nconst shift = a1[result];`,
      finish,
    }),
  );
  const inverse = append({
    source: `return ${fromVariance(geometry)('a0[this.thread.x]')};`,
    operands: [{ pass: variance }],
    size: channels,
  });
  const y = append(
    normalizePass(geometry, present, {
      center: [x, { pass: shift }],
      centered: (value, start, distance) => `(${value} - ${start} - ${distance})`,
      spread: { pass: inverse },
      inverse: given,
    }),
  );
  return { passes, outputs: [y, mean, variance, inverse] };
}

/** 1 pass. */
function inferenceCall(geometry: BatchNormGeometry, present: readonly boolean[]): GpuCall {
  const pass = normalizePass(geometry, present, {
    center: [{ input: 3 }],
    centered: (x, mean) => `(${x} - ${mean})`,
    spread: { input: 4 },
    inverse: fromVariance(geometry),
  });
  return { passes: [pass], outputs: [0] };
}

/** Appends dgamma and dbeta, both from (x, gamma, mean, inverse or variance, dy). */
function appendFactorGradients(passes: GpuPass[], geometry: BatchNormGeometry, inverse: Inverse): [number, number] {
  const [x, mean, spread, dy] = [{ input: 0 }, { input: 2 }, { input: 3 }, { input: 4 }];
  const gamma = appendSum(
    passes,
    rowSum(geometry, (at) => `a2[${at}] * (a0[${at}] - center)`, {
      operands: [x, mean, dy],
      prepare: 'const center = a1[result];',
      finish: { operands: [spread], source: (operand) => `return sum * (${inverse(`${operand(0)}[result]`)});` },
    }),
  );
  const beta = appendSum(
    passes,
    rowSum(geometry, (at) => `a0[${at}]`, { operands: [dy] }),
  );
  return [gamma, beta];
}

/** 3 passes, 5 where the sums over the rows take two. */
function gradCall(geometry: BatchNormGeometry, [, hasGamma = false]: readonly boolean[]): GpuCall {
  const rows = Math.max(1, geometry.rows);
  const passes: GpuPass[] = [];
  const [gamma, beta] = appendFactorGradients(passes, geometry, given);
  const channelOperands = [{ input: 2 }, { input: 3 }, { pass: gamma }, { pass: beta }];
  passes.push(
    elementPass(
      geometry,
      [whole(4), whole(0), ...channelOperands.map(perChannel), ...(hasGamma ? [perChannel({ input: 1 })] : [])],
      (dy, x, mean, inverse, dGamma, dBeta, factor) =>
        `${inverse}${hasGamma ? ` * ${factor}` : ''} * (${dy} - ${dBeta} / ${rows} - (${x} - ${mean}) * (${dGamma} * ${inverse} / ${rows}))`,
    ),
  );
  return { passes, outputs: [passes.length - 1, gamma, beta] };
}

/** 3 passes, 5 where the sums over the rows take two. */
function inferenceGradCall(geometry: BatchNormGeometry, [, hasGamma = false]: readonly boolean[]): GpuCall {
  const inverse = fromVariance(geometry);
  const passes: GpuPass[] = [];
  const [gamma, beta] = appendFactorGradients(passes, geometry, inverse);
  passes.push(
    elementPass(
      geometry,
      [whole(4), perChannel({ input: 3 }), ...(hasGamma ? [perChannel({ input: 1 })] : [])],
      (dy, variance, factor) => `${dy} * (${inverse(variance!)}${hasGamma ? ` * ${factor}` : ''})`,
    ),
  );
  return { passes, outputs: [passes.length - 1, gamma, beta] };
}

export const batchNormRows: readonly GpuRow[] = [
  gpuRow(batchNormTrainingKernel, trainingCall),
  gpuRow(batchNormGradKernel, gradCall),
  gpuRow(batchNormInferenceKernel, inferenceCall),
  gpuRow(batchNormInferenceGradKernel, inferenceGradCall),
];
