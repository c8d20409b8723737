/** A study's state and its journal: everything is appended once, in order, and nothing is lost when an append fails. */
import t from 'tap';
import { ArgumentError } from '../../../src/errors.ts';
import type { Journal, StudyRecord } from '../../../src/tune/records.ts';
import { StudyLog } from '../../../src/tune/study-log.ts';

/** A journal whose lines can be seen, and whose appends can be made to fail or to wait. */
class SeenJournal implements Journal {
  readonly name = 'seen';
  readonly writer = 'me';
  readonly lines: string[] = [];
  failure: Error | undefined;
  /** Before the decision, and from it until the append is safe. */
  delay = 0;
  safeAfter = 0;
  /** What others append before the next decision. */
  readonly news: StudyRecord[] = [];

  async read(): Promise<readonly StudyRecord[]> {
    return [];
  }

  async append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void> {
    await new Promise((resolve) => void setTimeout(resolve, this.delay));
    const records = decide(this.news.splice(0));
    await new Promise((resolve) => void setTimeout(resolve, this.safeAfter));
    if (this.failure) throw this.failure;
    if (records.some((record) => record.kind === 'studyAttribute' && record.key === 'long')) {
      throw new ArgumentError('a record cannot be kept');
    }
    this.lines.push(...records.map(lineOf));
  }

  async isGone(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

const lineOf = (record: StudyRecord): string =>
  record.kind === 'studyAttribute' ? `${record.key}=${JSON.stringify(record.value)}` : record.kind;
const note = (key: string): StudyRecord => ({ kind: 'studyAttribute', study: 0, owner: 'user', key, value: 1 });

async function openLog(): Promise<{ readonly journal: SeenJournal; readonly log: StudyLog }> {
  const journal = new SeenJournal();
  const log = new StudyLog(journal);
  await log.transact(() => [{ kind: 'createStudy', name: 's', directions: ['minimize'] }]);
  return { journal, log };
}

t.test('what is written is applied at once and appended once, before what is decided after it', async (t) => {
  const { journal, log } = await openLog();
  journal.delay = 2;
  log.write(note('a'));
  log.write(note('b'));
  t.same({ ...log.state.named('s')?.userAttributes }, { a: 1, b: 1 });
  await log.transact(() => [note('c')]);
  log.write(note('d'));
  await log.flush();
  await log.flush();
  t.same(journal.lines, ['createStudy', 'a=1', 'b=1', 'c=1', 'd=1']);
});

t.test('what is written while an append is under way is in the next one', async (t) => {
  const { journal, log } = await openLog();
  journal.delay = 5;
  log.write(note('a'));
  await new Promise((resolve) => void setTimeout(resolve, 1));
  log.write(note('b'));
  await log.close();
  t.same(journal.lines, ['createStudy', 'a=1', 'b=1']);
  journal.safeAfter = 5;
  log.write(note('c'));
  await new Promise((resolve) => void setTimeout(resolve, 8));
  log.write(note('d'));
  await log.close();
  t.same(journal.lines.slice(3), ['c=1', 'd=1'], 'after it was decided, too');
});

t.test('a decision sees what others appended before it', async (t) => {
  const { journal, log } = await openLog();
  journal.news.push(note('theirs'));
  await log.transact((state) => [note(`with ${Object.keys(state.named('s')?.userAttributes ?? {}).join()}`)]);
  t.same(journal.lines, ['createStudy', 'with theirs=1']);
});

t.test(
  'an append that fails is told to who decides or flushes, and what was pending comes with the next one',
  async (t) => {
    const { journal, log } = await openLog();
    journal.failure = new Error('the disk is full');
    log.write(note('a'));
    await t.rejects(
      log.transact(() => [note('b')]),
      /the disk is full/,
    );
    await t.rejects(log.flush(), /the disk is full/);
    t.same({ ...log.state.named('s')?.userAttributes }, { a: 1 }, 'what was decided did not happen');
    journal.failure = undefined;
    await log.transact(() => [note('c')]);
    t.same(journal.lines, ['createStudy', 'a=1', 'c=1']);
  },
);

t.test('two decisions at the same time see each other', async (t) => {
  const { journal, log } = await openLog();
  journal.delay = 1;
  const take = (): Promise<void> => {
    return log.transact((state) => {
      const taken = Object.keys(state.named('s')?.userAttributes ?? {}).length;
      return [note(`take ${taken}`)];
    });
  };
  await Promise.all([take(), take(), take()]);
  t.same(journal.lines, ['createStudy', 'take 0=1', 'take 1=1', 'take 2=1']);
});

t.test(
  'a record that no journal takes is told of once, and not in the way of what is before and after it',
  async (t) => {
    const warnings: unknown[] = [];
    t.capture(console, 'warn', (message: unknown) => void warnings.push(message));
    const { journal, log } = await openLog();
    journal.delay = 1;
    for (const key of ['a', 'long', 'b']) log.write(note(key));
    await log.flush();
    t.match(warnings, [/is not kept: a record cannot be kept/]);
    log.write(note('c'));
    await t.rejects(
      log.transact(() => [note('long')]),
      /cannot be kept/,
    );
    await log.transact(() => [note('d')]);
    t.same(journal.lines, ['createStudy', 'a=1', 'b=1', 'c=1', 'd=1']);
    t.equal(warnings.length, 1);
  },
);

t.test('what is pending waits when a decision is refused', async (t) => {
  const { journal, log } = await openLog();
  journal.delay = 1;
  const refused = log.transact(() => {
    throw new ArgumentError('no');
  });
  log.write(note('a'));
  await t.rejects(refused, /no/);
  await log.flush();
  t.same(journal.lines, ['createStudy', 'a=1']);
});
