/** Backups in folders: signals ask for them, a full disk leaves the old one, damage is told and passed over. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as gt from 'gradtape/node';
import t from 'tap';
import { BackupAndRestore } from '../../../src/callbacks/backup-and-restore.ts';
import { FileError } from '../../../src/errors.ts';
import { nodeFileSystem } from '../../../src/io/file-system.ts';
import { GenerationStore } from '../../../src/io/generation-store.ts';
import { FaultyFileSystem, systemError } from '../../support/faulty-file-system.ts';
import { childDevice } from '../callbacks/child-device.ts';
import { captured } from '../callbacks/fake-model.ts';
import { interruption, outcomeOf, undisturbed, type Outcome, type Training } from '../callbacks/interrupted.ts';
import { trainings } from '../callbacks/trainings.ts';

const { backupAndRestore } = gt.callbacks;
const make = trainings['mlp'] as () => Training;
const child = fileURLToPath(new URL('signalled-child.js', import.meta.url));
/** Why a test of signals does not run, where it does not. */
const noSignals = process.platform === 'win32' && 'Windows ends a process at once: no signal reaches it';

const started = (): Training => {
  gt.seed(7);
  return make();
};

class Kill extends Error {}
const killer = (at: number): gt.Callback =>
  interruption(at, () => {
    throw new Kill('killed');
  });

interface Life {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
}

/** A child that gets a signal as it ends its second batch. Under tap it has the listeners of signal-exit beside ours. */
const live = (args: readonly string[], signal?: NodeJS.Signals): Promise<Life> =>
  new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [...childDevice, child, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let isSent = signal === undefined;
    process_.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (isSent || !text.includes('batch 1\n')) return;
      isSent = true;
      process_.kill(signal);
    });
    process_.on('error', reject);
    process_.on('close', (code, by) => resolve({ code, signal: by, lines: text.trim().split('\n') }));
  });

const resultIn = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
const asJson = (outcome: Outcome): unknown => JSON.parse(JSON.stringify(outcome));

t.test('SIGINT and SIGTERM: a backup, then the process ends by the signal; started again it goes on', { skip: noSignals }, async (t) => {
  const wanted = asJson(await undisturbed(make));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const folder = t.testdir();
    const first = await live([folder], signal);
    t.equal(first.signal, signal, 'the process ends as it does without us');
    t.notOk(existsSync(join(folder, 'result.json')));
    t.ok(readdirSync(join(folder, 'backup')).includes('run.state'));
    const second = await live([folder]);
    t.match(second.lines[0], /training goes on in epoch 1 of 3, after its batch 2/);
    t.equal(second.lines[1], 'batch 2');
    t.strictSame(resultIn(folder), wanted);
    t.equal(second.lines.at(-1), 'listeners 0');
    t.notOk(existsSync(join(folder, 'backup')), 'the folder goes with the backup');
  }
}); // prettier-ignore

t.test('a listener of the program’s own decides what comes after the backup', { skip: noSignals }, async (t) => {
  const folder = t.testdir();
  const { code, lines } = await live([folder, 'listen'], 'SIGTERM');
  t.equal(code, 0, 'training goes on to its end');
  t.equal(lines.filter((line) => line === 'heard').length, 1, 'the signal is heard once');
  t.strictSame(resultIn(folder), asJson(await undisturbed(make)));
});

t.test('a full disk during a backup leaves the old one, from which training goes on', async (t) => {
  const path = join(t.testdir(), 'run.state');
  const wanted = await undisturbed(make);
  const fs = await nodeFileSystem();
  for (const failing of ['create', 'write', 'sync', 'rename'] as const) {
    let saves = 0;
    const faulty = new FaultyFileSystem(fs, ({ name }) => {
      if (name === 'create') saves++;
      return saves === 4 && name === failing ? systemError('ENOSPC') : undefined;
    });
    const store = new GenerationStore(path, faulty);
    const refused = started().fit([new BackupAndRestore(path, store, { saveFreq: 1 })]);
    await t.rejects(refused, { name: 'FileError', message: /ENOSPC.*The disk is full/ }, failing);
    await refused.catch((error: unknown) => t.ok(error instanceof FileError));
    const again = started();
    const resumed: unknown[] = [];
    const history = await again.fit([
      new BackupAndRestore(path, new GenerationStore(path), { saveFreq: 1 }),
      { onTrainResume: (position) => void resumed.push(position) },
    ]);
    t.strictSame(resumed, [{ epoch: 0, batch: 3 }], 'the third backup is whole');
    t.strictSame(await outcomeOf(again, history), wanted);
  }
});

t.test('a damaged backup is passed over for the one before it, with a warning', async (t) => {
  const folder = join(t.testdir(), 'backup');
  const wanted = await undisturbed(make);
  const options = { saveFreq: 1 } as const;
  await t.rejects(started().fit([backupAndRestore(folder, options), killer(4)]), new Kill('killed'));
  // Of the two generations the newer one.
  const files = ['run.state', 'run.state.alternate'].map((name) => join(folder, name));
  const newest = files.find((file) => readFileSync(file).readBigUInt64LE(16) === 4n) as string;
  const bytes = readFileSync(newest);
  bytes[500] = (bytes[500] ?? 0) ^ 1;
  writeFileSync(newest, bytes);
  const again = started();
  const resumed: unknown[] = [];
  let outcome: Outcome | undefined;
  const { warnings } = await captured(async () => {
    const history = await again.fit([
      backupAndRestore(folder, options),
      { onTrainResume: (position) => void resumed.push(position) },
    ]);
    outcome = await outcomeOf(again, history);
  });
  t.match(warnings, [/checksum differs.* is used in its place/]);
  t.strictSame(resumed, [{ epoch: 0, batch: 3 }]);
  t.strictSame(outcome, wanted);
});

t.test('a folder that cannot be written ends fit before the first batch; one that others use stays', async (t) => {
  const folder = t.testdir({ file: 'not a folder' });
  let batches = 0;
  const counter: gt.Callback = { onTrainBatchBegin: () => void batches++ };
  const run = (path: string): Promise<gt.History> => started().fit([backupAndRestore(path), counter]);
  await t.rejects(run(join(folder, 'file', 'backup')), { name: 'FileError', message: /file/ });
  t.equal(batches, 0);
  mkdirSync(join(folder, 'shared'));
  writeFileSync(join(folder, 'shared', 'other'), 'of somebody else');
  await run(join(folder, 'shared'));
  t.strictSame(readdirSync(join(folder, 'shared')), ['other']);
});

t.test('wrong options are refused; a sink of one’s own takes the place of files', async (t) => {
  t.throws(() => backupAndRestore(''), { name: 'ArgumentError', message: /the folder is ''\. Give a path/ });
  t.throws(() => backupAndRestore('x', { signals: ['INT' as never] }), {
    name: 'ArgumentError',
    message: /signals is an array of 1\. Give a list such as \['SIGINT'/,
  });
  t.throws(() => backupAndRestore('x', { sink: () => undefined }), { name: 'ArgumentError', message: /source is/ });
  const saved: string[] = [];
  await started().fit([
    backupAndRestore('in memory', { sink: (name) => void saved.push(name), source: () => undefined }),
  ]);
  t.strictSame(new Set(saved), new Set(['in memory']));
  t.notOk(existsSync('in memory'));
});
