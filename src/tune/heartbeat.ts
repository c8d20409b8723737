/** Signs of life for other machines: something is appended now and then while trials of this writer run. */
import { now, wallTime } from '../clock.ts';
import type { StudyRecord } from './records.ts';
import { WRITER } from './trial-record.ts';

/** Among the system attributes of the journal's first study, in seconds since 1970; who lives is the line's own writer. */
const HEARTBEAT = 'gradtape:heartbeat';

export class Heartbeat {
  readonly #interval: number;
  readonly #append: (decide: () => readonly StudyRecord[]) => Promise<void>;
  #timer: ReturnType<typeof setInterval> | undefined;
  #running = 0;
  #last = 0;

  /** @param interval in milliseconds */
  constructor(interval: number, append: (decide: () => readonly StudyRecord[]) => Promise<void>) {
    this.#interval = interval;
    this.#append = append;
  }

  /** Tells what this writer has appended. */
  wrote(records: readonly StudyRecord[]): void {
    this.#last = now();
    // A trial that is taken over from a writer that is gone is given back first, in one piece: it was not ours.
    const taken = new Set<number>();
    for (const record of records) {
      if (record.kind === 'trialAttribute' && record.key === WRITER) taken.add(record.trial);
    }
    for (const record of records) {
      if (record.kind === 'createTrial') this.#running += (record.state ?? 'running') === 'running' ? 1 : 0;
      else if (record.kind === 'state' && record.state === 'running') this.#running++;
      else if (record.kind === 'state' && !(record.state === 'waiting' && taken.has(record.trial))) this.#running--;
    }
    if (this.#running > 0) this.#start();
    else this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#beat(), this.#interval);
    // Nobody waits for it.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #beat(): void {
    if (now() - this.#last < this.#interval / 2) return;
    const sign = (): StudyRecord => ({
      kind: 'studyAttribute',
      study: 0,
      owner: 'system',
      key: HEARTBEAT,
      value: wallTime(),
    });
    // The last trial may end before it is our turn. What is wrong with the file is told to whoever appends next.
    void this.#append(() => (this.#running > 0 ? [sign()] : [])).catch(() => undefined);
  }
}
