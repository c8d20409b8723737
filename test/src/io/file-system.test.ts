/** Node's file system as the interface has it. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { codeOf, nodeFileSystem } from '../../../src/io/file-system.ts';

t.test('reading stops at the limit and at the end of the file', async (t) => {
  const path = join(t.testdir({ file: '0123456789' }), 'file');
  const files = await nodeFileSystem();
  const read = async (limit: number): Promise<string> => Buffer.from(await files.read(path, limit)).toString();
  t.equal(await read(4), '0123');
  t.equal(await read(10), '0123456789');
  t.equal(await read(Infinity), '0123456789');
  t.equal(await read(0), '');
  await t.rejects(files.read(`${path}.none`, 1), { code: 'ENOENT' });
});

t.test('a new file is made only where there is none', async (t) => {
  const folder = t.testdir({ there: 'old' });
  const files = await nodeFileSystem();
  await t.rejects(files.create(join(folder, 'there')), { code: 'EEXIST' });
  t.equal(readFileSync(join(folder, 'there'), 'utf8'), 'old');
  await t.rejects(files.create(join(folder, 'none/new')), { code: 'ENOENT' });
  const file = await files.create(join(folder, 'new'));
  t.equal(await file.write(Buffer.from('ab')), 2);
  t.equal(await file.write(Buffer.from('c')), 1);
  await file.sync();
  await file.close();
  t.equal(readFileSync(join(folder, 'new'), 'utf8'), 'abc');
  t.strictSame([...(await files.list(folder))].sort(), ['new', 'there']);
});

t.test(
  'a temporary file is left over when its process is gone, or is older than this one with its number',
  async (t) => {
    const folder = t.testdir({ file: '' });
    const path = join(folder, 'file');
    const files = await nodeFileSystem();
    // Above the largest number that Linux gives a process.
    t.equal(await files.isLeftover(path, '99999999-0'), true);
    t.equal(await files.isLeftover(path, `${process.ppid}-0`), false);
    t.equal(await files.isLeftover(path, files.writer), false);
    utimesSync(path, 1, 1);
    t.equal(await files.isLeftover(path, files.writer), true);
    t.equal(await files.isLeftover(path, `${process.ppid}-0`), false, 'age says nothing of other processes');
    await t.rejects(files.isLeftover(`${path}.none`, files.writer), { code: 'ENOENT' });
  },
);

t.test('two threads of a process are two writers', async (t) => {
  const script = join(t.testdir(), 'writer.mjs');
  const module = new URL('../../../src/io/file-system.js', import.meta.url).href;
  writeFileSync(
    script,
    `import { parentPort } from 'node:worker_threads';
     import { nodeFileSystem } from ${JSON.stringify(module)};
     parentPort.postMessage((await nodeFileSystem()).writer);`,
  );
  const worker = new Worker(script);
  const writer = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  t.match(writer, /^\d+-\d+$/);
  t.not(writer, (await nodeFileSystem()).writer);
});

t.test('the code of an error is told where it has one', (t) => {
  t.equal(codeOf(Object.assign(new Error('full'), { code: 'ENOSPC' })), 'ENOSPC');
  for (const error of [new Error('none'), { code: 5 }, 'ENOSPC', null, undefined]) t.equal(codeOf(error), undefined);
  t.end();
});
