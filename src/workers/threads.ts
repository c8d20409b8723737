/** The threads of Node, imported when they are first asked for: browsers have no module of that name. */
import { GradtapeError } from '../errors.ts';

/** One end of a channel between threads. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: 'message', listener: (message: never) => void): void;
  close(): void;
}

/** A thread, seen from the one that made it. */
export interface Thread {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: 'message', listener: (message: never) => void): void;
  on(event: 'error' | 'messageerror', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  terminate(): Promise<number>;
}

/** How a thread begins. */
export interface ThreadOptions {
  /** What debuggers call it. */
  readonly name: string;
  /** Copied to the thread. */
  readonly workerData?: unknown;
  /** Ports in it that move there. */
  readonly transferList?: readonly Port[];
}

/** What is used of `node:worker_threads`. */
export interface Threads {
  readonly Worker: new (program: URL | string, options: ThreadOptions & { readonly eval?: boolean }) => Thread;
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
  /** Undefined in the process's first thread. */
  readonly parentPort: Port | null;
  readonly workerData: unknown;
  receiveMessageOnPort(port: Port): { readonly message: unknown } | undefined;
}

// A specifier that bundlers for browsers cannot see: they would refuse what only Node has.
const THREADS = 'node:worker_threads';

/**
 * @param where who wants threads, for the message
 * @throws GradtapeError where there are none
 */
export async function importThreads(where: string): Promise<Threads> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ THREADS)) as Threads;
  } catch (cause) {
    throw new GradtapeError(
      `${where}: workers are threads of Node, which this runtime does not have. Give a function in place of a module's URL.`,
      { where, cause },
    );
  }
}

/** Starts a thread whose program is a module. */
export function startThread(threads: Threads, program: URL, options: ThreadOptions): Thread {
  const { execArgv = [] } = (globalThis as { process?: { readonly execArgv?: readonly string[] } }).process ?? {};
  // A thread inherits the options of its process, and with `node --input-type` Node runs no files.
  if (!execArgv.some((option) => option.startsWith('--input-type'))) return new threads.Worker(program, options);
  return new threads.Worker(`import(${JSON.stringify(program.href)})`, { ...options, eval: true });
}
