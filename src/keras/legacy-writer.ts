/** The `.h5` file of Keras 3's older format, written: config in attributes, weights by the names of layers. */
import { OpLayer, type Layer } from '../layers/layer.ts';
import { snakeCase } from '../layers/naming.ts';
import { Recurrent } from '../layers/recurrent.ts';
import { resolveLoss } from '../losses/index.ts';
import { isEnvelope, isObject } from '../models/json-reader.ts';
import type { Model } from '../models/model.ts';
import type { Variable } from '../tensor/variable.ts';
import { optimizerOf } from '../training/state.ts';
import { compileConfig } from '../training/compile-config.ts';
import { configText } from './config-text.ts';
import { makeGroup, newGroup, writeH5, type H5Group } from './hdf5.ts';
import { KERAS_VERSION } from './keras-version.ts';
import { writeNames } from './legacy-lists.ts';
import { legacyWeights } from './legacy-reader.ts';

/** Written as the one that every reader of these files knows. */
const BACKEND = 'tensorflow';
const TOP_LEVEL = 'top_level_model_weights';

/** The bytes of a legacy file. */
export async function writeLegacy(model: Model, includeOptimizer: boolean): Promise<Uint8Array> {
  const root = newGroup();
  const config = model.toJSON();
  root.attributes.set('keras_version', KERAS_VERSION);
  root.attributes.set('backend', BACKEND);
  root.attributes.set('model_config', configText({ class_name: model.className, config: config['config'] }));
  const compiled = includeOptimizer ? compileConfig(model) : undefined;
  if (compiled) {
    const { optimizer, ...others } = compiled;
    const settings = { ...others, loss: withLongNames(others.loss) };
    const optimizerConfig = { class_name: optimizer.class_name, config: optimizer.config };
    root.attributes.set('training_config', configText({ ...settings, optimizer_config: optimizerConfig }));
  }
  await writeLayers(makeGroup(root, 'model_weights'), model);
  const optimizer = compiled && optimizerOf(model);
  if (optimizer) {
    const group = makeGroup(root, 'optimizer_weights');
    const used = new Set<string>();
    await writeWeights(
      group,
      optimizer.variables.map((variable) => ({ name: unused(slotName(variable.name), used), variable })),
    );
  }
  return writeH5(root);
}

/** Of losses by name Keras 3 reads in these files the long names only: `mean_squared_error`, not `mse`. */
function withLongNames(loss: unknown): unknown {
  if (typeof loss === 'string') return resolveLoss('saving', loss).name;
  if (Array.isArray(loss)) return loss.map(withLongNames);
  if (!isObject(loss) || isEnvelope(loss)) return loss;
  return Object.fromEntries(Object.entries(loss).map(([output, one]) => [output, withLongNames(one)]));
}

interface NamedVariable {
  readonly name: string;
  readonly variable: Variable;
}

async function writeLayers(group: H5Group, model: Model): Promise<void> {
  const layers = model.layers.filter((layer) => !(layer instanceof OpLayer));
  writeNames(
    group,
    'layer_names',
    layers.map(({ name }) => name),
  );
  group.attributes.set('backend', BACKEND);
  group.attributes.set('keras_version', KERAS_VERSION);
  for (const layer of layers) {
    const names = new Map<Variable, string>();
    nameWeights(layer, model.className === 'Sequential' ? `${model.name}/` : '', names, new Set());
    await writeWeights(
      makeGroup(group, layer.name),
      legacyWeights(layer).map((variable) => ({ variable, name: names.get(variable) ?? variable.name })),
    );
  }
  await writeWeights(makeGroup(group, TOP_LEVEL), []);
}

// Keras's paths: `dense/kernel`, `lstm/lstm_cell/kernel`, with the names of what the layer stands in before them.
function nameWeights(layer: Layer, prefix: string, names: Map<Variable, string>, used: Set<string>): void {
  for (const inner of layer.sublayers) nameWeights(inner, `${prefix}${layer.name}/`, names, used);
  const cell = layer instanceof Recurrent ? `${snakeCase(layer.className)}_cell/` : '';
  for (const variable of layer.weights) {
    if (names.has(variable)) continue;
    const own = variable.name.slice(variable.name.lastIndexOf('/') + 1);
    names.set(variable, unused(`${prefix}${layer.name}/${cell}${own}`, used));
  }
}

/** A slot's name is flat below the optimizer's: `adam/dense_kernel_momentum`. */
function slotName(name: string): string {
  const slash = name.indexOf('/') + 1;
  return name.slice(0, slash) + name.slice(slash).replaceAll('/', '_');
}

function unused(name: string, used: Set<string>): string {
  let candidate = name;
  for (let number = 1; used.has(candidate); number++) candidate = `${name}_${number}`;
  used.add(candidate);
  return candidate;
}

async function writeWeights(group: H5Group, weights: readonly NamedVariable[]): Promise<void> {
  writeNames(
    group,
    'weight_names',
    weights.map(({ name }) => name),
  );
  for (const { name, variable } of weights) {
    const slash = name.lastIndexOf('/');
    makeGroup(group, name.slice(0, Math.max(0, slash))).datasets.set(name.slice(slash + 1), {
      shape: variable.shape,
      data: (await variable.read()).data,
    });
  }
}
