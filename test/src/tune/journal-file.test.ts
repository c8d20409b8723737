/** A journal in a file: shared, resumed, mended after kills, as it was after appends that failed. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { nodeFileSystem, type FileSystem } from '../../../src/io/file-system.ts';
import { thisProcess } from '../../../src/io/process-identity.ts';
import { createStudy, journalFile, samplers, type Journal, type ObjectiveTrial } from '../../../src/tune/index.ts';
import { JournalFile } from '../../../src/tune/journal-file.ts';
import { writeRecord } from '../../../src/tune/journal-text.ts';
import type { StudyRecord } from '../../../src/tune/records.ts';
import { FaultyFileSystem, systemError, type Fault, type FileCall } from '../../support/faulty-file-system.ts';
import { ModelledDisk } from '../../support/modelled-disk.ts';
import { seededDraw } from '../../support/mutated-bytes.ts';

const self = await thisProcess();
const disk = await nodeFileSystem();
const open = (path: string, files: FileSystem = disk, lockGrace = 30): JournalFile =>
  new JournalFile(path, files, self, { lockGrace, heartbeat: 30, goneAfter: 120 });
const pathIn = (t: Test): string => join(t.testdir(), 'study.journal');
const made: StudyRecord = { kind: 'createStudy', name: 's', directions: ['minimize'] };
const noted = (value: string | number): StudyRecord => ({
  kind: 'studyAttribute',
  study: 0,
  owner: 'user',
  key: 'n',
  value,
});
const add = (journal: Journal, ...records: readonly StudyRecord[]): Promise<void> => journal.append(() => records);
const objective = (trial: ObjectiveTrial): number => {
  const kind = trial.suggestCategorical('kind', ['a', 'b', 3, true, null]);
  return trial.suggestFloat('x', -1, 1) ** 2 + (kind === 'a' ? trial.suggestInt('n', 1, 64, { log: true }) : 0);
};

t.test('a study goes on where it ended, and another one lives in the same file', async (t) => {
  const path = join(t.testdir(), 'runs/one/study.journal');
  const sampler = samplers.random({ seed: 2 });
  const alone = await createStudy({ sampler });
  await alone.optimize(objective, { trials: 12 });
  const first = await createStudy({ storage: path, sampler });
  await first.optimize(objective, { trials: 5 });
  const other = await createStudy({ storage: path, name: 'other', directions: ['maximize', 'minimize'] });
  await other.optimize(() => [1, Infinity], { trials: 1 });
  await other.setUserAttribute('__proto__', { author: 'ada' });
  const again = await createStudy({ storage: path, name: 'study', sampler });
  await again.optimize(objective, { totalTrials: 12 });
  const shown = (study: typeof alone): unknown =>
    study.trials.map(({ params, value, state }) => ({ params: { ...params }, value, state }));
  t.strictSame(shown(again), shown(alone));
  const read = await createStudy({ storage: path, name: 'other' });
  t.strictSame(read.trials[0]?.values, [1, Infinity]);
  t.strictSame(Object.keys(read.userAttributes), ['__proto__']);
  t.strictSame(readdirSync(join(path, '..')), ['study.journal']);
  await t.rejects(createStudy({ storage: path }), /study\.journal has 2 studies: 'study', 'other'\. Say which/);
  await t.rejects(createStudy({ storage: path, name: 'other', direction: 'maximize' }), {
    name: 'ArgumentError',
    message: /'other' in .*study\.journal has directions maximize, minimize, not maximize/,
  });
  const trial = await again.ask();
  t.throws(
    () => trial.suggestInt('x', 0, 1),
    /kind changed within the study\. Earlier trials have a float from -1 to 1/,
  );
});

t.test('studies of one journal object, and of two, see each other', async (t) => {
  const path = pathIn(t);
  const journal = await journalFile(path);
  const one = await createStudy({ storage: journal, name: 'one' });
  const two = await createStudy({ storage: journal, name: 'two' });
  const same = await createStudy({ storage: path, name: 'one' });
  await two.optimize(objective, { trials: 2 });
  await one.optimize(objective, { trials: 3 });
  await same.optimize(objective, { trials: 2 });
  await one.refresh();
  t.strictSame([one.trials.length, two.trials.length, same.trials.length], [5, 2, 5]);
  t.strictSame(one.trials[4]?.values, same.trials[4]?.values);
});

t.test('processes that run one study at the same time share its trials', async (t) => {
  const path = pathIn(t);
  const studies = await Promise.all(Array.from({ length: 4 }, () => createStudy({ storage: path })));
  await (studies[0] as (typeof studies)[0]).enqueueTrial({ x: 0.25 });
  await Promise.all(studies.map((study) => study.optimize(objective, { trials: 5, parallel: 2 })));
  for (const study of studies) await study.refresh();
  for (const study of studies) {
    t.equal(study.trials.length, 20);
    t.ok(study.trials.every(({ state }) => state === 'complete'));
    t.equal(study.trials.filter(({ params }) => params['x'] === 0.25).length, 1);
  }
});

t.test('half a line is passed over by readers and cut off by the next append', async (t) => {
  const path = pathIn(t);
  const journal = open(path);
  await add(journal, made);
  appendFileSync(path, '{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"n":"hal');
  const reader = open(path);
  t.equal((await reader.read()).length, 1);
  t.equal((await reader.read()).length, 0);
  await add(journal, noted('whole'));
  t.strictSame(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { op_code: number }).op_code),
    [0, 2],
  );
  t.match(await reader.read(), [noted('whole')]);
});

t.test('a broken line in the middle is told with its number, as often as it is read', async (t) => {
  const path = pathIn(t);
  await add(open(path), made, noted(1));
  appendFileSync(path, `{"op_code":2,"wor{"op_code":10}\n${writeRecord(noted(2), 'w')}`);
  const journal = open(path);
  for (let i = 0; i < 2; i++) {
    await t.rejects(journal.read(), { name: 'FormatError', message: /study\.journal: line 3: it is no JSON/ });
  }
  await t.rejects(add(journal, noted(3)), /line 3/);
  await t.rejects(createStudy({ storage: path }), /line 3/);
  t.notOk(existsSync(`${path}.lock`));
});

t.test('an append whose lock was taken away before it wrote begins anew, and sees what came between', async (t) => {
  const path = pathIn(t);
  const journal = open(path);
  await add(journal, made);
  const seen: (readonly StudyRecord[])[] = [];
  await journal.append((news) => {
    seen.push(news);
    if (seen.length === 1) {
      rmSync(`${path}.lock`);
      appendFileSync(path, writeRecord(noted('theirs'), 'other'));
    }
    return [noted('ours')];
  });
  t.strictSame(seen, [[], [noted('theirs')]]);
  t.strictSame(await open(path).read(), [made, noted('theirs'), noted('ours')]);
});

t.test('a journal that became shorter is refused', async (t) => {
  const path = pathIn(t);
  const journal = open(path);
  await add(journal, made, noted(1));
  truncateSync(path, 10);
  const message = /has 10 bytes, and \d+ were read before.*Open the study anew/;
  await t.rejects(journal.read(), { name: 'FormatError', message });
  await t.rejects(add(journal, noted(2)), { name: 'FormatError', message });
});

t.test('long lines are read, too long ones are not written', async (t) => {
  const path = pathIn(t);
  const journal = open(path);
  const long = 'x'.repeat(3_000_000);
  await add(journal, made, noted(long), noted(1));
  t.match(await open(path).read(), [made]);
  const read: StudyRecord[] = [];
  for (const other = open(path); ;) {
    const news = await other.read();
    if (news.length === 0) break;
    read.push(...news);
  }
  t.strictSame(read, [made, noted(long), noted(1)]);
  const before = readFileSync(path);
  await t.rejects(add(journal, noted(2), noted('x'.repeat(9_000_000))), {
    name: 'ArgumentError',
    message: /cannot be kept: its line has 9000\d+ bytes/,
  });
  let deep: unknown = 1;
  for (let i = 0; i < 70; i++) deep = [deep];
  await t.rejects(add(journal, { ...noted(1), value: deep } as StudyRecord), /nested too deep/);
  await t.rejects(add(journal, { ...noted(1), value: Array(400_000).fill(1) } as StudyRecord), /too many values/);
  t.ok(before.equals(readFileSync(path)));
});

const deep = process.env['GRADTAPE_DEEP'] === '1';
const CODES = deep ? ['ENOSPC', 'EIO', 'EACCES', 'EDQUOT', 'EROFS', 'EMFILE'] : ['EIO'];
const faults: readonly [string, (call: FileCall) => Fault][] = [
  ...CODES.map((code): [string, (call: FileCall) => Fault] => [code, () => systemError(code)]),
  ['no byte taken', ({ name }) => (name === 'write' ? 0 : undefined)],
  ['7 bytes taken', ({ name }) => (name === 'write' ? 7 : undefined)],
  ['7 bytes taken, then a full disk', ({ name }) => (name === 'write' ? 7 : undefined)],
];

t.test('an append that fails at any call leaves the journal as it was, and the next one works', async (t) => {
  const folder = t.testdir();
  let [rejected, fulfilled] = [0, 0];
  for (const [how, faultAt] of faults) {
    for (let failing = 0; ; failing++) {
      const path = join(folder, `${how}-${failing}.journal`);
      await add(open(path), made);
      appendFileSync(path, failing % 2 === 0 ? '' : '{"op_code":2,"hal');
      const whole = readFileSync(path, 'utf8').split('\n')[0] as string;
      let isFull = false;
      const faulty = new FaultyFileSystem(disk, (call) => {
        if (isFull && call.name === 'write') return systemError('ENOSPC');
        if (call.index !== failing) return undefined;
        isFull = how.endsWith('full disk') && call.name === 'write';
        return faultAt(call);
      });
      const journal = open(path, faulty);
      const error: unknown = await add(journal, noted(1), noted(2)).catch((caught: unknown) => caught);
      if (faulty.calls[failing] === undefined) break;
      const where = `${how} at call ${failing}, ${faulty.calls[failing]}`;
      const lines = readFileSync(path, 'utf8').split('\n');
      if (error === undefined) {
        fulfilled++;
        t.equal(lines.length, 4, where);
      } else {
        rejected++;
        t.match(error, { name: 'FileError', path }, where);
        t.strictSame(lines.slice(0, -1), [whole], where);
      }
      t.equal(faulty.openFiles, 0, where);
      isFull = false;
      await add(journal, noted(3));
      const read = await open(path).read();
      t.strictSame(read, [made, ...(error === undefined ? [noted(1), noted(2)] : []), noted(3)], where);
      t.notOk(existsSync(`${path}.lock`), where);
    }
  }
  t.ok(rejected > 15 && fulfilled > 5, `${rejected} rejected, ${fulfilled} fulfilled`);
});

t.test('a power cut at any call loses no append that has returned', async (t) => {
  const path = '/runs/study.journal';
  let states = 0;
  for (let cut = 0, isDone = false; !isDone; cut++) {
    const before = new ModelledDisk();
    const files = new FaultyFileSystem(before, ({ index }) =>
      index >= cut ? new Error('the power is cut') : undefined,
    );
    const journal = open(path, files);
    let acknowledged = 0;
    const records = [made, noted('first'), noted('second, and longer than the first')];
    for (const record of records) {
      const isSafe = await add(journal, record).then(
        () => true,
        () => false,
      );
      if (!isSafe) break;
      acknowledged++;
    }
    isDone = acknowledged === records.length;
    for (let seed = 0; seed < (deep ? 10 : 3); seed++) {
      states++;
      const after = before.afterPowerCut(seededDraw(100 * cut + seed));
      const next = open(path, after, 0.005);
      await add(next, noted('after'));
      const read = await open(path, after).read();
      const kept = read.length - 1;
      t.ok(kept === acknowledged || kept === acknowledged + 1, `cut at ${cut}: ${kept} of ${acknowledged}`);
      t.strictSame(read, [...records.slice(0, kept), noted('after')]);
    }
  }
  t.ok(states > 100, `${states} states`);
});

t.test('trials of a process that is gone wait for the next ask, those of another machine after a while', async (t) => {
  const path = pathIn(t);
  const [gone, elsewhere] = [`${self.host}:99999999:7:0-0`, 'elsewhere/1:5:7:0-0'];
  const running = (writer: string): string =>
    writeRecord({ kind: 'createTrial', study: 0, time: 1, systemAttributes: { 'gradtape:writer': writer } }, writer);
  writeFileSync(path, writeRecord(made, gone) + running(gone) + running(elsewhere));
  const journal = await journalFile(path, { goneAfter: 1 });
  const study = await createStudy({ storage: journal });
  t.equal((await study.ask()).number, 0, 'its process is gone');
  t.ok((study.trials[0]?.startTime ?? 0) > 1, 'it begins anew');
  t.equal((await study.ask()).number, 2, 'the other machine may live');
  await sleep(600);
  appendFileSync(path, writeRecord(noted('alive'), elsewhere));
  await sleep(600);
  t.equal((await study.ask()).number, 3, 'it gave a sign');
  await sleep(1100);
  t.equal((await study.ask()).number, 1, 'it gave none for long');
  t.equal((await study.ask()).number, 4, 'and is ours now');
  t.equal(await journal.isGone('an Optuna worker'), false);
});

t.test('while trials run, there are signs of life, and none after the last one', async (t) => {
  const path = pathIn(t);
  const study = await createStudy({ storage: await journalFile(path, { heartbeat: 0.05 }) });
  const beats = (): number => readFileSync(path, 'utf8').split('gradtape:heartbeat').length - 1;
  const trials = [await study.ask(), await study.ask()] as const;
  const other = await createStudy({ storage: path });
  await other.enqueueTrial({ x: 1 });
  await sleep(400);
  t.ok(beats() >= 3, `${beats()} beats`);
  await study.refresh();
  t.equal(study.trials.length, 3, 'what others added is not lost to them');
  await study.tell(trials[0], 1);
  const before = beats();
  await sleep(200);
  t.ok(beats() > before);
  await study.tell(trials[1], 1);
  const last = beats();
  await sleep(150);
  t.equal(beats(), last);
  await study.close();
});

/** Every call that changes something. */
const WRITES: ReadonlySet<string> = new Set(['create', 'link', 'rename', 'remove', 'makeFolder', 'write', 'truncate']);

t.test('a study that is there is looked at without the lock and without the right to write', async (t) => {
  const path = pathIn(t);
  const written = await createStudy({ storage: path, sampler: samplers.random() });
  await written.optimize(objective, { trials: 3 });
  const readOnly = new FaultyFileSystem(disk, ({ name }) => (WRITES.has(name) ? systemError('EACCES') : undefined));
  // Somebody is at it, and stays.
  writeFileSync(`${path}.lock`, '');
  appendFileSync(path, '{"op_code":4,"wor');
  const before = readFileSync(path, 'utf8');
  const study = await createStudy({ storage: open(path, readOnly) });
  t.equal(study.bestTrial.number, written.bestTrial.number);
  t.equal(study.trials.length, 3);
  await study.refresh();
  t.match(await study.toSvg('history'), /^<svg/);
  await study.close();
  t.notOk(readOnly.calls.some((name) => WRITES.has(name)));
  const late = createStudy({ storage: path });
  t.equal((await Promise.race([late, sleep(5000)]))?.trials.length, 3, 'nobody waits for the lock');
  const message = /study\.journal: making its lock failed: EACCES: planted\. This process may not write there/;
  await t.rejects(study.ask(), { name: 'FileError', message });
  await t.rejects(study.optimize(objective, { trials: 1 }), { name: 'FileError', message });
  await t.rejects(createStudy({ storage: open(path, readOnly), name: 'new' }), { name: 'FileError', message });
  t.equal(readFileSync(path, 'utf8'), before);
});

t.test('a path and times that are none are refused', async (t) => {
  const path = pathIn(t);
  for (const storage of [path, undefined]) {
    await t.rejects(createStudy({ ...(storage !== undefined && { storage }), name: 5 as never }), {
      name: 'ArgumentError',
      message: /createStudy: the name is 5\. Give a string/,
    });
  }
  t.notOk(existsSync(path));
  await t.rejects(journalFile(''), { name: 'ArgumentError', message: /path is ''/ });
  await t.rejects(journalFile('x', { goneAfter: 0 }), /goneAfter is 0\. Give seconds above 0/);
  await t.rejects(createStudy({ storage: 3 as never }), /the storage is 3/);
});

t.test('what could not be read again is not written', async (t) => {
  const path = pathIn(t);
  const journal = open(path);
  await add(journal, made);
  const before = readFileSync(path);
  const distribution = { kind: 'float', low: 1, high: 2, log: 'yes' as never, step: null } as const;
  await t.rejects(add(journal, noted(1), { kind: 'param', trial: 0, name: 'x', internal: 1, distribution }), {
    name: 'ArgumentError',
    message: /cannot be kept, for it could not be read again: .*line 3: log is neither true nor false/,
  });
  // More small things than readers have memory for.
  const many: readonly StudyRecord[] = Array.from({ length: 120_000 }, (_, i) => ({ ...noted(1), key: `${i}` }));
  let error: unknown;
  for (let round = 0; round < 4 && error === undefined; round++) {
    error = await add(journal, ...many).catch((caught: unknown) => caught);
  }
  t.match(error, { name: 'ArgumentError', message: /what its lines say needs/ });
  await add(journal, noted('the last'));
  const again = open(path);
  let last: StudyRecord | undefined;
  for (let news = await again.read(); news.length > 0; news = await again.read()) last = news.at(-1);
  t.match(last, noted('the last'));
  t.ok(readFileSync(path).subarray(0, before.length).equals(before));
});

t.test('a file that is no journal is refused and left as it is, with newlines or without', async (t) => {
  const path = pathIn(t);
  const foreign = [
    '{"precious":[1,2,3]}',
    '{"precious":[1,2,3',
    '[1,2,3]',
    '"text"',
    'a note',
    '{"op_code":0}',
    ' ',
    '{"op_code":0,"worker_id":"\u0001',
    '{"op_code":0,"worker_id":"\u0000a',
    '\u0000\u0001',
    '\u0089HDF',
    '['.repeat(100_000),
    '{"precious":1}\n',
    'a note\nand more',
  ];
  for (const text of foreign) {
    writeFileSync(path, text, 'latin1');
    const uses = [() => createStudy({ storage: path }), () => open(path).read(), () => add(open(path), made)];
    for (const use of uses as readonly (() => Promise<unknown>)[]) {
      await t.rejects(use(), { name: 'FormatError', message: /study\.journal: line 1: / }, text.slice(0, 30));
    }
    t.equal(readFileSync(path, 'latin1'), text);
  }
  t.strictSame(readdirSync(join(path, '..')), ['study.journal']);
});

t.test('a last line that only its newline is missing of is kept, a shorter one is cut off', async (t) => {
  const path = pathIn(t);
  for (const before of [[], [made], [made, noted(1)]]) {
    const start = before.map((record) => writeRecord(record, 'w')).join('');
    const last = before.length === 0 ? made : noted('the lást');
    const line = Buffer.from(writeRecord(last, 'w').trimEnd());
    for (let length = 0; length <= line.length; length++) {
      for (const zeros of length === line.length ? [0] : [0, 3]) {
        writeFileSync(path, Buffer.concat([Buffer.from(start), line.subarray(0, length), Buffer.alloc(zeros)]));
        const isWhole = length === line.length;
        const kept = [...before, ...(isWhole ? [last] : [])];
        const reader = open(path);
        const read: StudyRecord[] = [];
        for (let news = await reader.read(); news.length > 0; news = await reader.read()) read.push(...news);
        t.strictSame(read, kept);
        await add(open(path), noted('next'));
        t.strictSame(await reader.read(), [noted('next')]);
        t.strictSame(await reader.read(), []);
        const again = await open(path).read();
        t.strictSame(again, [...kept, noted('next')], `${length} of ${line.length} bytes and ${zeros} zeros`);
      }
    }
  }
});

t.test('a study whose last newline an editor took away has all of its trials', async (t) => {
  const path = pathIn(t);
  const study = await createStudy({ storage: path, sampler: samplers.random({ seed: 1 }) });
  await study.optimize(objective, { trials: 3 });
  writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
  const again = await createStudy({ storage: path, sampler: samplers.random({ seed: 1 }) });
  const states = (): readonly string[] => again.trials.map(({ state }) => state);
  t.strictSame(states(), ['complete', 'complete', 'complete']);
  await again.optimize(objective, { trials: 1 });
  t.strictSame(states(), ['complete', 'complete', 'complete', 'complete']);
  await study.refresh();
  t.equal(study.trials.length, 4);
});

t.test('a last line without its newline stays when an append fails, and when others wrote behind it', async (t) => {
  const path = pathIn(t);
  const text = writeRecord(made, 'w').trimEnd();
  writeFileSync(path, text);
  const faulty = new FaultyFileSystem(disk, ({ name }) => (name === 'sync' ? systemError('EIO') : undefined));
  const journal = open(path, faulty);
  await t.rejects(add(journal, noted(1)), { name: 'FileError' });
  t.equal(readFileSync(path, 'utf8'), text);
  const other = open(path);
  t.strictSame(await other.read(), [made]);
  appendFileSync(path, writeRecord(noted(2), 'w'));
  const uses = [() => journal.read(), () => other.read(), () => add(other, noted(3))];
  for (const use of uses as readonly (() => Promise<unknown>)[]) {
    await t.rejects(use(), { name: 'FormatError', message: /line 1 had no newline/ });
  }
  t.equal(readFileSync(path, 'utf8'), text + writeRecord(noted(2), 'w'));
  writeFileSync(path, `${writeRecord(made, 'w')}{"note":"of a person"}`);
  await t.rejects(add(open(path), noted(3)), { name: 'FormatError', message: /line 2: there is no 'op_code'/ });
  t.match(readFileSync(path, 'utf8'), /of a person"\}$/);
});
