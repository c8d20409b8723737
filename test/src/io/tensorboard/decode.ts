/** Reads event files byte by byte, by the description of the formats and not by the code that writes them. */
import { inflateSync } from 'node:zlib';

/** What a field of a message holds: a whole number, eight or four bytes as a number, or bytes. */
type Field = { readonly number: number; readonly value: bigint | number | Uint8Array };

export interface DecodedValue {
  readonly tag: string;
  readonly plugin: string;
  readonly content: Uint8Array;
  readonly dataClass: number;
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
  readonly strings: readonly Uint8Array[];
}

export interface DecodedEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion: string | undefined;
  readonly values: readonly DecodedValue[];
  /** By name, the class and the inputs of each node of the run's graph. */
  readonly graph: Readonly<
    Record<
      string,
      { readonly op: string; readonly inputs: readonly string[]; readonly shapes: readonly (readonly number[])[] }
    >
  >;
}

/** One bit at a time, so that it shares nothing with the tables that it judges. */
function crc(bytes: Uint8Array, polynomial: number): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ polynomial : register >>> 1;
  }
  return (register ^ 0xffffffff) >>> 0;
}

function masked(bytes: Uint8Array): number {
  const sum = BigInt(crc(bytes, 0x82f63b78));
  return Number((((sum >> 15n) | (sum << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The data of the records; what is cut off at the end is left. @throws for a wrong checksum */
export function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== masked(bytes.subarray(at, at + 8))) throw new Error(`length at ${at}`);
    if (at + 16 + length > bytes.length) break;
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== masked(data)) throw new Error(`data at ${at}`);
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** The fields of a message, in order. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('a number is cut off');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >> 3;
    if ((key & 7) === 0) fields.push({ number, value: varint() });
    else if ((key & 7) === 1) {
      fields.push({ number, value: view.getFloat64(at, true) });
      at += 8;
    } else if ((key & 7) === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw new Error('bytes are cut off');
      fields.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw new Error(`wire type ${key & 7}`);
  }
  return fields;
}

const none = new Uint8Array(0);
export const bytesOf = (fields: readonly Field[], number: number): Uint8Array =>
  (fields.find((one) => one.number === number)?.value as Uint8Array | undefined) ?? none;
export const allOf = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.filter((one) => one.number === number).map(({ value }) => value as Uint8Array);
export const numberOf = (fields: readonly Field[], number: number): number =>
  Number(fields.find((one) => one.number === number)?.value ?? 0);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function decodeValue(bytes: Uint8Array): DecodedValue {
  const fields = fieldsOf(bytes);
  const tensor = fieldsOf(bytesOf(fields, 8));
  const metadata = fieldsOf(bytesOf(fields, 9));
  const plugin = fieldsOf(bytesOf(metadata, 1));
  const content = bytesOf(tensor, 4);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const size = numberOf(tensor, 1) === 2 ? 8 : 4;
  return {
    tag: textOf(bytesOf(fields, 1)),
    plugin: textOf(bytesOf(plugin, 1)),
    content: bytesOf(plugin, 2),
    dataClass: numberOf(metadata, 4),
    shape: allOf(fieldsOf(bytesOf(tensor, 2)), 2).map((dim) => numberOf(fieldsOf(dim), 1)),
    numbers: Array.from({ length: content.length / size }, (_, i) =>
      size === 8 ? view.getFloat64(8 * i, true) : view.getFloat32(4 * i, true),
    ),
    strings: allOf(tensor, 8),
  };
}

function decodeNode(bytes: Uint8Array): [string, DecodedEvent['graph'][string]] {
  const fields = fieldsOf(bytes);
  const attribute = fieldsOf(bytesOf(fields, 5));
  if (textOf(bytesOf(attribute, 1)) !== '_output_shapes') throw new Error('an attribute');
  const shapes = allOf(fieldsOf(bytesOf(fieldsOf(bytesOf(attribute, 2)), 1)), 7).map((shape) =>
    allOf(fieldsOf(shape), 2).map((size) => Number(BigInt.asIntN(64, (fieldsOf(size)[0]?.value as bigint) ?? 0n))),
  );
  return [textOf(bytesOf(fields, 1)), { op: textOf(bytesOf(fields, 2)), inputs: allOf(fields, 3).map(textOf), shapes }];
}

/** The events of a file. */
export function decodeEvents(file: Uint8Array): DecodedEvent[] {
  return recordsIn(file).map((record) => {
    const fields = fieldsOf(record);
    const version = textOf(bytesOf(fields, 3));
    return {
      wallTime: numberOf(fields, 1),
      step: numberOf(fields, 2),
      fileVersion: version === '' ? undefined : version,
      values: allOf(fieldsOf(bytesOf(fields, 5)), 1).map(decodeValue),
      graph: Object.fromEntries(allOf(fieldsOf(bytesOf(fields, 4)), 1).map(decodeNode)),
    };
  });
}

/** The size and the bytes of a PNG's pixels; its checksums and filters are checked. */
export function decodePng(file: Uint8Array): {
  width: number;
  height: number;
  colorType: number;
  pixels: Uint8Array;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (textOf(file.subarray(1, 4)) !== 'PNG') throw new Error('no PNG');
  let [width, height, colorType] = [0, 0, 0];
  let pixels = none;
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const kind = textOf(file.subarray(at + 4, at + 8));
    const data = file.subarray(at + 8, at + 8 + length);
    if (view.getUint32(at + 8 + length) !== crc(file.subarray(at + 4, at + 8 + length), 0xedb88320))
      throw new Error(`checksum of ${kind}`);
    if (kind === 'IHDR') {
      width = view.getUint32(at + 8);
      height = view.getUint32(at + 12);
      colorType = data[9] ?? -1;
    }
    if (kind === 'IDAT') {
      const rows = inflateSync(data);
      const stride = rows.length / height;
      pixels = Uint8Array.from(rows.filter((_, i) => i % stride !== 0));
      for (let y = 0; y < height; y++) if (rows[y * stride] !== 0) throw new Error('a filter');
    }
    at += 12 + length;
  }
  return { width, height, colorType, pixels };
}
