/** Reads safetensors files: names, tensors and metadata, and nothing that runs. */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { ByteBudget } from '../byte-budget.ts';
import { readHeader, refused, shortened, WHERE, type TensorEntry } from './header.ts';

/** What a safetensors file holds. */
export interface Safetensors {
  /** In the order of their bytes in the file. A Map, because a name may be any text, `__proto__` too. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Texts about the file, such as `format`. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ReadSafetensorsOptions {
  /** Read these tensors only; default all. */
  readonly names?: readonly string[];
}

/**
 * Reads a safetensors file. F32, F16, BF16, I8, U8, I16, U16 and BOOL (0 and 1) become float32 exactly. F64 is rounded to
 * float32, and programs in float64 still see the doubles. I32, U32, I64 and U64 must hold integers that float32 holds exactly.
 * @param bytes of the whole file; they are copied
 * @param options `names` of the tensors to read; default all
 * @throws FormatError for a file that breaks a rule of the format, an element that float32 cannot hold, other element
 *   types, and for a file whose tensors take more memory than twice its size plus 32 MB; ArgumentError for a name that the
 *   file does not have
 * @example readSafetensors(bytes).tensors.get('dense.kernel')?.shape // [64, 10]
 */
export function readSafetensors(bytes: Uint8Array, options: ReadSafetensorsOptions = {}): Safetensors {
  if (!(bytes instanceof Uint8Array)) {
    throw new ArgumentError(`${WHERE}: got ${describeValue(bytes)}. Give the bytes of a file as a Uint8Array.`, {
      where: WHERE,
      got: bytes,
    });
  }
  const { names } = optionsOf(WHERE, options);
  const budget = new ByteBudget(WHERE, bytes.length);
  const { entries, metadata, dataStart } = readHeader(bytes, budget);
  const tensors = new Map<string, Tensor>();
  for (const entry of chosen(entries, names)) {
    tensors.set(entry.name, readTensor(entry, bytes.subarray(dataStart + entry.start, dataStart + entry.end), budget));
  }
  return { tensors, metadata };
}

function chosen(entries: readonly TensorEntry[], names: readonly string[] | undefined): readonly TensorEntry[] {
  if (names === undefined) return entries;
  const given: unknown = names;
  if (!Array.isArray(given)) throw wrongNames(`\`names\` is ${describeValue(given)}. Give an array of names.`, given);
  const wanted = new Set<unknown>(given);
  const found = entries.filter(({ name }) => wanted.delete(name));
  for (const name of wanted) {
    const known = entries.slice(0, 10).map((entry) => shortened(entry.name));
    const more = entries.length > known.length ? ', ...' : '.';
    throw wrongNames(
      `the file has no tensor ${describeValue(name)}. It has ${entries.length}: ${known.join(', ')}${more}`,
      name,
    );
  }
  return found;
}

function wrongNames(what: string, got: unknown): ArgumentError {
  return new ArgumentError(`${WHERE}: ${what}`, { where: WHERE, got });
}

const OTHERS = 'Give the names of the other tensors as `names` to read those.';

function readTensor({ name, type, dtype, shape }: TensorEntry, bytes: Uint8Array, budget: ByteBudget): Tensor {
  const { read, bits } = dtype;
  if (read === undefined) throw refused(name, `has elements of ${type}, which are not read`, OTHERS);
  const count = (8 * bytes.length) / bits;
  budget.charge(
    count * (type === 'F64' ? 12 : 4),
    `the tensor '${shortened(name)}', ${count} elements of ${type} as float32,`,
    'Give some of the names as `names` to read fewer at a time.',
  );
  const { data, wide, inexact } = read(bytes);
  if (inexact !== undefined) {
    throw refused(name, `has an integer of ${type} at position ${inexact} that float32 cannot hold exactly`, OTHERS);
  }
  return new Tensor(shape, data, wide === undefined ? {} : { wide });
}
