/** JSON from outside: what is too deep or takes too much memory is refused before it is parsed. */
import t from 'tap';
import { checkDepth, parseJson } from '../../../src/models/parse-json.ts';
import { modelFromJSON } from '../../../src/models/from-json.ts';

t.test('a text is what JSON.parse makes of it', (t) => {
  for (const value of [null, [], {}, { a: [1, 'x"y\\', '[[[['] }, 'text', [[[1]]]])
    t.strictSame(parseJson('file', JSON.stringify(value)), value);
  for (const text of ['', '{', '[1,]', '"abc', '"abc\\', 'undefined', '{"a":NaN}'])
    t.throws(() => parseJson('file', text), { name: 'FormatError', message: /^file: the text is no JSON/ }, text);
  t.end();
});

t.test('depth has a limit: brackets in strings do not count', (t) => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  t.equal(JSON.stringify(parseJson('file', nested(512))), nested(512));
  t.throws(() => parseJson('file', nested(513)), { message: /nested more than 512 deep/ });
  t.throws(() => parseJson('file', '{"a":'.repeat(1e6)), { message: /nested more than 512 deep/ });
  t.equal(parseJson('file', JSON.stringify('['.repeat(1000))), '['.repeat(1000));
  t.end();
});

t.test('lists of nothing are refused where they would take many times their length', (t) => {
  const many = (count: number): string => `[${'[],'.repeat(count)}[]]`;
  t.equal((parseJson('file', many(1000)) as unknown[]).length, 1001);
  t.throws(() => parseJson('file', many(2_000_000)), { message: /would take 1\d+ bytes of memory; \d+ are allowed/ });
  t.throws(() => parseJson('file', `{${'"a":{},'.repeat(1_000_000)}"a":{}}`), { message: /bytes of memory/ });
  t.end();
});

t.test('an object in memory has the same limit, and one that contains itself is refused', (t) => {
  const circle: Record<string, unknown> = {};
  circle['config'] = circle;
  t.throws(() => checkDepth('here', circle), { name: 'FormatError', message: /nested more than 512 deep/ });
  t.throws(() => modelFromJSON(circle), { name: 'FormatError' });
  let deep: unknown[] = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  t.throws(() => checkDepth('here', deep), { name: 'FormatError' });
  t.doesNotThrow(() => checkDepth('here', { a: [[1, { b: null }]] }));
  t.end();
});
