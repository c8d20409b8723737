/** HDF5 files as trees: what is written is read again, and what Keras never writes is refused. */
import fc from 'fast-check';
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { groupAt, isH5, makeGroup, newGroup, readH5, writeH5, type H5Group } from '../../../src/keras/hdf5.ts';
import { withH5Library } from '../../../src/keras/h5wasm.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';

/** Names with digits, underscores and letters of every alphabet. */
const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((text) => !/[/\0]/.test(text) && text !== '.');

const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const dataset = fc.tuple(sizes, fc.boolean(), fc.integer()).map(([shape, floats, seed]) => {
  const length = shape.reduce((all, size) => all * size, 1);
  const value = (_: unknown, i: number): number => Math.fround(((seed % 1000) + i) / (floats ? 7 : 1));
  // An empty array has no element that could tell its type.
  return {
    shape,
    data: floats || length === 0 ? Float32Array.from({ length }, value) : Int32Array.from({ length }, value),
  };
});
const text = fc.string({ maxLength: 20, unit: 'grapheme' }).filter((one) => !one.includes('\0'));
const attribute: fc.Arbitrary<string | string[]> = fc.oneof(text, fc.array(text, { maxLength: 4 }));

function treeOf(depth: number): fc.Arbitrary<H5Group> {
  return fc
    .tuple(
      fc.array(fc.tuple(name, attribute), { maxLength: 3 }),
      fc.array(fc.tuple(name, dataset), { maxLength: 3 }),
      depth === 0 ? fc.constant([]) : fc.array(fc.tuple(name, treeOf(depth - 1)), { maxLength: 3 }),
    )
    .map(([attributes, datasets, groups]) => {
      const taken = new Set(datasets.map(([one]) => one));
      return {
        attributes: new Map(attributes),
        datasets: new Map(datasets),
        groups: new Map(groups.filter(([one]) => !taken.has(one))),
      };
    });
}

t.test('a tree is read as it was written', async (t) => {
  let trees = 0;
  await fc.assert(
    fc.asyncProperty(treeOf(3), async (written) => {
      const read = await readH5(await writeH5(written), 'random.h5');
      t.strictSame(sorted(read), sorted(written));
      trees++;
    }),
    { numRuns: deep ? 2000 : 60 },
  );
  t.ok(trees > 0);
});

t.test('a group may have hundreds of children', async (t) => {
  const root = newGroup();
  for (let i = 0; i < 600; i++) makeGroup(root, `group_${i}`).attributes.set('name', String(i));
  const read = await readH5(await writeH5(root), 'wide.h5');
  t.strictSame(sorted(read), sorted(root));
});

t.test('the same tree is the same bytes, whatever the time', async (t) => {
  const root = newGroup();
  root.attributes.set('name', 'a');
  for (let i = 0; i < 40; i++)
    makeGroup(root, `g${i % 3}/vars`).datasets.set(String(i), { shape: [1], data: Float32Array.of(i) });
  const first = await writeH5(root);
  await new Promise((resolve) => void setTimeout(resolve, 1100));
  t.strictSame(await writeH5(root), first);
});

t.test('what the HDF5 library writes in its own newer layout is read, few links and many', async (t) => {
  for (const count of [1, 8, 9, 200, 3000]) {
    const names = Array.from({ length: count }, (_, i) => `group ${i} ${'x'.repeat(i % 50)}`);
    const bytes = await fileWith(({ library, id }) =>
      names.forEach((one) => library.create_group(id, `/${one}`, false)),
    );
    t.equal(bytes[8], 2, 'superblock 2');
    t.strictSame([...(await readH5(bytes, 'new.h5')).groups.keys()].sort(), [...names].sort(), `${count} groups`);
  }
});

t.test('texts of every length up to what HDF5 holds come back, and longer lists are refused', async (t) => {
  for (const length of [0, 1, 7, 8, 4063, 4064, 4065, 64511, 65000, 300000]) {
    const root = newGroup();
    root.attributes.set('text', 'x'.repeat(length));
    if (length < 64512) root.attributes.set('list', ['y'.repeat(length)]);
    const read = await readH5(await writeH5(root), 'long.h5');
    t.strictSame(read.attributes, root.attributes, `${length} letters`);
  }
  const root = newGroup();
  root.attributes.set('list', ['y'.repeat(64512)]);
  await t.rejects(writeH5(root), {
    message: /'list' of '\/' takes 64513 bytes; HDF5 has room for 64512. Split the list/,
  });
  root.attributes.clear();
  makeGroup(root, 'a').datasets.set('x/y', { shape: [], data: new Float32Array(1) });
  await t.rejects(writeH5(root), { message: /cannot hold the name 'x\/y' in '\/a\/'/ });
});

t.test('paths find groups and make them', (t) => {
  const root = newGroup();
  t.equal(makeGroup(root, 'a/b'), groupAt(root, '/a/b/'));
  t.equal(groupAt(root, ''), root);
  t.equal(groupAt(root, 'a/c'), undefined);
  t.end();
});

t.test('bytes that are no HDF5 file are refused, and a file cut at any byte', async (t) => {
  t.notOk(isH5(new Uint8Array(3)));
  await t.rejects(readH5(new Uint8Array(0), 'a.h5'), {
    name: 'FormatError',
    message: "a.h5: this is no HDF5 file: it does not begin with HDF5's signature.",
  });
  const root = newGroup();
  root.attributes.set('model_config', '{}');
  makeGroup(root, 'layers/dense/vars').datasets.set('0', { shape: [2, 3], data: new Float32Array(6) });
  const whole = await writeH5(root);
  t.ok(isH5(whole));
  let refused = 0;
  for (let length = 0; length < whole.length; length += deep ? 1 : 97) {
    await readH5(whole.subarray(0, length), 'cut.h5').then(
      () => t.fail(`${length} bytes of ${whole.length} were read`),
      (error: unknown) => {
        if (!(error instanceof FormatError) || !error.message.startsWith('cut.h5: ')) t.fail(String(error));
        refused++;
      },
    );
  }
  t.ok(refused > 10);
});

t.test('links to other places, and data in other places, are refused', async (t) => {
  const soft = await fileWith(({ library, id }) => {
    library.create_group(id, '/real', false);
    library.create_soft_link(id, '/real', '/alias');
  });
  await t.rejects(readH5(soft, 'soft.h5'), { message: /soft.h5: '\/alias' is a soft link/ });
  const external = await fileWith(({ library, id }) => library.create_external_link(id, 'other.h5', '/real', '/alias'));
  await t.rejects(readH5(external, 'ext.h5'), {
    message: /ext.h5: '\/alias' is a link into another file, which is never opened/,
  });
  const circle = await fileWith(({ library, id }) => {
    library.create_group(id, '/a', false);
    library.create_hard_link(id, '/a', '/a/again');
    library.create_hard_link(id, '/a', '/a/once_more');
  });
  await t.rejects(readH5(circle, 'circle.h5'), {
    message: /'\/a\/again' leads to an object that another name leads to. Keras gives each one name/,
  });
});

interface Building {
  readonly library: {
    create_group(file: bigint, path: string, track: boolean): number;
    create_soft_link(file: bigint, target: string, path: string): number;
    create_hard_link(file: bigint, target: string, path: string): number;
    create_external_link(file: bigint, name: string, target: string, path: string): number;
  };
  readonly id: bigint;
}

function fileWith(build: (building: Building) => void): Promise<Uint8Array> {
  return withH5Library('test', (library, path) => {
    const id = library.open(path, 2, false, -1, -1);
    build({ library: library as unknown as Building['library'], id });
    library.close_file(id);
    const bytes = library.FS.readFile(path);
    library.FS.unlink(path);
    return bytes;
  });
}

/** Maps in the order of their keys, as plain data. */
function sorted({ attributes, groups, datasets }: H5Group): unknown {
  const byKey = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    attributes: byKey(attributes),
    datasets: byKey(datasets).map(([key, { shape, data }]) => [key, shape, data]),
    groups: byKey(groups).map(([key, group]) => [key, sorted(group)]),
  };
}
