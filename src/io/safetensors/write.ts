/** Writes safetensors files, the same bytes as the Python library. */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { LENGTH_BYTES, MAX_HEADER_BYTES, METADATA_KEY } from './header.ts';

const WHERE = 'writeSafetensors';
const ELEMENT_BYTES = 4;

export interface WriteSafetensorsOptions {
  /** Texts about the file, by keys; default none. */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
}

/**
 * Writes tensors as a safetensors file, in float32.
 * @param tensors by name, in an object or a Map; the file has them in the order of their names, whatever order they come in
 * @param options `metadata`: texts about the file
 * @returns the bytes of the file, the same for the same tensors and metadata
 * @throws ArgumentError for a value that is no tensor or has no values yet, for names or texts that no file can hold
 * @example writeSafetensors({ kernel: tensor([[1, 2]]) }, { metadata: { format: 'pt' } })
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>,
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  const { metadata } = optionsOf(WHERE, options);
  const entries = entriesOf<Tensor>(tensors, 'tensors').sort(([a], [b]) => compareUtf8(a, b));
  const header = headerOf(entries, metadata);
  const dataStart = LENGTH_BYTES + header.length;
  const file = new Uint8Array(dataStart + entries.reduce((sum, [, { size }]) => sum + size * ELEMENT_BYTES, 0));
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, LENGTH_BYTES);
  let offset = dataStart;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

function headerOf(entries: readonly [string, Tensor][], metadata: WriteSafetensorsOptions['metadata']): Uint8Array {
  const members: string[] = [];
  if (metadata !== undefined)
    members.push(`"${METADATA_KEY}":${metadataText(entriesOf<string>(metadata, 'metadata'))}`);
  let offset = 0;
  for (const [name, value] of entries) {
    checkTensor(name, value);
    const end = offset + value.size * ELEMENT_BYTES;
    members.push(
      `${quoted(name)}:${JSON.stringify({ dtype: 'F32', shape: value.shape, data_offsets: [offset, end] })}`,
    );
    offset = end;
  }
  const text = new TextEncoder().encode(`{${members.join(',')}}`);
  // Spaces, so that the tensors begin at a multiple of 8.
  const padded = new Uint8Array(Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES).fill(0x20);
  padded.set(text);
  if (padded.length <= MAX_HEADER_BYTES) return padded;
  throw refused(
    `the header has ${padded.length} bytes, and readers take 100,000,000. Write several files`,
    padded.length,
  );
}

function metadataText(entries: readonly [string, string][]): string {
  const members = entries.map(([key, value]) => {
    if (typeof value === 'string') return `${quoted(key)}:${quoted(value)}`;
    throw refused(`the metadata '${key}' is ${describeValue(value)}. Give texts`, value);
  });
  return `{${members.join(',')}}`;
}

function checkTensor(name: string, value: unknown): void {
  if (name === METADATA_KEY) throw refused(`no tensor can have the name '${METADATA_KEY}'. Choose another`, name);
  if (!(value instanceof Tensor)) throw refused(`'${name}' is ${describeValue(value)}. Give a tensor`, value);
  if (!value.hasData)
    throw refused(`'${name}' is being traced and has no values yet. Write what the function returns`, value);
}

/** JSON's form of a text, which serde, the library's, has in common with JavaScript. */
function quoted(text: string): string {
  if (/\p{Surrogate}/u.test(text))
    throw refused(`${JSON.stringify(text)} has half a surrogate pair, no character`, text);
  return JSON.stringify(text);
}

function entriesOf<Value>(given: unknown, what: string): [string, Value][] {
  const entries: [unknown, Value][] | undefined =
    given instanceof Map
      ? [...given]
      : typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Tensor)
        ? Object.entries(given)
        : undefined;
  const isKeyed = (all: typeof entries): all is [string, Value][] =>
    all !== undefined && all.every(([key]) => typeof key === 'string');
  if (isKeyed(entries)) return entries;
  throw refused(`the ${what} are ${describeValue(given)}. Give them by name, in an object or a Map`, given);
}

/** The order of UTF-8 bytes, which is that of code points and not that of JavaScript's strings. */
function compareUtf8(a: string, b: string): number {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  // Where one begins with the other, the shorter is first.
  return at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

function refused(what: string, got: unknown): ArgumentError {
  return new ArgumentError(`${WHERE}: ${what}.`, { where: WHERE, got });
}
