/** Reads the fixtures that Keras made (README.md tells their form), and compares with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';

export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** All cases of one layer class, loss, metric ... */
export interface Family<Case> {
  readonly family: string;
  readonly kind: string;
  readonly cases: readonly Case[];
}

/** Below this, float32 rounding of terms near 1 is all that a value holds: a gradient that is zero but for rounding. */
const SMALL = 0.01;
const folder = join(root, 'test/keras/fixtures');

/** The families in a folder of fixtures, in the order of their names. The caller states the type of the cases. */
export function readFamilies<Case>(name: string): Family<Case>[] {
  return readdirSync(join(folder, name))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, name, file), 'utf8'), decode) as Family<Case>);
}

/** The value of a JSON text that has tensors as Keras's fixtures have them. */
export function decodeTensors(text: string): unknown {
  return JSON.parse(text, decode);
}

/** The folders of families; those of whole files hold folders. */
export function fixtureFolders(): string[] {
  return readdirSync(folder)
    .filter((name) => readdirSync(join(folder, name)).some((file) => file.endsWith('.json')))
    .sort();
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('shape' in value)) return value;
  if ('int' in value) return { shape: value.shape, data: value.int };
  if (!('f32' in value)) return value;
  const bytes = Buffer.from(value.f32 as string, 'base64');
  const data = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  return { shape: value.shape, data };
}

export function toTensor(fixture: FixtureTensor): Tensor {
  return tensor(Float32Array.from(fixture.data), fixture.shape);
}

/** The largest difference, as a share of the largest absolute value that Keras computed, or of 0.01 where that is less. */
export function relativeDifference(
  actual: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  expected: FixtureTensor,
): number {
  if (actual.shape.join() !== expected.shape.join()) return Infinity;
  let largest = SMALL;
  let difference = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const value = expected.data[i] as number;
    largest = Math.max(largest, Math.abs(value));
    const error = Math.abs((actual.data[i] ?? NaN) - value);
    if (!(error <= difference)) difference = error; // NaN too
  }
  return difference / largest;
}

/** The same for two numbers. */
export function numberDifference(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(SMALL, Math.abs(expected));
}

/** `min_delta` as `minDelta`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A config without its number types, at any depth: Keras writes its own objects, and reads the plain names that we write. */
export function withoutTypes(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(withoutTypes);
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (key === 'dtype' ? [] : [[key, withoutTypes(value)]])),
  );
}

/** What two float32 computations of the same formula may differ by; families/encoding.py allows the same. */
export const KERAS_TOLERANCE = 1e-5;

/** Notes the errors of many comparisons, to print the largest of each family. */
export class ErrorReport {
  readonly #largest = new Map<string, { cases: number; error: number }>();

  case(family: string): void {
    const one = this.#largest.get(family) ?? { cases: 0, error: 0 };
    one.cases += 1;
    this.#largest.set(family, one);
  }

  note(family: string, error: number): boolean {
    const one = this.#largest.get(family);
    if (one && !(error <= one.error)) one.error = error;
    return error <= KERAS_TOLERANCE;
  }

  /** One line for each family, and one for all. */
  lines(): string[] {
    const rows = [...this.#largest];
    const total = rows.reduce((sum, [, { cases }]) => sum + cases, 0);
    const error = rows.reduce((most, [, one]) => Math.max(most, one.error), 0);
    return [...rows, ['all', { cases: total, error }] as const].map(
      ([family, one]) =>
        `${family}: ${one.cases} fixtures, largest error ${one.error === 0 ? '0' : one.error.toExponential(1)}`,
    );
  }
}
