/** Zip archives: what is written is laid out as Keras lays it out; what lies in the directory is refused. */
import t from 'tap';
import { zipSync } from 'fflate';
import { FormatError } from '../../../src/errors.ts';
import { ByteBudget } from '../../../src/io/byte-budget.ts';
import { isZip, readZip, writeZip } from '../../../src/keras/zip.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const read = (bytes: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> =>
  readZip(bytes, { where: 'a.keras', budget: new ByteBudget('a.keras', bytes.length), wanted: () => true });

const members: readonly [string, string][] = [
  ['metadata.json', '{}'],
  ['config.json', '{"class_name":"Sequential"}'],
  ['model.weights.h5', 'weights'.repeat(100)],
];
const stored = await writeZip(new Map(members.map(([name, value]) => [name, text(value)])));
const packed = zipSync(Object.fromEntries(members.map(([name, value]) => [name, text(value)])), { level: 9 });

/** Where the directory begins, and where each of its entries does. */
function directoryOf(bytes: Uint8Array): { start: number; entries: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = view.getUint32(bytes.length - 6, true);
  const entries: number[] = [];
  for (let at = start; at < bytes.length - 22; at += 46 + view.getUint16(at + 28, true)) entries.push(at);
  return { start, entries };
}

/** A copy with some bytes replaced. */
function changed(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

t.test('members come back in order, stored or deflated', async (t) => {
  for (const bytes of [stored, packed]) {
    t.ok(isZip(bytes));
    const found = await read(bytes);
    t.strictSame(
      [...found].map(([name, value]) => [name, new TextDecoder().decode(value)]),
      members,
    );
  }
});

t.test("the layout is Keras's: no compression, no flags, the earliest date, the same bytes each time", async (t) => {
  const view = new DataView(stored.buffer, stored.byteOffset);
  for (const entry of directoryOf(stored).entries) {
    t.equal(view.getUint16(entry + 8, true), 0, 'flags');
    t.equal(view.getUint16(entry + 10, true), 0, 'method');
    t.equal(view.getUint16(entry + 12, true), 0, 'time');
    t.equal(view.getUint16(entry + 14, true), 0x21, '1980-01-01');
  }
  t.strictSame(await writeZip(new Map(members.map(([name, value]) => [name, text(value)]))), stored);
});

t.test('an archive that is cut anywhere is refused', async (t) => {
  for (let length = 0; length < stored.length; length++) {
    const error: unknown = await read(stored.subarray(0, length)).catch((cause: unknown) => cause);
    if (!(error instanceof FormatError) || !error.message.startsWith('a.keras: '))
      t.fail(`${length} bytes: ${String(error)}`);
  }
  t.notOk(isZip(stored.subarray(0, 10)));
  t.notOk(isZip(text('{"class_name": "Sequential", "config": {}}')));
});

t.test('names that lead out of the archive, twice the same name and links are refused', async (t) => {
  for (const name of ['../evil', '/etc/passwd', 'a/../../b', 'C:\\x', 'a\\b', './config.json', '']) {
    const bytes = zipSync({ [name]: text('x') }, { level: 0 });
    await t.rejects(read(bytes), { name: 'FormatError', message: /leads out of the archive/ }, JSON.stringify(name));
  }
  const twice = zipSync({ 'config.json': text('a'), 'confih.json': text('b') }, { level: 0 });
  const same = new TextEncoder().encode('g');
  let doubled: Uint8Array = twice;
  for (let at = 0; at < twice.length - 11; at++)
    if (new TextDecoder().decode(twice.subarray(at, at + 11)) === 'confih.json')
      doubled = changed(doubled, at + 5, [...same]);
  await t.rejects(read(doubled), { message: "a.keras: the member 'config.json' is there twice." });
  const [entry = 0] = directoryOf(stored).entries;
  await t.rejects(read(changed(stored, entry + 40, [0xff, 0xa1])), { message: /'metadata.json' is a symbolic link/ });
});

t.test('sizes that cannot be are refused before anything is unpacked', async (t) => {
  const [entry = 0, second = 0] = directoryOf(packed).entries;
  const huge = [0, 0, 0, 0x40];
  await t.rejects(read(changed(packed, entry + 24, huge)), { message: /says that its \d+ bytes unpack to 1073741824/ });
  await t.rejects(read(changed(packed, entry + 20, huge)), { message: /says that it has 1073741824 bytes/ });
  await t.rejects(read(changed(stored, (directoryOf(stored).entries[0] ?? 0) + 24, [3])), {
    message: /says that its 2 bytes unpack to 3/,
  });
  const bomb = zipSync({ 'model.weights.h5': new Uint8Array(48 * 1024 * 1024) }, { level: 6 });
  t.ok(bomb.length < 100_000, 'a small file');
  await t.rejects(read(bomb), {
    message: /'model.weights.h5' needs 50331648 bytes of memory, and \d+ are left/,
  });
  // A stream that goes on after the size that the directory gives.
  const [bombEntry = 0] = directoryOf(bomb).entries;
  await t.rejects(read(changed(bomb, bombEntry + 24, [0, 0, 16, 0])), { message: /does not unpack to 1048576 bytes/ });
  const local = new DataView(packed.buffer, packed.byteOffset).getUint32(second + 42, true);
  await t.rejects(read(changed(packed, second + 42, [0, 0, 0, 0])), {
    message: /is called 'metadata.json' where its bytes are/,
  });
  t.ok(local > 0);
});

t.test('flipped bits, encryption and unknown methods are told', async (t) => {
  const { start, entries } = directoryOf(stored);
  const [entry = 0] = entries;
  const first = 30 + 'metadata.json'.length;
  await t.rejects(read(changed(stored, first, [0x5b])), {
    message: "a.keras: the member 'metadata.json' is damaged: its checksum differs.",
  });
  await t.rejects(read(changed(stored, entry + 8, [1])), { message: /'metadata.json' is encrypted/ });
  await t.rejects(read(changed(stored, entry + 10, [12])), {
    message: /is packed by method 12; known are 0 \(stored\) and 8 \(deflate\)/,
  });
  await t.rejects(read(changed(stored, start, [0])), { message: /entry 0 of the archive's directory is damaged/ });
  await t.rejects(read(changed(stored, stored.length - 12, [9, 0])), { message: /one part of several/ });
});
