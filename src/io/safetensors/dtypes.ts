/** The element types of safetensors files: their sizes, and how those that become tensors are read. */
import { bitsOfHalf } from '../half.ts';

/** What becomes of the bytes of one tensor. */
export interface Elements {
  readonly data: Float32Array;
  /** The same in double precision, where the file has it. */
  readonly wide?: Float64Array;
  /** Position of the first element that float32 cannot hold. */
  readonly inexact?: number;
}

export interface Dtype {
  /** Bits of one element. */
  readonly bits: number;
  /** Undefined for types that are not read. Nothing is allocated but the elements. */
  readonly read?: (bytes: Uint8Array) => Elements;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Copies. The byte order of the machine is that of the files: every engine that runs WebAssembly is little-endian. */
function readFloat32(bytes: Uint8Array): Elements {
  const data = new Float32Array(bytes.length / 4);
  new Uint8Array(data.buffer).set(bytes);
  return { data };
}

function readFloat64(bytes: Uint8Array): Elements {
  const wide = new Float64Array(bytes.length / 8);
  new Uint8Array(wide.buffer).set(bytes);
  return { data: new Float32Array(wide), wide };
}

function readBoolean(bytes: Uint8Array): Elements {
  const data = new Float32Array(bytes.length);
  for (let i = 0; i < data.length; i++) data[i] = bytes[i] === 0 ? 0 : 1;
  return { data };
}

function readBfloat16(bytes: Uint8Array): Elements {
  const bits = new Uint32Array(bytes.length / 2);
  // The upper half of a float32.
  for (let i = 0; i < bits.length; i++) bits[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24);
  return { data: new Float32Array(bits.buffer) };
}

function readFloat16(bytes: Uint8Array): Elements {
  const bits = new Uint32Array(bytes.length / 2);
  for (let i = 0; i < bits.length; i++) bits[i] = bitsOfHalf(bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
  return { data: new Float32Array(bits.buffer) };
}

/** @param at the integer at a position in bytes, NaN where no double is the same */
const readIntegers =
  (size: number, at: (view: DataView, position: number) => number) =>
  (bytes: Uint8Array): Elements => {
    const view = viewOf(bytes);
    const data = new Float32Array(bytes.length / size);
    let inexact: number | undefined;
    for (let i = 0; i < data.length; i++) {
      const value = at(view, i * size);
      data[i] = value;
      if (data[i] !== value) inexact ??= i;
    }
    return inexact === undefined ? { data } : { data, inexact };
  };

/** A 64-bit integer as a double. */
const wideInteger =
  (upperOf: (view: DataView, position: number) => number) =>
  (view: DataView, position: number): number => {
    const upper = upperOf(view, position + 4) * 0x1_0000_0000;
    const lower = view.getUint32(position, true);
    // What was lost by rounding the sum shows when the larger part is taken away again.
    return upper + lower - upper === lower ? upper + lower : NaN;
  };

/** By the names in the files. The format's own list: a type that is missing here makes a file unreadable. */
export const dtypes: ReadonlyMap<string, Dtype> = /* @__PURE__ */ new Map<string, Dtype>([
  ['F32', { bits: 32, read: readFloat32 }],
  ['F64', { bits: 64, read: readFloat64 }],
  ['F16', { bits: 16, read: readFloat16 }],
  ['BF16', { bits: 16, read: readBfloat16 }],
  ['I8', { bits: 8, read: /* @__PURE__ */ readIntegers(1, (view, position) => view.getInt8(position)) }],
  ['U8', { bits: 8, read: /* @__PURE__ */ readIntegers(1, (view, position) => view.getUint8(position)) }],
  ['I16', { bits: 16, read: /* @__PURE__ */ readIntegers(2, (view, position) => view.getInt16(position, true)) }],
  ['U16', { bits: 16, read: /* @__PURE__ */ readIntegers(2, (view, position) => view.getUint16(position, true)) }],
  ['I32', { bits: 32, read: /* @__PURE__ */ readIntegers(4, (view, position) => view.getInt32(position, true)) }],
  ['U32', { bits: 32, read: /* @__PURE__ */ readIntegers(4, (view, position) => view.getUint32(position, true)) }],
  [
    'I64',
    {
      bits: 64,
      read: /* @__PURE__ */ readIntegers(
        8,
        /* @__PURE__ */ wideInteger((view, position) => view.getInt32(position, true)),
      ),
    },
  ],
  [
    'U64',
    {
      bits: 64,
      read: /* @__PURE__ */ readIntegers(
        8,
        /* @__PURE__ */ wideInteger((view, position) => view.getUint32(position, true)),
      ),
    },
  ],
  ['BOOL', { bits: 8, read: readBoolean }],
  ['C64', { bits: 64 }],
  ['F8_E5M2', { bits: 8 }],
  ['F8_E4M3', { bits: 8 }],
  ['F8_E8M0', { bits: 8 }],
  ['F8_E4M3FNUZ', { bits: 8 }],
  ['F8_E5M2FNUZ', { bits: 8 }],
  ['F6_E2M3', { bits: 6 }],
  ['F6_E3M2', { bits: 6 }],
  ['F4', { bits: 4 }],
]);
