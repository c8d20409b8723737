/** Calls of TensorFlow functions between layers, which Keras 2 writes as `TFOpLambda` layers, as operations of Keras 3. */
import { fieldsOf, isObject, type Fields } from '../json-reader.ts';
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

/** Functions whose settings stand among the arguments of the call in Keras 2, and in the config in Keras 3. */
const reductions: ReadonlyMap<unknown, string> = new Map([
  ['math.reduce_mean', 'Mean'],
  ['math.reduce_sum', 'Sum'],
  ['math.reduce_max', 'Max'],
  ['math.reduce_min', 'Min'],
]);

/** A layer of a functional config: another one for a known `TFOpLambda`, the same for all others. */
export function translateOperation(layer: object): object {
  const fields = new Map(fieldsOf('a layer', layer));
  const config = fields.get('config');
  if (fields.get('class_name') !== 'TFOpLambda' || !isObject(config)) return layer;
  const { function: called, name } = Object.fromEntries(fieldsOf('a TFOpLambda', config));
  const calls = fields.get('inbound_nodes') as readonly unknown[];
  const operation = (module: string, className: string, settings: object, inbound: readonly unknown[]): object =>
    objectOf(
      new Map([
        ...fields,
        ['module', `keras.src.ops.${module}`],
        ['class_name', className],
        ['config', { name, ...settings }],
        ['inbound_nodes', inbound],
      ]),
    );
  const reduction = reductions.get(called);
  if (reduction !== undefined) {
    const [first] = calls.map(argumentsOf);
    const { axis = null, keepdims = false } = Object.fromEntries(first?.kwargs ?? []);
    return operation(
      'numpy',
      reduction,
      { axis, keepdims },
      calls.map((call) => withoutKwargs(call, ['axis', 'keepdims'])),
    );
  }
  const known = operations.get(called);
  return known ? operation(known[0], known[1], {}, calls.map(positional)) : layer;
}

interface Arguments {
  readonly args: readonly unknown[];
  readonly kwargs: Fields;
}

function argumentsOf(call: unknown): Arguments | undefined {
  if (!isObject(call)) return undefined;
  const { args, kwargs } = Object.fromEntries(fieldsOf('a call', call));
  return Array.isArray(args) && isObject(kwargs)
    ? { args: args as readonly unknown[], kwargs: fieldsOf('a call', kwargs) }
    : undefined;
}

/** Without these and the name, which mean nothing here. */
function withoutKwargs(call: unknown, keys: readonly string[]): unknown {
  const given = argumentsOf(call);
  if (!given) return call;
  const rest = [...given.kwargs].filter(([key]) => key !== 'name' && !keys.includes(key));
  return { args: given.args, kwargs: objectOf(new Map(rest)) };
}

// TensorFlow's second operand is the keyword y.
function positional(call: unknown): unknown {
  const given = argumentsOf(call);
  if (!given?.kwargs.has('y')) return withoutKwargs(call, []);
  return withoutKwargs({ args: [...given.args, given.kwargs.get('y')], kwargs: objectOf(given.kwargs) }, ['y']);
}
