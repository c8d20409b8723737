/**
 * A study's state in memory and its journal, kept in step. What a running trial does is applied at once and appended
 * soon after; what several writers may want at once (a new trial, a waiting one) is decided with the journal to oneself.
 */
import { warn } from '../console.ts';
import { ArgumentError } from '../errors.ts';
import { JournalState, type StudyEntry } from './study-state.ts';
import type { Journal, StudyRecord } from './records.ts';

export class StudyLog {
  readonly journal: Journal;
  readonly state: JournalState = new JournalState();
  #pending: StudyRecord[] = [];
  #last: Promise<void> = Promise.resolve();
  #isFlushing = false;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Applies what others appended. */
  async refresh(): Promise<void> {
    await this.#inTurn(async () => {
      for (;;) {
        const news = await this.journal.read();
        if (news.length === 0) return;
        for (const record of news) this.state.apply(record);
      }
    });
  }

  /** Applies a record of a trial that this writer runs, and appends it soon. */
  write(record: StudyRecord): void {
    this.state.apply(record);
    this.#pending.push(record);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // A failure is kept for `flush`, which whoever ends the trial waits for.
    void this.transact(() => []).catch(() => undefined);
  }

  /** Appends what is pending. @throws what the journal throws; nothing pending is lost */
  flush(): Promise<void> {
    return this.#pending.length === 0 ? this.#last : this.transact(() => []);
  }

  /**
   * Appends what is pending and then what the answer is, which sees the newest state.
   * @param decide its records are applied when they are safe
   */
  transact(decide: (state: JournalState) => readonly StudyRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      let decided: readonly StudyRecord[] | undefined;
      let sent = 0;
      try {
        await this.journal.append((news) => {
          decided = undefined;
          for (const record of news) this.state.apply(record);
          decided = decide(this.state);
          sent = this.#pending.length;
          return [...this.#pending, ...decided];
        });
      } catch (error) {
        if (decided && isUnwritable(error)) await this.#appendOneByOne(sent);
        throw error;
      }
      this.#pending.splice(0, sent);
      for (const record of decided ?? []) this.state.apply(record);
    });
  }

  /** Appends what is pending but for what no journal takes, which would be in the way of everything after it. */
  async #appendOneByOne(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const [record] = this.#pending as [StudyRecord];
      try {
        await this.journal.append((news) => {
          for (const other of news) this.state.apply(other);
          return [record];
        });
      } catch (error) {
        if (!isUnwritable(error)) throw error;
        warn(`gradtape: something that a trial was told is not kept: ${(error as Error).message}`);
      }
      this.#pending.shift();
    }
  }

  async close(): Promise<void> {
    await this.flush();
    await this.journal.close();
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#last.catch(() => undefined).then(act);
    this.#last = turn.finally(() => {
      this.#isFlushing = false;
    });
    this.#last.catch(() => undefined);
    return this.#last;
  }
}

/** Whether it is the record's fault: too long, too deep, or with a value that has no text. */
function isUnwritable(error: unknown): boolean {
  return error instanceof ArgumentError || error instanceof TypeError || error instanceof RangeError;
}

/**
 * Opens a study that is there without writing, which needs neither the lock nor the right to write.
 * @returns the study with this name, made with these directions if there is none
 */
export async function openStudy(
  log: StudyLog,
  name: string,
  make: () => StudyRecord,
): Promise<{ readonly study: StudyEntry; readonly isNew: boolean }> {
  const known = log.state.named(name);
  if (known) return { study: known, isNew: false };
  let isNew = false;
  await log.transact((state) => {
    if (state.named(name)) return [];
    isNew = true;
    return [make()];
  });
  return { study: log.state.named(name) as StudyEntry, isNew };
}
