/** What the Python library safetensors wrote, read and refused; generate.py makes the file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.ts';

export interface FixtureTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Little-endian float32, in base64 in the file. */
  readonly f32: Uint8Array;
  /** The doubles that it was rounded from. */
  readonly f64?: Uint8Array;
}

export interface Written {
  readonly case: string;
  readonly tensors: readonly FixtureTensor[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly file: Uint8Array;
}

export interface Judged {
  readonly case: string;
  readonly file: Uint8Array;
  /** The library's message; null for a file that it takes. */
  readonly refusal: string | null;
}

interface Fixtures {
  readonly written: readonly Written[];
  readonly read: readonly Omit<Written, 'metadata'>[];
  readonly judged: readonly Judged[];
}

const decode = (key: string, value: unknown): unknown =>
  ['file', 'f32', 'f64'].includes(key) ? Uint8Array.from(Buffer.from(value as string, 'base64')) : value;

export const fixtures: Fixtures = JSON.parse(
  readFileSync(join(root, 'test/safetensors/fixtures.json'), 'utf8'),
  // `__proto__` is a name there like any other, and JSON.parse keeps it so.
  decode,
) as Fixtures;
