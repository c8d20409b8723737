/** Writes PNG pictures of 8 bits a channel; the engine's own deflate compresses them. */
import { ArgumentError } from '../../errors.ts';
import { crc32 } from '../crc.ts';

/** Pixels by row, channels last: 1 grey, 3 red, green and blue, 4 with opacity. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const BIT_DEPTH = 8;
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * The bytes of a PNG file.
 * @throws ArgumentError when the number of pixels is not width * height * channels
 */
export async function encodePng({ width, height, channels, pixels }: Picture): Promise<Uint8Array> {
  const row = width * channels;
  if (!(width > 0 && height > 0 && COLOR_TYPES[channels] !== undefined && pixels.length === row * height)) {
    throw new ArgumentError(
      `png: ${pixels.length} bytes for ${width} x ${height} pixels of ${channels} channels. Give width * height * channels bytes; 1, 3 or 4 channels.`,
      { where: 'png', got: pixels.length, expected: row * height },
    );
  }
  // Each row begins with the number of its filter; 0 is none.
  const filtered = new Uint8Array((row + 1) * height);
  for (let y = 0; y < height; y++) filtered.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([BIT_DEPTH, COLOR_TYPES[channels], 0, 0, 0], 8);
  return concatenate([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', await deflate(filtered)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

// Length, kind, data, and the checksum of kind and data; big-endian.
function chunk(kind: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = kind.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

// 'deflate' is the format of zlib, with its header and checksum, which is what PNG asks for.
async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
