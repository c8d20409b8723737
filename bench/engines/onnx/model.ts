/** Encodes an ONNX model (onnx.proto, IR version 8, opset 17) with float32 tensors. */
import { Message } from './protobuf.ts';

export type Attribute = number | string | readonly number[];

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers and lists of them are integers to ONNX, strings strings. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Attributes that ONNX wants as floats. */
  readonly floats?: Readonly<Record<string, number>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** Tensors that the model holds. */
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Names; their shapes are inferred. */
  readonly outputs: readonly string[];
}

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { float: 1, integer: 2, string: 3, integers: 7 } as const;
const IR_VERSION = 8;
const OPSET = 17;

export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body = new Message();
  for (const node of graph.nodes) body.message(1, encodeNode(node));
  body.text(2, 'bench');
  for (const constant of graph.constants) body.message(5, encodeTensor(constant));
  for (const { name, shape } of graph.inputs) body.message(11, encodeValue(name, shape));
  for (const name of graph.outputs) body.message(12, encodeValue(name));
  return new Message()
    .integer(1, IR_VERSION)
    .message(7, body)
    .message(8, new Message().text(1, '').integer(2, OPSET))
    .toBytes();
}

function encodeNode({ op, inputs, outputs, attributes = {}, floats = {} }: OnnxNode): Message {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(4, op);
  for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
  for (const [name, value] of Object.entries(floats)) {
    node.message(5, new Message().text(1, name).float(2, value).integer(20, ATTRIBUTE.float));
  }
  return node;
}

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, ATTRIBUTE.integer);
  if (typeof value === 'string') return message.text(4, value).integer(20, ATTRIBUTE.string);
  for (const item of value) message.integer(8, item);
  return message.integer(20, ATTRIBUTE.integers);
}

function encodeTensor({ name, shape, data }: OnnxTensor): Message {
  const message = new Message();
  for (const length of shape) message.integer(1, length);
  return message
    .integer(2, data instanceof Float32Array ? FLOAT : INT64)
    .text(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function encodeValue(name: string, shape?: readonly number[]): Message {
  const type = new Message().integer(1, FLOAT);
  if (shape) {
    const dimensions = new Message();
    for (const length of shape) dimensions.message(1, new Message().integer(1, length));
    type.message(2, dimensions);
  }
  return new Message().text(1, name).message(2, new Message().message(1, type));
}
