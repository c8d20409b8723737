/** Asks studies what their trials want to know: each question is a job of the study's own queue, its result the answer. */
import {
  closeAll,
  watchErrors,
  type BullEvents,
  type BullLibrary,
  type BullQueue,
  type QueueOptions,
} from './bullmq.ts';
import { JobResults } from './job-results.ts';
import { decode, encode, type AnswerMessage, type QuestionMessage } from './wire.ts';

/** Answers are read at once; a few stay for who looks late. */
const KEPT = { age: 600, count: 1_000 };

/** Studies whose connections are kept; a worker may live longer than many. */
const MOST_LINES = 8;

/** The connections to one study. */
interface Line {
  readonly queue: BullQueue;
  readonly events: BullEvents;
  readonly results: JobResults;
  /** Questions that wait for an answer. */
  waiting: number;
}

export interface InquirerParts {
  readonly where: string;
  readonly options: QueueOptions;
  /** Milliseconds to wait for an answer. */
  readonly patience: number;
}

export class Inquirer {
  readonly #library: BullLibrary;
  readonly #parts: InquirerParts;
  /** By the name of the queue, the newest last. */
  readonly #lines = new Map<string, Line>();

  constructor(library: BullLibrary, parts: InquirerParts) {
    this.#library = library;
    this.#parts = parts;
  }

  /** @returns undefined when nobody answered in time */
  async ask(name: string, question: QuestionMessage): Promise<AnswerMessage | undefined> {
    const line = this.#line(name);
    line.waiting++;
    try {
      await line.events.waitUntilReady();
      const job = await line.queue.add('question', encode(question), { removeOnComplete: KEPT, removeOnFail: KEPT });
      const end = await line.results.wait(job.id as string, this.#parts.patience);
      return end?.kind === 'completed' ? (decode(end.value) as AnswerMessage) : undefined;
    } finally {
      line.waiting--;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(closeLine));
  }

  #line(name: string): Line {
    const known = this.#lines.get(name);
    if (known) return known;
    const oldest = [...this.#lines].find(([, { waiting }]) => waiting === 0);
    if (oldest && this.#lines.size >= MOST_LINES) {
      this.#lines.delete(oldest[0]);
      void closeLine(oldest[1]);
    }
    const { where, options } = this.#parts;
    const queue = new this.#library.Queue(name, options);
    const events = new this.#library.QueueEvents(name, options);
    watchErrors(where, queue);
    watchErrors(where, events);
    const line = { queue, events, results: new JobResults(queue, events), waiting: 0 };
    this.#lines.set(name, line);
    return line;
  }
}

async function closeLine({ queue, events }: Line): Promise<void> {
  await closeAll([() => queue.close(), () => events.close()]);
}
