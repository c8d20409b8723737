/** Threads of Node and Workers of a page, started from the source text of their program, and seen alike. */
import { DeviceError } from '../../errors.ts';
import { isNode } from '../../is-node.ts';
import type { ThreadStart } from './layout.ts';
import { runThread } from './program.ts';

/** One thread. */
export interface Spawned {
  /** Undefined while it lives; then why it does not. */
  readonly end: string | undefined;
  /** Whether its end always becomes known. */
  readonly tells: boolean;
  terminate(): unknown;
}

/** Starts one thread. */
export type Spawn = (start: ThreadStart) => Spawned;

interface NodeWorker {
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface NodeThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
}

interface PageWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onerror: ((event: { readonly message?: string; preventDefault(): void }) => void) | null;
}

type PageWorkerClass = new (
  url: string | URL,
  options?: { readonly name?: string; readonly type?: 'module' },
) => PageWorker;

/** Named as bundlers look for it: they make a file of the program that is started by `new Worker(new URL(...))`. */
declare const Worker: PageWorkerClass | undefined;

// A specifier that bundlers for browsers cannot see: they would refuse what only Node has.
const THREADS = 'node:worker_threads';

/** The ways to start threads here, the first that works being the one to take. @throws DeviceError where there are none */
export async function waysToSpawn(): Promise<readonly Spawn[]> {
  if (isNode()) {
    const threads = (await import(/* webpackIgnore: true */ /* @vite-ignore */ THREADS)) as NodeThreads;
    return [(start) => nodeThread(threads.Worker, start)];
  }
  if (typeof Worker === 'undefined')
    throw new DeviceError('wasm: this JavaScript engine has no threads.', { where: 'setDevice' });
  const source = `onmessage = ({ data }) => (${String(runThread)})(data);`;
  const blob = (): string => URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const data = (): string => `data:text/javascript,${encodeURIComponent(source)}`;
  return [
    (start) => pageThread(new Worker(blob(), { name: nameOf(start) }), start),
    (start) => pageThread(new Worker(data(), { name: nameOf(start) }), start),
    // For a page whose policy allows neither; bundlers make a file of what is written in just this way.
    (start) => pageThread(new Worker(new URL('./page-worker.js', import.meta.url), { type: 'module' }), start),
  ];
}

const nameOf = ({ thread }: ThreadStart): string => `gradtape ${thread}`;

function nodeThread(NodeWorkerClass: NodeThreads['Worker'], start: ThreadStart): Spawned {
  const source = `(${String(runThread)})(require('node:worker_threads').workerData)`;
  // What the process was started with, loaders of modules say, is nothing to a thread without modules.
  const options = { eval: true, workerData: start, name: nameOf(start), execArgv: [] };
  const worker = new NodeWorkerClass(source, options);
  const thread: Mutable = { end: undefined, tells: true, terminate: () => worker.terminate() };
  worker.on('error', (error) => (thread.end ??= String(error)));
  worker.on('exit', (code) => (thread.end ??= `it ended with code ${code}`));
  // A team is no reason for a process to live on.
  worker.unref();
  return thread;
}

function pageThread(worker: PageWorker, start: ThreadStart): Spawned {
  const thread: Mutable = { end: undefined, tells: false, terminate: () => worker.terminate() };
  worker.onerror = (event) => {
    thread.end ??= event.message ?? "its Worker did not load, which a page's security policy may forbid (worker-src)";
    event.preventDefault();
  };
  worker.postMessage(start);
  return thread;
}

interface Mutable extends Spawned {
  end: string | undefined;
}
