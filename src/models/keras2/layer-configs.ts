/** Keys of layers that Keras 2 calls otherwise, writes otherwise, or has where Keras 3 has none. */
import { fieldsOf, isEnvelope, isObject, type Fields } from '../json-reader.ts';

/** TensorFlow.js leaves out what it cannot do otherwise. */
export type Dialect = 'keras2' | 'tfjs';

const classNames: ReadonlyMap<unknown, string> = new Map([
  ['BatchNormalizationV1', 'BatchNormalization'],
  ['BatchNormalizationV2', 'BatchNormalization'],
  ['UnifiedLSTM', 'LSTM'],
  ['UnifiedGRU', 'GRU'],
]);

export function translateClassName(className: unknown): unknown {
  return classNames.get(className) ?? className;
}

/** The separable layers inherit keys of a convolution that they have no kernel for. */
const kernelKeys = ['kernel_initializer', 'kernel_regularizer', 'kernel_constraint'] as const;
const dropped: ReadonlyMap<unknown, readonly string[]> = new Map<unknown, readonly string[]>([
  ['SeparableConv1D', kernelKeys],
  ['SeparableConv2D', kernelKeys],
  ['DepthwiseConv1D', kernelKeys],
  ['DepthwiseConv2D', kernelKeys],
  ['BatchNormalization', ['fused', 'virtual_batch_size', 'adjustment']],
]);

/** The config of a layer that is no model. */
export function translateLayerConfig(className: unknown, config: Fields, dialect: Dialect): Fields {
  const made = new Map<string, unknown>();
  for (const [key, value] of config) made.set(key, translateValue(key, value));
  for (const key of dropped.get(className) ?? []) made.delete(key);
  const shape = made.get('batch_input_shape');
  made.delete('batch_input_shape');
  switch (className) {
    case 'InputLayer':
      if (shape !== undefined && !made.has('batch_shape')) made.set('batch_shape', shape);
      return made;
    case 'BatchNormalization':
    case 'LayerNormalization':
      made.set('axis', singleAxis(made.get('axis') ?? -1));
      break;
    case 'LeakyReLU':
      rename(made, 'alpha', 'negative_slope');
      break;
    case 'GRU':
      if (dialect === 'tfjs' && !made.has('reset_after')) made.set('reset_after', false);
      break;
  }
  // Beside the shape of an input, a dtype is the input's.
  if (shape !== undefined && typeof made.get('dtype') === 'string') made.delete('dtype');
  return made;
}

function translateValue(key: string, value: unknown): unknown {
  // Keras 3 means another function by that name.
  if (/(^|_)activation$/.test(key)) return value === 'hard_sigmoid' ? 'hard_sigmoid_keras2' : value;
  return key.endsWith('_initializer') && isEnvelope(value) ? translateInitializer(value) : value;
}

// 'normal' was cut off at two standard deviations before it was called so.
function translateInitializer(value: object): object {
  const fields = new Map(fieldsOf('an initializer', value));
  const config = fields.get('config');
  if (!isObject(config)) return value;
  const made = new Map(fieldsOf('an initializer', config));
  made.delete('dtype');
  if (made.get('distribution') === 'normal') made.set('distribution', 'truncated_normal');
  fields.set('config', objectOf(made));
  return objectOf(fields);
}

// [3], and what some versions of TensorFlow wrote for it.
function singleAxis(axis: unknown): unknown {
  if (Array.isArray(axis) && axis.length === 1) return axis[0] as unknown;
  const wrapped = typeof axis === 'string' ? /^ListWrapper\(\[(-?\d+)\]\)$/.exec(axis) : null;
  return wrapped ? Number(wrapped[1]) : axis;
}

function rename(config: Map<string, unknown>, from: string, to: string): void {
  if (!config.has(from)) return;
  if (!config.has(to)) config.set(to, config.get(from));
  config.delete(from);
}

/** Lists in place of `{"class_name": "__tuple__", "items": [...]}`, at any depth. */
export function plainLists(value: unknown): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map(plainLists);
  if (!isObject(value)) return value;
  const fields = fieldsOf('the model', value);
  const items = fields.get('items');
  if (fields.get('class_name') === '__tuple__' && Array.isArray(items)) return plainLists(items);
  return objectOf(new Map([...fields].map(([key, one]) => [key, plainLists(one)])));
}

/** An object with these keys of its own, whatever they are called. */
export function objectOf(fields: Fields): object {
  return Object.fromEntries(fields);
}
