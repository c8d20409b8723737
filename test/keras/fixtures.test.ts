/** How many fixtures there are, of what, and how large: the table that the other files here are judged by. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { layerClasses } from '../../src/layers/classes.ts';
import { root } from '../house/sources.ts';
import { fixtureFolders, readFamilies } from './fixture.ts';

const LEAST_FIXTURES = 600;
const MOST_BYTES = 5_000_000;
const OPTION_SETS = 6;

t.test('more than 600 fixtures', (t) => {
  let total = 0;
  for (const folder of fixtureFolders()) {
    const families = readFamilies<unknown>(folder);
    const cases = families.reduce((sum, one) => sum + one.cases.length, 0);
    t.comment(`${folder}: ${families.length} families, ${cases} fixtures`);
    total += cases;
  }
  t.comment(`all: ${total} fixtures`);
  t.ok(total > LEAST_FIXTURES, `${total} fixtures`);
  t.end();
});

t.test('under 5 MB', (t) => {
  const folder = join(root, 'test/keras/fixtures');
  const bytes = fixtureFolders()
    .flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
    .reduce((sum, file) => sum + statSync(file).size, 0);
  t.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  t.end();
});

t.test('at least 6 option sets for each layer class', (t) => {
  const sets = new Map<string, number>();
  for (const { cases } of readFamilies<{ readonly className: string }>('layers'))
    for (const { className } of cases) sets.set(className, (sets.get(className) ?? 0) + 1);
  for (const name of layerClasses.keys()) {
    if (name === 'InputLayer') continue;
    t.ok((sets.get(name) ?? 0) >= OPTION_SETS, `${name}: ${sets.get(name) ?? 0}`);
  }
  t.end();
});
