/** The lock of a journal keeps others out, Optuna's processes too, and is free when who had it is gone. */
import { readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { nodeFileSystem, type FileSystem } from '../../../src/io/file-system.ts';
import { JournalLock, type LockOptions } from '../../../src/tune/journal-lock.ts';
import { FaultyFileSystem, systemError } from '../../support/faulty-file-system.ts';

const files = await nodeFileSystem();
const pathIn = (t: Test): string => join(t.testdir(), 'study.journal');
let locks = 0;
const lockOf = (path: string, options: Partial<LockOptions> = {}): JournalLock =>
  new JournalLock(path, {
    files,
    owner: `owner-${locks++}`,
    grace: 30_000,
    isGone: async (owner) => owner === 'dead',
    ...options,
  });
const deadLock = (path: string): void => writeFileSync(`${path}.lock`, 'gradtape dead\n');

interface Attempt {
  /** Whether the lock was taken within some milliseconds. */
  readonly isTaken: boolean;
  /** When it has been taken at last, and given back. */
  readonly end: Promise<boolean>;
}

async function attempt(lock: JournalLock, patience: number): Promise<Attempt> {
  const end = lock.hold(async () => true);
  return { isTaken: await Promise.race([end, sleep(patience, false)]), end };
}

t.test('one at a time, and nothing is left behind', async (t) => {
  const path = pathIn(t);
  let [inside, most, count] = [0, 0, 0];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = lockOf(path);
      for (let i = 0; i < 20; i++) {
        await lock.hold(async () => {
          most = Math.max(most, ++inside);
          t.match(readFileSync(`${path}.lock`, 'utf8'), /^gradtape owner-\d+\n$/);
          await sleep(0);
          count++;
          inside--;
        });
      }
    }),
  );
  t.strictSame([most, count], [1, 160]);
  t.strictSame(readdirSync(t.testdirName), []);
});

t.test("both of Optuna's locks keep us out until they are gone", async (t) => {
  const path = pathIn(t);
  writeFileSync(path, '{"op_code":0}\n');
  for (const make of [() => symlinkSync(path, `${path}.lock`), () => writeFileSync(`${path}.lock`, '')]) {
    make();
    const lock = lockOf(path);
    const taken = lock.hold(async () => lock.isHeld());
    t.equal(await Promise.race([taken, sleep(120, 'waits')]), 'waits');
    rmSync(`${path}.lock`);
    t.equal(await taken, true);
  }
});

t.test('a lock that does not change for the grace period is taken, by one only', async (t) => {
  const path = pathIn(t);
  symlinkSync(path, `${path}.lock`);
  let [inside, most] = [0, 0];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: 5 }, () =>
      lockOf(path, { grace: 300 }).hold(async () => {
        most = Math.max(most, ++inside);
        await sleep(5);
        inside--;
      }),
    ),
  );
  t.ok(performance.now() - start >= 300);
  t.equal(most, 1);
});

t.test('a lock that changes is not an old one, however long there is one', async (t) => {
  const path = pathIn(t);
  const change = (): void => writeFileSync(`${path}.lock`, 'gradtape alive\n');
  change();
  const changing = setInterval(change, 50);
  const { isTaken, end } = await attempt(lockOf(path, { grace: 1_000 }), 2_000);
  clearInterval(changing);
  t.equal(isTaken, false);
  t.equal(await end, true, 'when it has not changed for the grace period');
});

t.test('the lock of one that is gone is free at once, that of one that lives is not', async (t) => {
  const path = pathIn(t);
  deadLock(path);
  t.equal((await attempt(lockOf(path), 5_000)).isTaken, true);
  writeFileSync(`${path}.lock`, 'gradtape alive\n');
  const { isTaken, end } = await attempt(lockOf(path, { grace: 400 }), 100);
  t.equal(isTaken, false);
  t.equal(await end, true, 'after the grace');
});

t.test('when many find the lock of one that is gone, each new lock has one owner', async (t) => {
  const path = pathIn(t);
  let [inside, most] = [0, 0];
  for (let round = 0; round < 15; round++) {
    deadLock(path);
    // What differs between two locks of the same owner.
    utimesSync(`${path}.lock`, round, round);
    await Promise.all(
      Array.from({ length: 6 }, () =>
        lockOf(path).hold(async () => {
          most = Math.max(most, ++inside);
          await sleep(1);
          inside--;
        }),
      ),
    );
  }
  t.equal(most, 1);
  t.strictSame(readdirSync(t.testdirName), []);
});

/** Waits with every claim until the lock was freed and taken by another: the worst moment to remove a lock. */
class LateFiles extends FaultyFileSystem {
  readonly #path: string;
  isLate = false;

  constructor(path: string) {
    super(files);
    this.#path = path;
  }

  override async create(path: string): ReturnType<FileSystem['create']> {
    if (path.endsWith('.rename')) {
      this.isLate = true;
      rmSync(this.#path);
      writeFileSync(this.#path, 'gradtape alive\n');
    }
    return super.create(path);
  }
}

t.test('who is late to free a lock leaves the new one alone', async (t) => {
  const path = pathIn(t);
  deadLock(path);
  const late = new LateFiles(`${path}.lock`);
  const { isTaken, end } = await attempt(lockOf(path, { files: late, grace: 2_000 }), 300);
  t.equal(isTaken, false);
  t.equal(late.isLate, true);
  t.equal(readFileSync(`${path}.lock`, 'utf8'), 'gradtape alive\n');
  rmSync(`${path}.lock`);
  t.equal(await end, true);
});

t.test('a lock that others took from us is theirs', async (t) => {
  const path = pathIn(t);
  const lock = lockOf(path);
  await lock.hold(async () => {
    t.equal(await lock.isHeld(), true);
    rmSync(`${path}.lock`);
    t.equal(await lock.isHeld(), false);
    writeFileSync(`${path}.lock`, 'gradtape alive\n');
    t.equal(await lock.isHeld(), false);
  });
  t.equal(readFileSync(`${path}.lock`, 'utf8'), 'gradtape alive\n');
  t.equal(await lock.isHeld(), false);
});

t.test('what was done under a lock that cannot be given back stands, and its owner takes it again', async (t) => {
  const path = pathIn(t);
  let isFailing = true;
  const faulty = new FaultyFileSystem(files, ({ name }) =>
    name === 'rename' && isFailing ? systemError('EIO') : undefined,
  );
  const lock = lockOf(path, { files: faulty });
  t.equal(await lock.hold(async () => 'done'), 'done');
  isFailing = false;
  t.equal((await attempt(lock, 1_000)).isTaken, true);
  t.strictSame(readdirSync(t.testdirName), []);
});

t.test('where files have one name only, the lock is made by its own name', async (t) => {
  const path = pathIn(t);
  const single = new FaultyFileSystem(files, ({ name }) => (name === 'link' ? systemError('EPERM') : undefined));
  const lock = lockOf(path, { files: single });
  const { isTaken, end } = await lock.hold(async () => {
    t.match(readFileSync(`${path}.lock`, 'utf8'), /^gradtape owner/);
    t.equal(await lock.isHeld(), true);
    const other = await attempt(lockOf(path, { files: single }), 50);
    // Not awaited here: it waits for this one.
    return { isTaken: other.isTaken, end: [other.end] };
  });
  t.equal(isTaken, false);
  t.equal(await end[0], true);
});

t.test('a folder is made; what the system refuses is a FileError', async (t) => {
  const path = join(t.testdir(), 'a/b/study.journal');
  t.equal(await lockOf(path).hold(async () => true), true);
  const faulty = new FaultyFileSystem(files, ({ name }) => (name === 'create' ? systemError('ENOSPC') : undefined));
  await t.rejects(
    lockOf(path, { files: faulty }).hold(async () => true),
    { name: 'FileError', path, message: /making its lock failed: ENOSPC.*The disk is full/ },
  );
});

t.test('what killed processes left is removed, what others use is not', async (t) => {
  const folder = t.testdir({
    'study.journal.lock.dead-0.tmp': 'gradtape dead\n',
    'study.journal.lock12-3.rename': 'gradtape dead\n',
    'study.journal.lock.alive-0.tmp': 'gradtape alive\n',
    'other.journal.lock.dead-0.tmp': 'gradtape dead\n',
    'study.journal.lock.txt': 'gradtape dead\n',
  });
  await lockOf(join(folder, 'study.journal')).hold(async () => undefined);
  t.strictSame(readdirSync(folder).sort(), [
    'other.journal.lock.dead-0.tmp',
    'study.journal.lock.alive-0.tmp',
    'study.journal.lock.txt',
  ]);
});
