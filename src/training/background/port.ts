/** A worker seen from the fit that made it: a thread of Node or a Worker of a page, with one way to speak and to end. */
import { DeviceError } from '../../errors.ts';
import { importThreads, startThread } from '../../workers/threads.ts';
import { lifelineName, whenLifelineEnds } from './lifeline.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { urlOf, type FitWorkerOptions, type WorkerLike } from './options.ts';

/** Told what a worker says, and that it died. */
export interface PortListener {
  heard(message: FromWorker): void;
  died(error: Error): void;
}

export interface WorkerPort {
  /** The name of the lock by whose end the worker's is seen; undefined where an event tells it, or nothing can. */
  readonly lifeline: string | undefined;
  post(message: ToWorker, memory?: readonly ArrayBuffer[]): void;
  /** Ends the worker. */
  close(): Promise<void>;
}

/** As much of a page's worker as is used here. */
interface PageWorker {
  postMessage(message: unknown, transfer: readonly unknown[]): void;
  addEventListener(kind: string, listener: (event: never) => void): void;
  terminate(): void;
}

/** As much of a thread of Node. */
interface NodeWorker {
  postMessage(message: unknown, transfer: readonly unknown[]): void;
  on(kind: string, listener: (event: never) => void): void;
  terminate(): Promise<unknown>;
}

declare const Worker: new (program: URL, options: { readonly type: 'module'; readonly name?: string }) => PageWorker;

/**
 * Starts a worker.
 * @throws DeviceError where there are none, or where the program cannot be found
 */
export async function openWorker(
  where: string,
  program: FitWorkerOptions['program'],
  listener: PortListener,
): Promise<WorkerPort> {
  const worker = (await startWorker(where, program)) as unknown as PageWorker | NodeWorker;
  let isOpen = true;
  const die = (reason: string, cause?: unknown): void => {
    if (!isOpen) return;
    isOpen = false;
    listener.died(new DeviceError(`${where}: the worker ended before the training did: ${reason}`, { where, cause }));
  };
  const broke = (error: unknown): void => {
    const { message } = error as { readonly message?: unknown };
    die(typeof message === 'string' && message !== '' ? message : 'its program could not be loaded', error);
    void worker.terminate();
  };
  const lifeline = 'on' in worker ? undefined : lifelineName();
  if ('on' in worker) {
    worker.on('message', (message: FromWorker) => listener.heard(message));
    worker.on('error', broke);
    worker.on('messageerror', broke);
    worker.on('exit', (code) => die(`exit code ${String(code)}`));
  } else {
    worker.addEventListener('message', ({ data }: { readonly data: FromWorker }) => {
      if (data.kind === 'ready' && data.holdsLifeline && lifeline !== undefined) {
        whenLifelineEnds(lifeline, () => die('it was terminated'));
      }
      listener.heard(data);
    });
    worker.addEventListener('error', broke);
    worker.addEventListener('messageerror', broke);
  }
  return {
    lifeline,
    post: (message, memory = []) => worker.postMessage(message, memory),
    async close() {
      isOpen = false;
      await worker.terminate();
    },
  };
}

async function startWorker(where: string, program: FitWorkerOptions['program']): Promise<WorkerLike> {
  try {
    if (typeof program === 'function') return program();
    if (typeof Worker === 'function') {
      // Written like this bundlers find the program, and make a file of it.
      if (program === undefined)
        return new Worker(new URL('./training-worker.js', import.meta.url), { type: 'module' });
      return new Worker(urlOf(program), { type: 'module' });
    }
    const threads = await importThreads(where);
    const url = program === undefined ? new URL('./training-worker.js', import.meta.url) : urlOf(program);
    return startThread(threads, url, { name: 'gradtape-fit' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeviceError(`${where}: the worker cannot be started: ${reason}`, { where, cause });
  }
}
