/** Safetensors files made by hand. */
import type { Safetensors } from '../../../../src/safetensors.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';

/** A file with this header, whatever it says. */
export function fileOf(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Uint8Array.from(Buffer.concat([length, text, data]));
}

/** A file with one tensor, `x`. */
export function safetensorsFile(dtype: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  return fileOf(JSON.stringify({ x: { dtype, shape, data_offsets: [0, data.length] } }), data);
}

/** The only tensor of a file. */
export function oneTensor({ tensors }: Safetensors): Tensor {
  const [value] = tensors.values();
  if (tensors.size !== 1 || value === undefined) throw new Error(`${tensors.size} tensors`);
  return value;
}
