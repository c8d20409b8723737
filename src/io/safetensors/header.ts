/** The header of a safetensors file: which tensors stand where, and the metadata; checked as the reference reader does. */
import { FormatError } from '../../errors.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { ByteBudget } from '../byte-budget.ts';
import { dtypes, type Dtype } from './dtypes.ts';
import { JsonScanner } from './json-scanner.ts';

/** Begins messages. */
export const WHERE = 'readSafetensors';
/** Bytes of the header's length. */
export const LENGTH_BYTES = 8;
export const MAX_HEADER_BYTES = 100_000_000;
/** The one name that no tensor can have. */
export const METADATA_KEY = '__metadata__';

/** Bytes that the record of a tensor takes in memory, beside its name, shape and data: measured, and rounded up. */
const TENSOR_COST = 1_000;
const METADATA_COST = 250;
const DIMENSION_COST = 50;

export interface TensorEntry {
  readonly name: string;
  readonly type: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** Where its bytes begin and end, counted from the end of the header. */
  readonly start: number;
  readonly end: number;
}

export interface Header {
  /** In the order of their bytes. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the bytes of the tensors begin in the file. */
  readonly dataStart: number;
}

/** @throws FormatError unless every rule of the format holds */
export function readHeader(bytes: Uint8Array, budget: ByteBudget): Header {
  const dataStart = LENGTH_BYTES + headerLength(bytes);
  const scanner = new JsonScanner(bytes.subarray(LENGTH_BYTES, dataStart), WHERE, budget);
  if (bytes[LENGTH_BYTES] !== 0x7b) throw scanner.fault("it does not begin with '{'");
  const entries = new Map<string, TensorEntry>();
  let metadata: Map<string, string> | undefined;
  scanner.object((name) => {
    if (name === METADATA_KEY) {
      if (metadata !== undefined) throw scanner.fault(`'${METADATA_KEY}' stands there twice`);
      metadata = readMetadata(scanner, budget);
      return;
    }
    if (entries.has(name)) throw refused(name, 'stands there twice');
    budget.charge(TENSOR_COST, `the tensor '${shortened(name)}'`);
    entries.set(name, readEntry(scanner, name, budget));
  });
  scanner.end();
  const sorted = [...entries.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  checkCoverage(sorted, bytes.length - dataStart);
  return { entries: sorted, metadata: metadata ?? new Map(), dataStart };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new FormatError(`${WHERE}: ${bytes.length} bytes are no safetensors file, which has 8 at least.`, {
      where: WHERE,
      got: bytes.length,
      expected: LENGTH_BYTES,
    });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES);
  if (length > limit) {
    throw new FormatError(
      `${WHERE}: the first 8 bytes say that the header has ${length} bytes, and it can have ${limit} at most in a file of ${bytes.length} bytes (100,000,000 in any). The file is cut short, damaged or of another format.`,
      { where: WHERE, got: length, expected: limit },
    );
  }
  return Number(length);
}

function readMetadata(scanner: JsonScanner, budget: ByteBudget): Map<string, string> {
  const metadata = new Map<string, string>();
  if (scanner.takeNull()) return metadata;
  scanner.object((key) => {
    if (metadata.has(key)) throw scanner.fault(`the metadata has the key '${shortened(key)}' twice`);
    const value = scanner.string();
    budget.charge(METADATA_COST, `the metadata '${shortened(key)}'`);
    metadata.set(key, value);
  });
  return metadata;
}

function readEntry(scanner: JsonScanner, name: string, budget: ByteBudget): TensorEntry {
  let type: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const once = (field: string, value: unknown): void => {
    if (value !== undefined) throw refused(name, `has its ${field} twice`);
  };
  scanner.object((field) => {
    if (field === 'dtype') {
      once(field, type);
      type = scanner.string();
    } else if (field === 'shape') {
      once(field, shape);
      shape = readCounts(scanner, () => budget.charge(DIMENSION_COST, `the shape of '${shortened(name)}'`));
    } else if (field === 'data_offsets') {
      once(field, offsets);
      let left = 2;
      offsets = readCounts(scanner, () => {
        if (left-- === 0) throw refused(name, 'has more than two data_offsets');
      });
    } else {
      throw refused(name, `has the field '${shortened(field)}', and only dtype, shape and data_offsets are known`);
    }
  });
  if (type === undefined) throw refused(name, 'has no dtype');
  if (shape === undefined) throw refused(name, 'has no shape');
  const [start, end] = offsets ?? [];
  if (start === undefined || end === undefined) throw refused(name, 'has no two data_offsets');
  const dtype = dtypes.get(type);
  if (dtype === undefined) throw refused(name, `has the unknown dtype '${shortened(type)}'`);
  checkSize({ name, type, dtype, shape, start, end });
  return { name, type, dtype, shape, start, end };
}

function readCounts(scanner: JsonScanner, before: () => void): number[] {
  const counts: number[] = [];
  scanner.array(() => {
    before();
    counts.push(scanner.count());
  });
  return counts;
}

function checkSize({ name, type, dtype, shape, start, end }: TensorEntry): void {
  let bits = dtype.bits;
  for (const length of shape) {
    bits *= length;
    if (!Number.isSafeInteger(bits)) throw refused(name, `has the impossible shape ${shapeText(shape)}`);
  }
  if (end - start !== bits / 8) {
    throw refused(
      name,
      `of ${type} ${shapeText(shape)} has ${bits / 8} bytes, and its data_offsets [${start}, ${end}] hold ${end - start}`,
    );
  }
}

/** The tensors follow each other without holes and overlaps, from the end of the header to the end of the file. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, start, end } of entries) {
    if (start !== covered) {
      throw refused(
        name,
        `begins at ${start}, where the one before it ends at ${covered}: holes and overlaps are not allowed`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new FormatError(
      `${WHERE}: the tensors have ${covered} bytes, and ${dataBytes} follow the header. The file is cut short, too long or damaged.`,
      { where: WHERE, got: dataBytes, expected: covered },
    );
  }
}

/** @internal A fault of one tensor. */
export function refused(
  name: string,
  what: string,
  wayOut = 'The file is damaged or was made by a faulty program.',
): FormatError {
  return new FormatError(`${WHERE}: the tensor '${shortened(name)}' ${what}. ${wayOut}`, { where: WHERE, got: name });
}

const shapeText = (shape: Shape): string => (shape.length > 20 ? `of ${shape.length} dimensions` : formatShape(shape));

export const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text);
