/** The model that a worker trains: made from its config, compiled alike, with the seeds that it was made under. */
import { defaultDevice, setDevice } from '../../devices/default-device.ts';
import { ArgumentError, describeValue } from '../../errors.ts';
import { withoutInitializers } from '../../layers/first-values.ts';
import type { Layer } from '../../layers/layer.ts';
import { modelFromJSON } from '../../models/from-json.ts';
import type { CustomObject } from '../../models/make-layer.ts';
import type { Model } from '../../models/model.ts';
import type { Variable } from '../../tensor/variable.ts';
import { compileOptionsFrom } from '../compile-config.ts';
import { layersOf } from '../run-state.ts';
import { compileModel, stateOf } from '../state.ts';
import type { ModelJob } from './messages.ts';

/**
 * The model; its weights are zeros.
 * @param given objects of the user's own that the program of the worker brings along
 * @throws ArgumentError for names that nobody knows, and for a model that comes out otherwise than it was
 */
export async function makeModel(job: ModelJob, given: ReadonlyMap<string, unknown>): Promise<Model> {
  const { where, config, compileConfig, trainable, layers, undecayed, needed } = job;
  const { name: device, ...options } = job.device;
  if (Object.keys(options).length > 0 || defaultDevice().name !== device) await setDevice(device, options);
  const customObjects = new Map([...given, ...(await importObjects(job))]);
  for (const [name, what] of needed) if (!customObjects.has(name)) throw unknown(job, name, what, customObjects);
  const model = readModel(where, config, customObjects);
  takeSeeds(where, layersOf(model), layers);
  const weights = model.weights;
  const trained = trainable.map((place) => weights[place] as Variable);
  compileModel(model, compileOptionsFrom(compileConfig, customObjects), trained);
  const { optimizer } = stateOf(model, 'fit').compilation;
  optimizer.excludeFromWeightDecay({
    variables: undecayed.variables.map((place) => trained[place] as Variable),
    names: undecayed.names,
  });
  return model;
}

function readModel(where: string, config: object, customObjects: ReadonlyMap<string, unknown>): Model {
  try {
    return withoutInitializers(Infinity, () =>
      modelFromJSON(config, { customObjects: Object.fromEntries(customObjects) as Record<string, CustomObject> }),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArgumentError(
      `${where}: the worker cannot make the model: ${reason} It takes objects of one's own from the module that worker: { customObjects } names.`,
      { where, cause },
    );
  }
}

function takeSeeds(where: string, made: readonly Layer[], layers: ModelJob['layers']): void {
  const index = layers.findIndex(({ name }, place) => made[place]?.name !== name);
  if (index >= 0 || made.length !== layers.length) {
    const { name } = layers[Math.max(index, 0)] ?? { name: 'the model' };
    throw new ArgumentError(
      `${where}: the model that the worker made of the config differs at the layer '${name}'. A layer of one's own must give its options in getConfig() and take them in its constructor.`,
      { where, got: made.map((layer) => layer.name), expected: layers.map((layer) => layer.name) },
    );
  }
  // A layer's seed is that of the moment when it was made, and no config has it.
  made.forEach((layer, place) => {
    Object.defineProperty(layer, 'seed', { value: layers[place]?.seed, configurable: true });
  });
}

async function importObjects({
  where,
  customObjects: url,
}: ModelJob): Promise<readonly (readonly [string, unknown])[]> {
  if (url === undefined) return [];
  let exports: { readonly default?: unknown };
  try {
    exports = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as { readonly default?: unknown };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArgumentError(
      `${where}: the module ${url} of worker.customObjects cannot be imported: ${reason}. Give the URL of a JavaScript module, such as new URL('./objects.js', import.meta.url).`,
      { where, got: url, cause },
    );
  }
  const { default: objects } = exports;
  if (typeof objects === 'object' && objects !== null) return Object.entries(objects);
  throw new ArgumentError(
    `${where}: the module ${url} of worker.customObjects has ${describeValue(objects)} as its default export. Write 'export default { name: value }'.`,
    { where, got: objects },
  );
}

function unknown(
  { where, customObjects: url }: ModelJob,
  name: string,
  what: string,
  known: ReadonlyMap<string, unknown>,
): ArgumentError {
  const found = known.size === 0 ? 'nothing' : [...known.keys()].join(', ');
  return new ArgumentError(
    `${where}: the worker does not know the ${what} '${name}'; ${url ?? 'its program'} has ${found}. Add it there under this name.`,
    { where, got: name, expected: [...known.keys()] },
  );
}
