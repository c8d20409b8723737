/** What `fit` may be told about the worker that it trains in. */
import type { DeviceName, DeviceOptions } from '../../devices/default-device.ts';
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';

/** The device of a worker: a name and the options that `setDevice` takes with it. */
export interface WorkerDevice extends DeviceOptions {
  readonly name: DeviceName;
}

/** As much of a worker as is needed: a `Worker` of a page or of `node:worker_threads`. */
export interface WorkerLike {
  postMessage(message: never, ...transfer: never[]): void;
  terminate(): unknown;
}

/** Options of a `fit` that trains in a worker. */
export interface FitWorkerOptions {
  /**
   * The URL of a module whose default export has the layers, activations, losses and metrics of one's own by their names,
   * as `loadModel` takes them in `customObjects`. The worker imports it.
   */
  readonly customObjects?: string | URL;
  /**
   * The worker's program, or a function that makes a worker of it. Default: the package's own file, which Node, Vite and
   * webpack find; with other bundlers `gradtape/training-worker`, bundled as a file of its own.
   */
  readonly program?: string | URL | (() => WorkerLike);
  /** Default: what `compile` was given, else the default here, with its options: threads, `fastMath`. */
  readonly device?: WorkerDevice;
}

/** @internal @throws ArgumentError for an option that is not what it should be */
export function workerOptions(where: string, worker: boolean | FitWorkerOptions | undefined): FitWorkerOptions {
  if (worker === true) return {};
  if (typeof worker !== 'object') {
    throw new ArgumentError(
      `${where}: worker is ${describeValue(worker)}. Give true, or { customObjects, program, device }.`,
      { where, got: worker },
    );
  }
  const { customObjects, program, device } = optionsOf(where, worker);
  checkLocation(where, 'worker.customObjects', customObjects);
  if (typeof program !== 'function') checkLocation(where, 'worker.program', program);
  if (device !== undefined && typeof (device as { name?: unknown } | null)?.name !== 'string') {
    throw new ArgumentError(
      `${where}: worker.device is ${describeValue(device)}. Give { name: 'wasm' }, with the options of setDevice beside it.`,
      { where, got: device },
    );
  }
  return worker;
}

/** @internal The whole URL of a module: where it stands alone, it is taken as the page would take it. */
export function urlOf(location: string | URL): URL {
  const base = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  return location instanceof URL ? location : new URL(location, base);
}

function checkLocation(where: string, name: string, value: string | URL | undefined): void {
  if (value === undefined) return;
  try {
    if (typeof value === 'string' || value instanceof URL) return void urlOf(value);
  } catch {
    // Said below.
  }
  throw new ArgumentError(
    `${where}: ${name} is ${describeValue(value)}. Give the URL of a module, such as new URL('./objects.js', import.meta.url).`,
    { where, got: value },
  );
}
