/** The fit that a worker trains for, seen from the worker. */
import { packError } from '../../workers/packed-error.ts';
import type { FromWorker, Question, ToWorker } from './messages.ts';

/** Where messages go. */
export type Post = (message: FromWorker, memory?: readonly ArrayBuffer[]) => void;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class Parent {
  /** Aborted when the fit is to end. */
  readonly signal: AbortSignal;
  readonly post: Post;
  /** Told of what comes unasked while training runs. */
  listener: ((message: Extract<ToWorker, { readonly kind: 'read' | 'stop' }>) => void) | undefined;
  readonly #controller = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor(post: Post) {
    this.post = post;
    this.signal = this.#controller.signal;
  }

  /** Waits for the answer. @throws Error when there is none; the fit knows why */
  ask<Answer>(question: Question): Promise<Answer> {
    const id = this.#count++;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.post({ kind: 'question', id, question });
    });
  }

  heard(message: ToWorker): void {
    switch (message.kind) {
      case 'answer':
        this.#take(message.id)?.resolve(message.value as never);
        break;
      case 'refusal':
        this.#take(message.id)?.reject(new Error('the fit that trains in this worker failed.'));
        break;
      case 'abort':
        this.#controller.abort();
        break;
      case 'read':
      case 'stop':
        this.listener?.(message);
        break;
      default:
    }
  }

  failed(error: unknown): void {
    this.post({ kind: 'failed', error: packError(error), end: undefined });
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
