/**
 * Ops between symbolic tensors as Keras 3 writes them: one "operation" per call, named after a class of `keras.ops`,
 * with the op's arguments in `inbound_nodes` and its settings in `config`.
 */
import { FormatError, ArgumentError } from '../errors.ts';
import { layerClasses } from '../layers/classes.ts';
import { OpLayer, type Config, type Json } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import * as ops from '../ops/index.ts';
import { Symbolic, type PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { isEnvelope, listOf, stringOf, fieldsOf, envelopeOf, type Envelope, type Fields } from './json-reader.ts';

/** How one op stands in a file. */
interface OperationRule {
  /** Our name of the op, and the name of its Keras class. */
  readonly op: string;
  readonly kerasName: string;
  readonly module: 'numpy' | 'nn';
  /** Our options as Keras's config. */
  readonly write: (options: Options) => Config;
  /** Keras's config as our options. */
  readonly read: (config: Fields) => Options;
}

type Options = Readonly<Record<string, unknown>>;

const none = { write: () => ({}), read: () => ({}) } as const;

const axisOnly = (fallback: number) => ({
  write: ({ axis = fallback }: Options) => ({ axis: axis as Json }),
  read: (config: Fields) => ({ axis: config.get('axis') ?? fallback }),
});

const reduction = {
  write: ({ axis = null, keepDims = false }: Options) => ({ axis: axis as Json, keepdims: keepDims as Json }),
  read: (config: Fields) => ({
    ...((config.get('axis') ?? null) === null ? {} : { axis: config.get('axis') }),
    keepDims: config.get('keepdims') === true,
  }),
};

const numpy = (op: string, kerasName: string, rest: Pick<OperationRule, 'write' | 'read'> = none): OperationRule => ({
  op,
  kerasName,
  module: 'numpy',
  ...rest,
});
const nn = (op: string, kerasName: string, rest: Pick<OperationRule, 'write' | 'read'> = none): OperationRule => ({
  op,
  kerasName,
  module: 'nn',
  ...rest,
});

const rules: readonly OperationRule[] = [
  numpy('add', 'Add'),
  numpy('sub', 'Subtract'),
  numpy('mul', 'Multiply'),
  numpy('div', 'TrueDivide'),
  numpy('div', 'Divide'),
  numpy('pow', 'Power'),
  numpy('maximum', 'Maximum'),
  numpy('minimum', 'Minimum'),
  numpy('neg', 'Negative'),
  numpy('abs', 'Absolute'),
  numpy('sign', 'Sign'),
  numpy('exp', 'Exp'),
  numpy('expm1', 'Expm1'),
  numpy('log', 'Log'),
  numpy('log1p', 'Log1p'),
  numpy('sqrt', 'Sqrt'),
  numpy('square', 'Square'),
  numpy('sin', 'Sin'),
  numpy('cos', 'Cos'),
  numpy('tanh', 'Tanh'),
  numpy('floor', 'Floor'),
  numpy('equal', 'Equal'),
  numpy('notEqual', 'NotEqual'),
  numpy('greater', 'Greater'),
  numpy('less', 'Less'),
  numpy('where', 'Where'),
  numpy('matmul', 'Matmul', {
    write: ({ transposeA, transposeB }) => {
      if (transposeA || transposeB) throw new TypeError('a transposed product has no operation of its own');
      return {};
    },
    read: () => ({}),
  }),
  numpy('sum', 'Sum', reduction),
  numpy('mean', 'Mean', reduction),
  numpy('max', 'Max', reduction),
  numpy('min', 'Min', reduction),
  numpy('prod', 'Prod', reduction),
  numpy('reshape', 'Reshape', {
    write: ({ shape }) => ({ newshape: shape as Json }),
    read: (config) => ({ shape: config.get('newshape') }),
  }),
  numpy('transpose', 'Transpose', {
    write: ({ permutation = null }) => ({ axes: permutation as Json }),
    read: (config) => ((config.get('axes') ?? null) === null ? {} : { permutation: config.get('axes') }),
  }),
  numpy('expandDims', 'ExpandDims', axisOnly(0)),
  numpy('squeeze', 'Squeeze', {
    write: ({ axis = null }) => ({ axis: axis as Json }),
    read: (config) => ((config.get('axis') ?? null) === null ? {} : { axis: config.get('axis') }),
  }),
  numpy('concat', 'Concatenate', axisOnly(0)),
  numpy('stack', 'Stack', axisOnly(0)),
  numpy('clip', 'Clip', {
    write: ({ minimum, maximum }) => ({ x_min: minimum as Json, x_max: maximum as Json }),
    read: (config) => ({ minimum: config.get('x_min'), maximum: config.get('x_max') }),
  }),
  nn('relu', 'Relu'),
  nn('sigmoid', 'Sigmoid'),
  nn('softplus', 'Softplus'),
  nn('silu', 'Silu'),
  nn('selu', 'Selu'),
  nn('elu', 'Elu', {
    write: ({ alpha = 1 }) => ({ alpha: alpha as Json }),
    read: (config) => ({ alpha: config.get('alpha') ?? 1 }),
  }),
  nn('leakyRelu', 'LeakyRelu', {
    write: ({ negativeSlope = 0.2 }) => ({ negative_slope: negativeSlope as Json }),
    read: (config) => ({ negativeSlope: config.get('negative_slope') ?? 0.2 }),
  }),
  nn('gelu', 'Gelu', {
    write: ({ approximate = true }) => ({ approximate: approximate as Json }),
    read: (config) => ({ approximate: config.get('approximate') ?? true }),
  }),
  nn('softmax', 'Softmax', axisOnly(-1)),
  nn('logSoftmax', 'LogSoftmax', axisOnly(-1)),
];

// The first rule of an op is the one that is written.
const byOp = new Map([...rules].reverse().map((rule) => [rule.op, rule]));
const byKerasName = new Map(rules.map((rule) => [rule.kerasName, rule]));

/** An op layer's module, class and config. @throws ArgumentError for an op that Keras has no operation for */
export function operationEnvelope(layer: OpLayer): Config {
  const { name, options } = layer.deferred;
  if (name === 'slice') return describeOperation('numpy', 'GetItem', layer, {});
  const rule = byOp.get(name);
  if (!rule) {
    throw new ArgumentError(
      `layer '${layer.name}': the op '${name}' between symbolic tensors cannot be written into a config: Keras has no such operation. Use a layer for it, or a layer class of your own.`,
      { where: layer.name, got: name, expected: [...byOp.keys()] },
    );
  }
  return describeOperation(rule.module, rule.kerasName, layer, rule.write((options ?? {}) as Options));
}

function describeOperation(module: string, className: string, { name }: OpLayer, config: Config): Config {
  return {
    module: `keras.src.ops.${module}`,
    class_name: className,
    config: { name, ...config },
    registered_name: className,
  };
}

/** The arguments of an op layer's call, with `tensor` for each symbolic one. */
export function operationArguments(
  layer: OpLayer,
  inputs: readonly SymbolicTensor[],
  tensor: (one: SymbolicTensor) => Json,
): Json[] {
  const { name, inputs: pattern, options } = layer.deferred;
  let next = 0;
  const args = pattern.map((one): Json => {
    if (one instanceof Symbolic) return tensor(inputs[next++] as SymbolicTensor);
    if (typeof one === 'number') return one;
    throw new ArgumentError(
      `layer '${layer.name}': the op '${name}' was called with a tensor of values, which a config cannot hold. Make it an input, or a weight of a layer of your own.`,
      { where: layer.name },
    );
  });
  if (name === 'concat' || name === 'stack') return [args];
  if (name !== 'slice') return args;
  const { begin, size } = options as { begin: readonly number[]; size: readonly number[] };
  const slices = begin.map((start, axis): Json => {
    const length = size[axis] ?? -1;
    const stop = length === -1 ? null : start < 0 && start + length === 0 ? null : start + length;
    return { class_name: '__slice__', config: { start: start === 0 ? null : start, stop, step: null } };
  });
  return [...args, slices];
}

/** Whether an envelope is of a `keras.ops` call rather than of a layer. */
export function isOperation({ className, fields }: Envelope): boolean {
  const module = fields.get('module');
  if (module === undefined) return !layerClasses.has(className) && byKerasName.has(className);
  return typeof module === 'string' && /^keras\.(src\.)?ops\b/.test(module);
}

/** Stands in an op layer's arguments for a tensor of the graph. */
class Argument extends Symbolic {
  readonly shape: PartialShape = [];

  override applyDeferred(): Symbolic {
    throw new TypeError('an argument of a file is no tensor');
  }
}

/**
 * The op layer of an operation's envelope and its call.
 * @throws FormatError for an unknown operation or argument
 */
export function readOperation(envelope: Envelope, call: Fields | undefined): OpLayer {
  const config = fieldsOf(`config of a ${envelope.className}`, envelope.config);
  const name = stringOf(`${envelope.className}: name`, config.get('name'));
  const where = `operation '${name}'`;
  const kwargs = fieldsOf(`${where}: kwargs of a call`, call?.get('kwargs') ?? {});
  if (kwargs.size > 0) {
    throw new FormatError(`${where}: is called with ${[...kwargs.keys()].join(', ')}, which is not supported.`, {
      where,
      got: [...kwargs.keys()],
    });
  }
  const args = listOf(`${where}: args of a call`, call?.get('args') ?? []);
  if (envelope.className === 'GetItem') return readGetItem(where, name, args);
  const rule = byKerasName.get(envelope.className);
  const op = rule && (ops as unknown as Readonly<Record<string, unknown>>)[rule.op];
  if (!rule || typeof op !== 'function') {
    throw new FormatError(
      `${where}: the operation keras.ops ${envelope.className} is not known here. Known: ${[...byKerasName.keys()].join(', ')}, GetItem.`,
      { where, got: envelope.className },
    );
  }
  const options = rule.read(config);
  const takesList = rule.op === 'concat' || rule.op === 'stack';
  const pattern = (takesList ? listOf(`${where}: args of a call`, args[0]) : args).map((one) => argument(where, one));
  return new OpLayer(
    { name: rule.op, inputs: pattern, options, call: (inputs) => callOp(rule.op, op, inputs, options) },
    { name },
  );
}

function callOp(name: string, op: unknown, inputs: readonly unknown[], options: Options): Tensor {
  const apply = op as (...args: readonly unknown[]) => Tensor;
  switch (name) {
    case 'concat':
    case 'stack':
      return apply(inputs, options);
    case 'reshape':
      return apply(inputs[0], options['shape']);
    case 'expandDims':
      return apply(inputs[0], options['axis']);
    case 'clip':
      return apply(inputs[0], options['minimum'], options['maximum']);
    default:
      return Object.keys(options).length > 0 ? apply(...inputs, options) : apply(...inputs);
  }
}

function argument(where: string, value: unknown): unknown {
  if (isEnvelope(value) && envelopeOf(where, value).className === '__keras_tensor__') return new Argument();
  if (typeof value === 'number') return value;
  throw new FormatError(
    `${where}: is called with ${JSON.stringify(value)}; tensors of the graph and numbers are read.`,
    {
      where,
      got: value,
    },
  );
}

// x[begin:end, ...] with steps of 1; axes that are not named are taken whole.
function readGetItem(where: string, name: string, args: readonly unknown[]): OpLayer {
  const refuse = (): FormatError =>
    new FormatError(`${where}: only slices with a step of 1 are read.`, { where, got: args[1] });
  const list = Array.isArray(args[1]) ? (args[1] as readonly unknown[]) : [args[1]];
  const ranges = list.map((one) => {
    if (!isEnvelope(one) || envelopeOf(where, one).className !== '__slice__') throw refuse();
    const fields = fieldsOf(where, envelopeOf(where, one).config);
    const [start, stop, step] = ['start', 'stop', 'step'].map((key) => fields.get(key) ?? null);
    if ((step !== null && step !== 1) || [start, stop].some((end) => end !== null && !Number.isInteger(end)))
      throw refuse();
    return { start: start as number | null, stop: stop as number | null };
  });
  const call = ([x]: readonly unknown[]): Tensor => {
    const { shape } = x as Tensor;
    const within = (index: number, length: number): number =>
      Math.min(Math.max(index < 0 ? index + length : index, 0), length);
    const begin = shape.map((length, axis) => within(ranges[axis]?.start ?? 0, length));
    const size = shape.map((length, axis) =>
      Math.max(0, within(ranges[axis]?.stop ?? length, length) - (begin[axis] ?? 0)),
    );
    return ops.slice(x as Tensor, begin, size);
  };
  const begin = ranges.map(({ start }) => start ?? 0);
  const size = ranges.map(({ start, stop }) => (stop === null ? -1 : stop - (start ?? 0)));
  return new OpLayer({ name: 'slice', inputs: [argument(where, args[0])], options: { begin, size }, call }, { name });
}
