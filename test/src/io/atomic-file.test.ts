/** A file is written whole or not at all, and what is left behind by writers that died goes. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { removeFile, writeFileAtomically } from '../../../src/io/atomic-file.ts';
import { nodeFileSystem } from '../../../src/io/file-system.ts';
import { FaultyFileSystem, systemError, type Fault, type FileCall } from '../../support/faulty-file-system.ts';
import { ModelledDisk } from '../../support/modelled-disk.ts';

interface Outcome {
  readonly disk: ModelledDisk;
  readonly error: unknown;
  readonly calls: readonly string[];
  readonly openFiles: number;
}

const sorted = (names: readonly string[]): readonly string[] => [...names].sort();

const old = Buffer.from('the old bytes');
const bytes = Buffer.from('the new and longer bytes');

t.test('a file is written, replaced, and nothing else is left in its folder', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'a.bin');
  await writeFileAtomically(path, old);
  await writeFileAtomically(path, bytes);
  t.strictSame(readFileSync(path), bytes);
  await writeFileAtomically(path, new Uint8Array());
  t.equal(readFileSync(path).length, 0);
  t.strictSame(readdirSync(folder), ['a.bin']);
});

t.test('missing folders are made, and each is synced into the one above it', async (t) => {
  const path = join(t.testdir(), 'one/two/three/a.bin');
  const calls = new FaultyFileSystem(await nodeFileSystem());
  await writeFileAtomically(path, bytes, calls);
  t.strictSame(readFileSync(path), bytes);
  t.equal(calls.calls.filter((name) => name === 'openFolder').length, 4);
});

t.test('a system that takes few bytes at a time is given the rest, one that takes none is an error', async (t) => {
  const path = join(t.testdir(), 'a.bin');
  const taking = async (count: number): Promise<FaultyFileSystem> =>
    new FaultyFileSystem(await nodeFileSystem(), ({ name }) => (name === 'write' ? count : undefined));
  const few = await taking(5);
  await writeFileAtomically(path, bytes, few);
  t.strictSame(readFileSync(path), bytes);
  t.equal(few.calls.filter((name) => name === 'write').length, Math.ceil(bytes.length / 5));
  await t.rejects(writeFileAtomically(path, old, await taking(0)), {
    name: 'FileError',
    message: /a\.bin: writing failed: the system took 0 of 13 bytes/,
  });
  t.strictSame(readFileSync(path), bytes);
});

t.test('two writers of one path at a time do not mix their bytes', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'a.bin');
  const contents = Array.from({ length: 8 }, (_, i) => Buffer.alloc(100_000, i));
  await Promise.all(contents.map((content) => writeFileAtomically(path, content)));
  const written = readFileSync(path);
  t.ok(contents.some((content) => content.equals(written)));
  t.strictSame(readdirSync(folder), ['a.bin']);
});

t.test('writers that make the same folders at the same time do not stop each other', async (t) => {
  const disk = new ModelledDisk();
  const paths = Array.from({ length: 5 }, (_, i) => `/made/at once/${i}.bin`);
  await Promise.all(paths.map((path) => writeFileAtomically(path, bytes, disk)));
  t.strictSame(disk.paths, paths);
});

t.test('temporary files of writers that are gone are removed, those of others are not', async (t) => {
  const folder = t.testdir({
    // Above the largest number that Linux gives a process.
    'a.bin.99999999-0-3.tmp': 'left by one that was killed',
    'a.bin.99999999-0-3.tmp.txt': 'not ours',
    'b.a.bin.99999999-0-3.tmp': 'that of another file',
    [`a.bin.${process.ppid}-0-3.tmp`]: 'that of a process that runs',
  });
  await writeFileAtomically(join(folder, 'a.bin'), bytes);
  t.strictSame(
    readdirSync(folder).sort(),
    ['a.bin', 'a.bin.99999999-0-3.tmp.txt', `a.bin.${process.ppid}-0-3.tmp`, 'b.a.bin.99999999-0-3.tmp'].sort(),
  );
});

t.test('a real refusal of the system is told with its path, step, code and a way out', async (t) => {
  const folder = t.testdir({ file: 'not a folder' });
  await t.rejects(writeFileAtomically(join(folder, 'file/a.bin'), bytes), {
    name: 'FileError',
    path: join(folder, 'file/a.bin'),
    step: 'creating a temporary file',
    got: 'ENOTDIR',
    cause: { code: 'ENOTDIR' },
  });
  mkdirSync(join(folder, 'taken'));
  await t.rejects(
    writeFileAtomically(join(folder, 'taken'), bytes),
    /taken: renaming the temporary file failed: E(ISDIR|NOTEMPTY|EXIST)/,
  );
  t.strictSame(readdirSync(folder).sort(), ['file', 'taken']);
});

t.test('where no folder can be made, as below /proc, writing fails and does not hang', async (t) => {
  const files = new FaultyFileSystem(new ModelledDisk(), ({ name }) =>
    name === 'makeFolder' ? systemError('ENOENT') : undefined,
  );
  await t.rejects(writeFileAtomically('/none/deep/a.bin', bytes, files), {
    message: /^\/none\/deep\/a\.bin: making the folder failed: ENOENT/,
  });
});

t.test('removing a file that is not there is no error, a system that refuses is one', async (t) => {
  const path = join(t.testdir({ 'a.bin': 'x' }), 'a.bin');
  const files = await nodeFileSystem();
  await removeFile(path, files);
  t.notOk(existsSync(path));
  await removeFile(path, files);
  const refusing = new FaultyFileSystem(files, () => systemError('EACCES'));
  await t.rejects(removeFile(path, refusing), { name: 'FileError', step: 'removing the file', got: 'EACCES' });
});

t.test('systems that cannot sync folders are served without', async (t) => {
  const path = join(t.testdir(), 'a.bin');
  for (const code of ['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP']) {
    const files = new FaultyFileSystem(await nodeFileSystem(), ({ name }) =>
      name === 'openFolder' ? systemError(code) : undefined,
    );
    await writeFileAtomically(path, Buffer.from(code), files);
    t.equal(readFileSync(path, 'utf8'), code);
  }
});

/** Writes over an old file, or into folders that are missing, with one call that fails; gives what there is after it. */
async function writeWith(failing: number, path: string, hasOld: boolean): Promise<Outcome> {
  const disk = new ModelledDisk();
  if (hasOld) await writeFileAtomically(path, old, disk);
  const faultOf = ({ index }: FileCall): Fault => (index === failing ? systemError('EIO') : undefined);
  const files = new FaultyFileSystem(disk, faultOf);
  const error = await writeFileAtomically(path, bytes, files).catch((error: unknown) => error);
  return { disk, error, calls: files.calls, openFiles: files.openFiles };
}

for (const hasOld of [true, false]) {
  const what = hasOld ? 'the old file is whole' : 'there is no file';
  t.test(`whichever call fails, the error says so, ${what} and no temporary one is left`, async (t) => {
    const failed: string[] = [];
    for (let failing = 0; ; failing++) {
      // A path of its own: leftovers are looked for once for each.
      const path = `/deep/${hasOld ? 'old' : 'new'}/${failing}.bin`;
      const { disk, error, calls, openFiles } = await writeWith(failing, path, hasOld);
      const [name] = calls.slice(failing);
      if (name === undefined) {
        t.equal(error, undefined, 'without a failing call all is well');
        break;
      }
      failed.push(name);
      const where = `call ${failing}, ${name}`;
      const isInPlace = calls.indexOf('rename') >= 0 && calls.indexOf('rename') < failing;
      // Looking for leftovers may fail.
      const isWritten = isInPlace || error === undefined;
      t.equal(openFiles, 0, `${where}: nothing stays open`);
      t.strictSame(disk.paths, isWritten || hasOld ? [path] : [], `${where}: no file but the one`);
      if (isWritten || hasOld)
        t.strictSame(Buffer.from(disk.bytesOf(path)), isWritten ? bytes : old, `${where}: whole`);
      if (name === 'list') t.equal(error, undefined, where);
      else t.match(error, { name: 'FileError', path, got: 'EIO', cause: { code: 'EIO' } }, where);
    }
    const expected = ['create', 'write', 'sync', 'close', 'rename', 'openFolder', 'sync', 'close'];
    const folders = [
      'create',
      'makeFolder',
      'makeFolder',
      'makeFolder',
      ...Array(2).fill(['openFolder', 'sync', 'close']).flat(),
    ];
    t.strictSame(sorted(failed), sorted([...(hasOld ? [] : [...folders, 'list']), ...expected]));
  });
}
