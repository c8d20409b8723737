/**
 * Configs as Keras 1.x to 2.15 and TensorFlow.js write them, translated to Keras 3's, so that one reader reads both. Keras 2
 * calls the shape of an input `batch_input_shape`, writes calls as lists, and has other names for some keys.
 */
import { fieldsOf, isEnvelope, isObject, listOf, type Fields } from '../json-reader.ts';
import { referencesTo, translateCall, translateEnds } from './calls.ts';
import { objectOf, plainLists, translateClassName, translateLayerConfig, type Dialect } from './layer-configs.ts';
import { translateOperation } from './operations.ts';

/**
 * Whether a model's JSON is of Keras 2 or TensorFlow.js: it says so in `keras_version`, or calls are lists, or the shape
 * of an input is a `batch_input_shape`.
 */
export function isKeras2(json: unknown): boolean {
  if (!isObject(json)) return false;
  const root = new Map<string, unknown>(Object.entries(json));
  const version = root.get('keras_version');
  if (typeof version === 'string') return !/^([3-9]|\d\d)/.test(version);
  const config = root.get('config');
  if (Array.isArray(config)) return true;
  const layers = isObject(config) ? new Map<string, unknown>(Object.entries(config)).get('layers') : undefined;
  return Array.isArray(layers) && layers.some(hasKeras2Form);
}

function hasKeras2Form(layer: unknown): boolean {
  if (!isObject(layer)) return false;
  const fields = new Map<string, unknown>(Object.entries(layer));
  const calls = fields.get('inbound_nodes');
  if (Array.isArray(calls) && calls.some(Array.isArray)) return true;
  const config = fields.get('config');
  if (Array.isArray(config)) return true;
  return isObject(config) && (Object.hasOwn(config, 'batch_input_shape') || isKeras2(layer));
}

/**
 * Keras 3's JSON for the JSON of a Keras 2 or TensorFlow.js model; what is not understood stays as it is.
 * @throws FormatError for lists and objects that are something else
 */
export function toKeras3(json: object): object {
  const version = fieldsOf('the model', json).get('keras_version');
  const dialect: Dialect = typeof version === 'string' && version.startsWith('tfjs') ? 'tfjs' : 'keras2';
  return translateLayer('the model', plainLists(json), dialect) as object;
}

function translateLayer(where: string, value: unknown, dialect: Dialect): unknown {
  if (!isEnvelope(value)) return value;
  const fields = new Map(fieldsOf(where, value));
  fields.delete('keras_version');
  fields.delete('backend');
  const className = translateClassName(fields.get('class_name'));
  fields.set('class_name', className);
  // Keras 2 writes a registered class as 'Package>Name'.
  if (typeof className === 'string' && className.includes('>')) fields.set('registered_name', className);
  fields.set('config', translateConfig(className, fields.get('config'), dialect));
  return objectOf(fields);
}

function translateConfig(className: unknown, config: unknown, dialect: Dialect): unknown {
  if (className === 'Sequential') return translateSequential(config, dialect);
  if (!isObject(config)) return config;
  if (className === 'Functional' || className === 'Model') return translateFunctional(fieldsOf('', config), dialect);
  const translated = new Map(translateLayerConfig(className, fieldsOf('', config), dialect));
  for (const key of ['layer', 'backward_layer']) {
    const inner = translated.get(key);
    if (isEnvelope(inner)) translated.set(key, translateLayer(key, inner, dialect));
  }
  return objectOf(translated);
}

// The oldest files have the bare list of layers. Keras 2 itself puts an input before a first layer that tells its shape.
function translateSequential(config: unknown, dialect: Dialect): object {
  const fields = new Map(Array.isArray(config) ? [['layers', config] as const] : fieldsOf('a Sequential', config));
  const layers = listOf('a Sequential: layers', fields.get('layers'));
  const first = inputOfFirst(layers[0]);
  fields.set('layers', [...(first ? [first] : []), ...layers.map((one) => translateLayer('a layer', one, dialect))]);
  return objectOf(fields);
}

function inputOfFirst(layer: unknown): object | undefined {
  if (!isEnvelope(layer)) return undefined;
  const fields = fieldsOf('a layer', layer);
  const config = fields.get('config');
  if (fields.get('class_name') === 'InputLayer' || !isObject(config)) return undefined;
  const { batch_input_shape: shape, dtype, name } = Object.fromEntries(fieldsOf('a layer', config));
  if (shape === undefined || shape === null) return undefined;
  return {
    class_name: 'InputLayer',
    config: {
      batch_shape: shape,
      dtype: dtype ?? 'float32',
      ...(typeof name === 'string' ? { name: `${name}_input` } : {}),
    },
  };
}

function translateFunctional(config: Fields, dialect: Dialect): object {
  const layers = listOf('a functional model: layers', config.get('layers')).map((layer) => fieldsOf('a layer', layer));
  const references = referencesTo(layers, [config.get('output_layers')]);
  return objectOf(
    new Map([
      ...config,
      [
        'layers',
        layers.map((fields) => {
          const translated = fieldsOf('a layer', translateLayer('a layer', objectOf(fields), dialect));
          const calls = listOf('inbound_nodes', fields.get('inbound_nodes') ?? []);
          return translateOperation(
            objectOf(
              new Map([
                ...translated,
                ['inbound_nodes', calls.map((call) => translateCall(translated.get('class_name'), call, references))],
              ]),
            ),
          );
        }),
      ],
      ['input_layers', translateEnds(config.get('input_layers'), references)],
      ['output_layers', translateEnds(config.get('output_layers'), references)],
    ]),
  );
}
