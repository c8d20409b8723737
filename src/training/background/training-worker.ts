/**
 * The program of a worker that trains for a `fit`. A program of one's own imports it as `gradtape/training-worker`, and
 * gives it what the model has of one's own.
 */
import type { Model } from '../../models/model.ts';
import { importThreads } from '../../workers/threads.ts';
import { holdLifeline } from './lifeline.ts';
import { makeModel } from './make-model.ts';
import type { ToWorker } from './messages.ts';
import { Parent, type Post } from './parent.ts';
import { train } from './train.ts';

/** As much of a page's worker, seen from inside, as is used here. */
interface PageScope {
  postMessage(message: unknown, memory: readonly unknown[]): void;
  addEventListener(kind: 'message', listener: (event: { readonly data: ToWorker }) => void): void;
}

const given = /* @__PURE__ */ new Map<string, unknown>();

/**
 * Gives the models that this worker trains their layers, activations, losses and metrics of one's own.
 * @param objects by the names that configs have for them, as `loadModel` takes them
 * @example
 * // worker.js, the file that worker: { program } names
 * import { provideObjects } from 'gradtape/training-worker';
 * import { Scale } from './scale.js';
 * provideObjects({ Scale });
 */
export function provideObjects(objects: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(objects)) given.set(name, value);
}

function listener(post: Post): (message: ToWorker) => void {
  const parent = new Parent(post);
  let where = '';
  let model: Model | undefined;
  const act = async (message: ToWorker): Promise<void> => {
    if (message.kind === 'prepare') {
      where = message.job.where;
      model = await makeModel(message.job, given);
      post({ kind: 'ready', holdsLifeline: await holdLifeline(message.lifeline) });
    } else if (message.kind === 'train' && model) await train(where, model, message.job, parent);
    else parent.heard(message);
  };
  return (message) => void act(message).catch((error) => parent.failed(error));
}

function start(): void {
  const scope = globalThis as unknown as Partial<PageScope>;
  if (scope.postMessage && scope.addEventListener) {
    const page = scope as PageScope;
    const hear = listener((message, memory = []) => page.postMessage(message, memory));
    page.addEventListener('message', ({ data }) => hear(data));
    return;
  }
  void importThreads('training-worker').then(({ parentPort }) => {
    const hear = listener((message, memory) => parentPort?.postMessage(message, memory));
    parentPort?.on('message', hear);
  });
}

start();
