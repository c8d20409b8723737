/** HDF5 files that h5py wrote: every type of number and text, packed chunks, both layouts of groups. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FormatError } from '../../src/errors.ts';
import { readH5, type H5Dataset, type H5Group } from '../../src/keras/hdf5.ts';
import { root } from '../house/sources.ts';
import { mutatedBytes } from '../support/mutated-bytes.ts';

interface ExpectedDataset {
  readonly shape: readonly number[];
  readonly data: readonly string[];
}
interface ExpectedGroup {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly items: Readonly<Record<string, ExpectedGroup | ExpectedDataset>>;
}

const folder = join(root, 'test/keras/hdf5-files');
const names = readdirSync(folder).filter((name) => name.endsWith('.h5'));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

/** What Python says of a float64 that is rounded to float32 here. */
const number = (text: string): number =>
  Math.fround(text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text));

function plain(group: H5Group): unknown {
  const sorted = <Value>(entries: Iterable<readonly [string, Value]>): (readonly [string, Value])[] =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    attributes: sorted(group.attributes),
    items: sorted<unknown>([
      ...[...group.groups].map(([name, one]) => [name, plain(one)] as const),
      ...[...group.datasets].map(
        ([name, one]: [string, H5Dataset]) => [name, { shape: one.shape, data: [...one.data] }] as const,
      ),
    ]),
  };
}

function expectedOf(group: ExpectedGroup): unknown {
  const sorted = <Value>(record: Readonly<Record<string, Value>>): (readonly [string, Value])[] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    attributes: sorted(group.attributes),
    items: sorted(group.items).map(([name, one]) => [
      name,
      'items' in one ? expectedOf(one) : { shape: one.shape, data: one.data.map(number) },
    ]),
  };
}

for (const name of names) {
  t.test(`${name} is read as h5py reads it`, async (t) => {
    const expected = JSON.parse(readFileSync(join(folder, name.replace(/\.h5$/, '.json')), 'utf8')) as ExpectedGroup;
    t.strictSame(plain(await readH5(bytesOf(name), name)), expectedOf(expected));
  });
}

t.test('both layouts of groups are among them', (t) => {
  t.ok(
    names.some((name) => bytesOf(name)[8] === 0),
    'superblock 0',
  );
  t.ok(
    names.some((name) => bytesOf(name)[8] === 2),
    'superblock 2',
  );
  t.end();
});

t.test('whatever is wrong with the bytes, it is a FormatError, and soon', async (t) => {
  const rounds = process.env['GRADTAPE_DEEP'] === '1' ? 20_000 : 300;
  let refused = 0;
  for (const name of names) {
    const whole = bytesOf(name);
    for (let seed = 0; seed < rounds; seed++) {
      const start = process.cpuUsage();
      await readH5(mutatedBytes(whole, seed).bytes, name).catch((error: unknown) => {
        refused++;
        if (!(error instanceof FormatError) || !error.message.startsWith(name))
          t.fail(`seed ${seed}: ${String(error)}`);
      });
      // The processor's time: other programs on the machine count for nothing.
      if (process.cpuUsage(start).user > 1e6) t.fail(`${name}, seed ${seed}: takes more than a second`);
    }
  }
  t.ok(refused > rounds, `${refused} refused`);
});
