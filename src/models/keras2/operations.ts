/** Calls of TensorFlow functions between layers, which Keras 2 writes as `TFOpLambda` layers, as operations of Keras 3. */
import { fieldsOf, isObject } from '../json-reader.ts';
import { objectOf } from './layer-configs.ts';

/** TensorFlow's functions of one or two tensors whose only further argument is a name. */
const operations: ReadonlyMap<unknown, readonly [module: string, className: string]> = new Map([
  ['__operators__.add', ['numpy', 'Add']],
  ['math.add', ['numpy', 'Add']],
  ['math.subtract', ['numpy', 'Subtract']],
  ['math.multiply', ['numpy', 'Multiply']],
  ['math.truediv', ['numpy', 'TrueDivide']],
  ['math.divide', ['numpy', 'TrueDivide']],
  ['math.pow', ['numpy', 'Power']],
  ['math.maximum', ['numpy', 'Maximum']],
  ['math.minimum', ['numpy', 'Minimum']],
  ['math.negative', ['numpy', 'Negative']],
  ['math.abs', ['numpy', 'Absolute']],
  ['math.exp', ['numpy', 'Exp']],
  ['math.log', ['numpy', 'Log']],
  ['math.sqrt', ['numpy', 'Sqrt']],
  ['math.square', ['numpy', 'Square']],
  ['math.sin', ['numpy', 'Sin']],
  ['math.cos', ['numpy', 'Cos']],
  ['math.tanh', ['numpy', 'Tanh']],
  ['math.sigmoid', ['nn', 'Sigmoid']],
  ['nn.relu', ['nn', 'Relu']],
] as const);

/** A layer of a functional config: another one for a known `TFOpLambda`, the same for all others. */
export function translateOperation(layer: object): object {
  const fields = new Map(fieldsOf('a layer', layer));
  const config = fields.get('config');
  if (fields.get('class_name') !== 'TFOpLambda' || !isObject(config)) return layer;
  const { function: called, name } = Object.fromEntries(fieldsOf('a TFOpLambda', config));
  const operation = operations.get(called);
  if (!operation) return layer;
  const [module, className] = operation;
  const calls = fields.get('inbound_nodes') as readonly unknown[];
  return objectOf(
    new Map([
      ...fields,
      ['module', `keras.src.ops.${module}`],
      ['class_name', className],
      ['config', { name }],
      ['inbound_nodes', calls.map(positional)],
    ]),
  );
}

// TensorFlow's second operand is the keyword y.
function positional(call: unknown): unknown {
  if (!isObject(call)) return call;
  const { args, kwargs } = Object.fromEntries(fieldsOf('a call', call));
  if (!Array.isArray(args) || !isObject(kwargs)) return call;
  const rest = new Map(fieldsOf('a call', kwargs));
  rest.delete('name');
  const y = rest.get('y');
  rest.delete('y');
  return { args: y === undefined ? args : [...(args as unknown[]), y], kwargs: objectOf(rest) };
}
