/** Tensors and summary values as TensorBoard's messages hold them; the numbers of the fields are those of its .proto files. */
import { MessageWriter } from './message-writer.ts';

/** TensorProto's numbers of the types of elements. */
const FLOAT = 1;
const DOUBLE = 2;
const STRING = 7;

/** How TensorBoard stores a value: as a number, a tensor or a list of blobs. */
export type DataClass = 1 | 2 | 3;
export const SCALAR: DataClass = 1;
export const TENSOR: DataClass = 2;
export const BLOB_SEQUENCE: DataClass = 3;

/** What shows a value. */
export interface Plugin {
  readonly name: string;
  readonly content?: Uint8Array;
  /** Left out where TensorBoard derives it from the plugin's name. */
  readonly dataClass?: DataClass;
}

/** One value of a summary: a tag, what shows it, and the tensor. */
export function summaryValue(tag: string, plugin: Plugin, tensor: MessageWriter): MessageWriter {
  const pluginData = new MessageWriter().text(1, plugin.name);
  if (plugin.content) pluginData.bytes(2, plugin.content);
  const metadata = new MessageWriter().message(1, pluginData).number(4, plugin.dataClass ?? 0);
  return new MessageWriter().text(1, tag).message(8, tensor).message(9, metadata);
}

/** A tensor of float32. */
export function floatTensor(shape: readonly number[], values: readonly number[]): MessageWriter {
  const content = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => content.setFloat32(4 * index, value, true));
  return withContent(FLOAT, shape, content);
}

/** A tensor of float64. */
export function doubleTensor(shape: readonly number[], values: Float64Array): MessageWriter {
  const content = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, index) => content.setFloat64(8 * index, value, true));
  return withContent(DOUBLE, shape, content);
}

/** A tensor of byte strings; texts are UTF-8. */
export function stringTensor(shape: readonly number[], values: readonly (string | Uint8Array)[]): MessageWriter {
  const encoder = new TextEncoder();
  const tensor = tensorOf(STRING, shape);
  for (const value of values) tensor.bytes(8, typeof value === 'string' ? encoder.encode(value) : value);
  return tensor;
}

function withContent(type: number, shape: readonly number[], content: DataView): MessageWriter {
  const tensor = tensorOf(type, shape);
  return content.byteLength === 0 ? tensor : tensor.bytes(4, new Uint8Array(content.buffer));
}

function tensorOf(type: number, shape: readonly number[]): MessageWriter {
  const sizes = new MessageWriter();
  for (const size of shape) sizes.message(2, new MessageWriter().number(1, size));
  return new MessageWriter().number(1, type).message(2, sizes);
}
