/** Operands with the same values in every run. */
import { ops } from 'gradtape';
import type { Operand } from './workload.ts';

export function normal(shape: readonly number[], seed: number): Operand {
  return { shape, data: ops.randomNormal(shape, { seed }).data };
}

/** Weights as Glorot and Bengio draw them: uniform, variance 2 / (fanIn + fanOut). */
export function glorot(shape: readonly number[], seed: number): Operand {
  const receptive = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  const limit = Math.sqrt(6 / (receptive * ((shape.at(-2) ?? 1) + (shape.at(-1) ?? 1))));
  return { shape, data: ops.randomUniform(shape, { seed, minimum: -limit, maximum: limit }).data };
}

export function zeros(shape: readonly number[]): Operand {
  return { shape, data: new Float32Array(sizeOf(shape)) };
}

/** Rows with a single 1, in turns. */
export function oneHotRows(rows: number, classes: number): Operand {
  const data = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) data[row * classes + ((row * 7) % classes)] = 1;
  return { shape: [rows, classes], data };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
