/** HDF5's datatypes and shapes: those that weights and texts have. */
import { halfToFloat } from '../io/half.ts';
import type { H5Bytes } from './hdf5-bytes.ts';

/** How elements are read. */
export type H5Type =
  | { readonly kind: 'float' | 'integer'; readonly size: number; readonly at: ElementAt; readonly plain: boolean }
  | { readonly kind: 'text' | 'texts' | 'opaque' | 'unknown'; readonly size: number };

/** The number at an offset. */
type ElementAt = (view: DataView, offset: number) => number;

/** The sizes of the axes; undefined for a dataspace of nothing. */
export function shapeAt(file: H5Bytes, at: number): readonly number[] | undefined {
  const version = file.u8(at);
  if (version < 1 || version > 2) throw file.unsupported(`a dataspace of version ${version}`);
  const rank = file.u8(at + 1);
  if (rank > 32) throw file.damaged(`a shape has ${rank} axes`);
  if (version === 2 && file.u8(at + 3) === 2) return undefined;
  const first = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => file.u64(first + 8 * axis));
}

const FIXED_POINT = 0;
const FLOATING_POINT = 1;
const STRING = 3;
const OPAQUE = 5;
const ENUMERATION = 8;
const VARIABLE_LENGTH = 9;

/** Bits of the exponent and of the mantissa of the floats that are read, by their size. */
const floats: ReadonlyMap<string, ElementAt> = new Map<string, ElementAt>([
  ['2 5 10', float16],
  ['2 8 7', bfloat16],
]);

/** The datatype of a message. */
export function typeAt(file: H5Bytes, at: number): H5Type {
  const kind = file.u8(at) & 15;
  const bits = file.u8(at + 1);
  const size = file.u32(at + 4);
  const little = (bits & 1) === 0;
  switch (kind) {
    case FIXED_POINT: {
      if (file.u16(at + 8) !== 0 || file.u16(at + 10) !== 8 * size) return { kind: 'unknown', size };
      return integer(size, (bits & 8) !== 0, little);
    }
    case FLOATING_POINT:
      return float(file, at, size, little, bits);
    case STRING:
      return { kind: 'text', size };
    case OPAQUE:
      return { kind: 'opaque', size };
    case ENUMERATION: {
      const base = typeAt(file, at + 8);
      return base.kind === 'integer' ? base : { kind: 'unknown', size };
    }
    case VARIABLE_LENGTH:
      return { kind: (bits & 15) === 1 ? 'texts' : 'unknown', size };
    default:
      return { kind: 'unknown', size };
  }
}

function integer(size: number, signed: boolean, little: boolean): H5Type {
  const read = (at: ElementAt): H5Type => ({ kind: 'integer', size, at, plain: false });
  switch (size) {
    case 1:
      return read((view, at) => (signed ? view.getInt8(at) : view.getUint8(at)));
    case 2:
      return read((view, at) => (signed ? view.getInt16(at, little) : view.getUint16(at, little)));
    case 4:
      return read((view, at) => (signed ? view.getInt32(at, little) : view.getUint32(at, little)));
    case 8:
      return read((view, at) => Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little)));
    default:
      return { kind: 'unknown', size };
  }
}

function float(file: H5Bytes, at: number, size: number, little: boolean, bits: number): H5Type {
  const [exponent, mantissa] = [file.u8(at + 13), file.u8(at + 15)];
  const layout = `${size} ${exponent} ${mantissa}`;
  // Bit 6 marks VAX's order of bytes; the mantissa begins at bit 0, the exponent behind it, the sign last.
  const usual =
    !(bits & 0x40) &&
    file.u16(at + 8) === 0 &&
    file.u16(at + 10) === 8 * size &&
    file.u8(at + 12) === mantissa &&
    file.u8(at + 14) === 0 &&
    file.u32(at + 16) === (1 << (exponent - 1)) - 1;
  if (!usual) return { kind: 'unknown', size };
  if (layout === '4 8 23') return { kind: 'float', size, plain: little, at: (view, i) => view.getFloat32(i, little) };
  if (layout === '8 11 52') return { kind: 'float', size, plain: false, at: (view, i) => view.getFloat64(i, little) };
  const half = floats.get(layout);
  return half && little ? { kind: 'float', size, plain: false, at: half } : { kind: 'unknown', size };
}

/** The two bytes of opaque data that Keras marks as bfloat16. */
export const opaqueBfloat16: H5Type = { kind: 'float', size: 2, plain: false, at: bfloat16 };

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16(view: DataView, at: number): number {
  scratch.setUint32(0, view.getUint16(at, true) << 16);
  return scratch.getFloat32(0);
}

function float16(view: DataView, at: number): number {
  return halfToFloat(view.getUint16(at, true));
}
