/** A compiled model as data from which a worker makes the same one. */
import { defaultDevice, deviceNamed } from '../../devices/default-device.ts';
import { WasmDevice } from '../../devices/wasm-device.ts';
import { ArgumentError } from '../../errors.ts';
import type { Model } from '../../models/model.ts';
import { compileConfig } from '../compile-config.ts';
import type { Compilation } from '../compilation.ts';
import { layersOf } from '../run-state.ts';
import type { ModelJob } from './messages.ts';
import { urlOf, type FitWorkerOptions, type WorkerDevice } from './options.ts';

const HINT =
  "Name a module whose default export has it: worker: { customObjects: new URL('./objects.js', import.meta.url) }; or train without a worker.";

/**
 * The model and its compilation.
 * @throws ArgumentError for what has no name: a lambda layer, a function in place of a loss or metric; for what has one
 *   that only the user's own code knows, where no module is named
 */
export function modelJob(
  where: string,
  model: Model,
  compilation: Compilation,
  { customObjects, program, device }: FitWorkerOptions,
): ModelJob {
  const config = written(where, () => model.toJSON());
  const settings = written(where, () => compileConfig(model));
  const needed = [...new Map([...customNames(config, 'layer'), ...customNames(settings, 'function of compile()')])];
  const [first] = needed;
  if (first && customObjects === undefined && program === undefined) {
    const [name, what] = first;
    throw new ArgumentError(`${where}: the worker does not know the ${what} '${name}'. ${HINT}`, { where, got: name });
  }
  const { optimizer, trainable } = compilation;
  const { variables = [], names = [] } = optimizer.undecayed;
  return {
    where,
    config,
    compileConfig: settings,
    trainable: trainable.map((one) => model.weights.indexOf(one)),
    layers: layersOf(model).map(({ name, seed }) => ({ name, seed })),
    undecayed: { variables: variables.map((one) => trainable.indexOf(one)).filter((place) => place >= 0), names },
    needed,
    customObjects: customObjects === undefined ? undefined : urlOf(customObjects).href,
    device: device ?? deviceOf(compilation),
  };
}

function deviceOf({ device = defaultDevice() }: Compilation): WorkerDevice {
  const chosen = typeof device === 'string' ? deviceNamed(device) : device;
  const name = chosen.name as WorkerDevice['name'];
  if (!(chosen instanceof WasmDevice)) return { name };
  const { fastMath, sharing } = chosen;
  return { name, ...(fastMath && { fastMath }), ...(sharing.threads > 1 && { threads: sharing.threads }) };
}

function written<Config>(where: string, write: () => Config): Config {
  try {
    return write();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ArgumentError(
      `${where}: the model cannot be told to a worker: ${reason} A worker takes what has a name, from the module that worker: { customObjects } names; or train without a worker.`,
      { where, cause },
    );
  }
}

/** Names of layers and functions that are not Keras's, anywhere in a config. */
function customNames(value: unknown, what: string): [name: string, what: string][] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((one) => customNames(one, what));
  const { module, registered_name: name } = value as { readonly module?: unknown; readonly registered_name?: unknown };
  return module === null && typeof name === 'string' ? [[name, what], ...inner] : inner;
}
