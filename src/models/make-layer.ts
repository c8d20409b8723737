/** Layers from envelopes: Keras's own classes are checked key by key, so that nothing a file asks for is silently left out. */
import { constraintFromConfig } from '../constraints/index.ts';
import { FormatError, suggestName } from '../errors.ts';
import { initializerFromConfig } from '../initializers/index.ts';
import { layerClasses, type LayerClass } from '../layers/classes.ts';
import { Layer } from '../layers/layer.ts';
import type { InputType } from '../layers/symbolic-tensor.ts';
import { regularizerFromConfig } from '../regularizers/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { InputLayer } from './input.ts';
import { envelopeOf, fieldsOf, isEnvelope, listOf, stringOf, type Envelope, type Fields } from './json-reader.ts';

/** A layer class, a function from options to a layer, or an activation. */
export type CustomObject = LayerClass | ((options: never) => Layer) | ((x: Tensor) => Tensor);

export interface LayerReader {
  readonly customObjects: ReadonlyMap<string, CustomObject>;
  /** Reads a layer or model that stands inside a config. */
  readInner(where: string, value: unknown): Layer;
}

/**
 * Keys that change no result here: seeds (each library has its own random numbers), ways of computing, and what Keras 2
 * wrote into the first layer about the input.
 */
const withoutEffect: ReadonlySet<string> = new Set([
  'seed',
  'unroll',
  'implementation',
  'use_cudnn',
  'time_major',
  'batch_input_shape',
  'batch_size',
  'input_length',
  'input_shape',
  'quantization_config',
]);

/** Keys that classes here lack, with the value that means the same as leaving them out; null and false always do. */
const neutralValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['renorm_momentum', 0.99],
  ['groups', 1],
  ['trainable', true],
]);

/**
 * The layer of an envelope.
 * @throws FormatError for an unknown class, or a key that this class cannot honour
 */
export function makeLayer(reader: LayerReader, envelope: Envelope): Layer {
  const { className } = envelope;
  const config = fieldsOf(`config of a ${className}`, envelope.config);
  const name = config.has('name') ? stringOf(`config of a ${className}: name`, config.get('name')) : undefined;
  const where = name === undefined ? `a ${className} layer` : `layer '${name}'`;
  const custom = customFor(reader, envelope);
  if (custom) return construct(where, custom, optionsOf(where, reader, config));
  if (className === 'InputLayer') return makeInput(where, config);
  const Class = layerClasses.get(className);
  if (!Class) {
    throw new FormatError(
      `${where}: unknown layer class '${className}'; give it to modelFromJSON as { customObjects: { ${className}: YourClass } }, or ${suggestName(className, [...layerClasses.keys()])}`,
      { where, got: className, expected: [...layerClasses.keys()] },
    );
  }
  checkDtype(where, config.get('dtype'));
  const options = optionsOf(where, reader, config);
  const layer = new Class(options as never);
  // A function in place of an activation has no name to compare; all other keys are checked on a layer without it.
  const comparable = Object.fromEntries(
    Object.entries(options).filter(([, value]) => typeof value !== 'function' || value instanceof Layer),
  );
  const same = Object.keys(comparable).length === Object.keys(options).length;
  checkHonoured(
    where,
    className,
    config,
    new Map(
      Object.entries(
        (same ? layer : new Class({ activation: 'linear', ...comparable, name: layer.name } as never)).getConfig(),
      ),
    ),
  );
  return layer;
}

/** `kernel_initializer` -> `kernelInitializer`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function customFor(reader: LayerReader, { className, fields }: Envelope): CustomObject | undefined {
  const registered = fields.get('registered_name');
  const names =
    typeof registered === 'string'
      ? [registered, registered.slice(registered.lastIndexOf('>') + 1), className]
      : [className];
  for (const name of names) {
    const custom = reader.customObjects.get(name);
    if (custom) return custom;
  }
  return undefined;
}

function construct(where: string, custom: CustomObject, options: object): Layer {
  const isClass = (custom.prototype as unknown) instanceof Layer;
  const made: unknown = isClass
    ? new (custom as LayerClass)(options as never)
    : (custom as (options: never) => Layer)(options as never);
  if (made instanceof Layer) return made;
  throw new FormatError(
    `${where}: its entry in customObjects made no layer. Give a layer class, or a function that returns a layer.`,
    { where },
  );
}

// Options under our names; null means that the default holds, as everywhere in Keras's files but for the merge mode.
function optionsOf(where: string, reader: LayerReader, config: Fields): Record<string, unknown> {
  const options = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of config) {
    if (key === 'dtype' || (value === null && key !== 'merge_mode')) continue;
    options[camelCase(key)] = optionOf(`${where}: ${key}`, key, value, reader);
  }
  const batchShape = config.get('batch_input_shape');
  if (Array.isArray(batchShape)) options['inputShape'] = batchShape.slice(1);
  return options;
}

function optionOf(where: string, key: string, value: unknown, reader: LayerReader): unknown {
  if (/(^|_)activation$/.test(key)) return activationOption(where, value, reader);
  if (key.endsWith('_initializer')) return initializerFromConfig(value);
  if (key.endsWith('_regularizer')) return regularizerFromConfig(value);
  if (key.endsWith('_constraint')) return constraintFromConfig(value);
  if (!isEnvelope(value)) return value;
  const { fields } = envelopeOf(where, value);
  return fields.get('module') === 'keras.initializers' ? initializerFromConfig(value) : reader.readInner(where, value);
}

function activationOption(where: string, value: unknown, reader: LayerReader): unknown {
  let name = value;
  if (isEnvelope(value)) {
    const envelope = envelopeOf(where, value);
    if (typeof envelope.config !== 'string') {
      throw new FormatError(
        `${where}: activations that are layers (${envelope.className}) are not supported. Put the layer after this one.`,
        { where, got: envelope.className },
      );
    }
    name = envelope.config;
  }
  return reader.customObjects.get(stringOf(where, name)) ?? name;
}

function makeInput(where: string, config: Fields): InputLayer {
  const batchShape = listOf(`${where}: batch_shape`, config.get('batch_shape') ?? config.get('batch_input_shape')).map(
    (size) => {
      if (size === null || (Number.isInteger(size) && (size as number) > 0)) return size as number | null;
      throw new FormatError(
        `${where}: batch_shape holds ${JSON.stringify(size)}; sizes are positive integers, or null where they vary.`,
        { where, got: size },
      );
    },
  ) satisfies PartialShape;
  for (const key of ['sparse', 'ragged', 'optional']) {
    if (config.get(key)) throw new FormatError(`${where}: ${key} inputs are not supported.`, { where, got: key });
  }
  const name = config.get('name');
  return new InputLayer(batchShape, {
    ...(typeof name === 'string' ? { name } : {}),
    dtype: inputType(where, config.get('dtype') ?? 'float32'),
  });
}

function inputType(where: string, value: unknown): InputType {
  const dtype = dtypeName(where, value);
  if (dtype === 'float32') return 'float32';
  if (/^u?int(8|16|32|64)$/.test(dtype) || dtype === 'bool') return 'int32';
  throw new FormatError(`${where}: the dtype ${dtype} is not supported; known: float32, and integers as int32.`, {
    where,
    got: dtype,
  });
}

function checkDtype(where: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const dtype = dtypeName(where, value);
  if (dtype !== 'float32') {
    throw new FormatError(
      `${where}: the dtype ${dtype} is not supported: layers compute in float32. Save the model with the dtype float32.`,
      { where, got: dtype },
    );
  }
}

// A plain name, or the envelope of a policy that has it.
function dtypeName(where: string, value: unknown): string {
  return stringOf(
    `${where}: dtype`,
    isEnvelope(value) ? fieldsOf(`${where}: dtype`, envelopeOf(`${where}: dtype`, value).config).get('name') : value,
  );
}

function checkHonoured(where: string, className: string, config: Fields, honoured: Fields): void {
  for (const [key, value] of config) {
    if (key === 'dtype' || value === null || withoutEffect.has(key)) continue;
    const made = honoured.get(key);
    const lacking = !honoured.has(key) && value !== false && neutralValues.get(key) !== value;
    const different =
      honoured.has(key) &&
      typeof made === typeof value &&
      typeof value !== 'object' &&
      !/(^|_)activation$/.test(key) &&
      made !== value;
    if (!lacking && !different) continue;
    throw new FormatError(
      `${where}: its config has ${key} = ${JSON.stringify(value)}. ${className} layers here cannot do that. Save the model without it, or give a class of your own in customObjects.`,
      {
        where,
        got: key,
        expected: [...honoured.keys()],
      },
    );
  }
}
