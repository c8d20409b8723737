/** A journal that lives as long as the process. */
import type { Journal, StudyRecord } from './records.ts';

/** Nobody else writes to it, and the study that does keeps what it needs: nothing is stored here. */
export class MemoryJournal implements Journal {
  readonly name = 'memory';
  readonly writer = 'memory';

  async read(): Promise<readonly StudyRecord[]> {
    return [];
  }

  async append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void> {
    decide([]);
  }

  async isGone(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
