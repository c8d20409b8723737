/** Reads the fixtures that Keras made, and compares with them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';

export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

/** The fixture of this name. The caller states its type: see README.md. */
export function readFixture<Fixture>(name: string): Fixture {
  return JSON.parse(readFileSync(join(root, 'test/keras/fixtures', `${name}.json`), 'utf8')) as Fixture;
}

export function toTensor(fixture: FixtureTensor): Tensor {
  return tensor(Float32Array.from(fixture.data), fixture.shape);
}

/** The largest difference, as a share of the largest absolute value that Keras computed. */
export function relativeDifference(actual: Tensor, expected: FixtureTensor): number {
  if (actual.shape.join() !== expected.shape.join()) return Infinity;
  let largest = 0;
  let difference = 0;
  expected.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs((actual.data[i] ?? NaN) - value));
  });
  return difference === 0 ? 0 : difference / largest;
}

/** What two float32 computations of the same formula may differ by; test/keras/make-fixtures.py allows the same. */
export const KERAS_TOLERANCE = 1e-5;
