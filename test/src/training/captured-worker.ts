/** Workers that train, made by the test, which may end them. */
import { Worker } from 'node:worker_threads';

/** The package's own program. */
export const program: URL = new URL('../../../src/training/background/training-worker.js', import.meta.url);

export function captured(): { readonly workers: readonly Worker[]; readonly program: () => Worker } {
  const workers: Worker[] = [];
  return {
    workers,
    program() {
      const worker = new Worker(program);
      workers.push(worker);
      return worker;
    },
  };
}
