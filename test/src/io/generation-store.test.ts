/** Two files take turns: a save is atomic, damage costs one generation at most, and faults of the disk are told. */
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { GenerationStore } from '../../../src/io/generation-store.ts';
import { crc32c } from '../../../src/io/crc.ts';
import { FaultyFileSystem, systemError } from '../../support/faulty-file-system.ts';
import { ModelledDisk } from '../../support/modelled-disk.ts';
import { captured } from '../callbacks/fake-model.ts';

const PATH = '/run/state.ckpt';
const OTHER = `${PATH}.alternate`;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

/** A disk with these generations saved, and a store that has seen nothing of it. */
async function saved(...texts: readonly string[]): Promise<{ disk: ModelledDisk; store: GenerationStore }> {
  const disk = new ModelledDisk();
  const store = new GenerationStore(PATH, disk);
  for (const text of texts) await store.save(bytesOf(text));
  return { disk, store: new GenerationStore(PATH, disk) };
}

function damage(disk: ModelledDisk, path: string, at = 42): void {
  const bytes = disk.bytesOf(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
}

/** What `load` gives, and what it warns of. */
async function loaded(store: GenerationStore): Promise<[text: string | undefined, warnings: string[]]> {
  let text: string | undefined;
  const { warnings } = await captured(async () => (text = textOf(await store.load())));
  return [text, warnings];
}

t.test('nothing is loaded before the first save, then the newest, by a new store too', async (t) => {
  const { store } = await saved();
  t.equal(await store.load(), undefined);
  for (const text of ['one', 'two', 'three', '', 'five']) {
    const { store: next } = await saved('zero', text);
    t.strictSame(await loaded(next), [text, []]);
    await store.save(bytesOf(text));
    t.strictSame(await loaded(store), [text, []]);
  }
});

t.test('two files hold the last two generations, whatever the number of saves', async (t) => {
  const { disk } = await saved('one', 'two', 'three', 'four', 'five');
  t.strictSame(disk.paths, [PATH, OTHER]);
  t.match(textOf(disk.bytesOf(PATH)), /five$/);
  t.match(textOf(disk.bytesOf(OTHER)), /four$/);
});

t.test('a damaged newest generation is passed over with a warning, and replaced by the next save', async (t) => {
  for (const at of [0, 10, 20, 38, 42]) {
    const { disk, store } = await saved('one', 'two', 'three');
    damage(disk, PATH, at);
    const [text, warnings] = await loaded(store);
    t.equal(text, 'two');
    t.match(
      warnings,
      [/^\/run\/state\.ckpt: the file .* \/run\/state\.ckpt\.alternate, is used in its place\.$/],
      `byte ${at}`,
    );
    await store.save(bytesOf('four'));
    t.strictSame(await loaded(store), ['four', []]);
    t.match(textOf(disk.bytesOf(OTHER)), /two$/, 'the intact one was not touched');
    await store.save(bytesOf('five'));
    t.match(textOf(disk.bytesOf(PATH)), /four$/, 'and the files take turns again');
  }
});

t.test('a file that the disk cannot give back counts as damaged; one that may not be read does not', async (t) => {
  const { disk } = await saved('one', 'two', 'three');
  const failing = (code: string, index: number): GenerationStore =>
    new GenerationStore(
      PATH,
      new FaultyFileSystem(disk, (call) => (call.index === index ? systemError(code) : undefined)),
    );
  // Two seals are read, then the newest file.
  const [text, warnings] = await loaded(failing('EIO', 2));
  t.equal(text, 'two');
  t.match(warnings, [/state\.ckpt: reading failed: EIO.* is used in its place/]);
  for (const index of [0, 1, 2]) {
    await t.rejects(failing('EACCES', index).load(), { name: 'FileError', step: 'reading', got: 'EACCES' });
  }
});

t.test('when no generation is intact that is an error which names both, and nothing is lost by it', async (t) => {
  const { disk, store } = await saved('one', 'two');
  damage(disk, PATH);
  damage(disk, OTHER, 3);
  t.ok((await store.load().catch((error: unknown) => error)) instanceof FormatError);
  await t.rejects(store.load(), {
    name: 'FormatError',
    message:
      /no generation is intact\. .*alternate: the file does not begin.*state\.ckpt: the file was changed.* Delete/,
  });
  await store.save(bytesOf('three'));
  t.strictSame((await loaded(store))[0], 'three');
});

t.test('a file of a newer version is neither passed over nor replaced', async (t) => {
  const { disk, store } = await saved('one', 'two');
  const bytes = disk.bytesOf(PATH);
  bytes[8] = 9;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(36, crc32c(bytes.subarray(0, 36)), true);
  await t.rejects(store.load(), { name: 'FormatError', message: /version 9/ });
  await t.rejects(store.save(bytesOf('three')), { name: 'FormatError', message: /version 9/ });
});

t.test('calls wait for each other, and a failed one does not stop those after it', async (t) => {
  let broken = false;
  const files = new FaultyFileSystem(new ModelledDisk(), () => (broken ? systemError('ENOSPC') : undefined));
  const store = new GenerationStore(PATH, files);
  const saves = ['one', 'two', 'three'].map((text) => store.save(bytesOf(text)));
  t.equal(textOf(await store.load()), 'three');
  await Promise.all(saves);
  broken = true;
  const failed = store.save(bytesOf('four'));
  await t.rejects(failed, { name: 'FileError', got: 'ENOSPC' });
  broken = false;
  await store.save(bytesOf('five'));
  t.equal(textOf(await store.load()), 'five');
});

t.test('removing takes both files, and is no error when there are none', async (t) => {
  const { disk, store } = await saved('one', 'two');
  await store.remove();
  t.strictSame(disk.paths, []);
  t.equal(await store.load(), undefined);
  await store.remove();
  await store.save(bytesOf('again'));
  t.equal(textOf(await store.load()), 'again');
});
