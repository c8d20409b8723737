/** JSON goes to Python and comes back as Python's own: floats apart from ints, NaN and infinities. */
import t from 'tap';
import { parsePythonJson, PythonFloat, writePythonJson } from '../../../src/io/python-json.ts';

t.test('floats are written as Python writes them, and whole numbers as ints', (t) => {
  const float = (value: number): string => writePythonJson(new PythonFloat(value));
  t.strictSame([3, -0, 0.1, 1e21, 1e-7].map(float), ['3.0', '-0.0', '0.1', '1e+21', '1e-7']);
  t.strictSame([NaN, Infinity, -Infinity].map(float), ['NaN', 'Infinity', '-Infinity']);
  t.equal(
    writePythonJson({ a: [3, NaN, null, true], b: undefined, c: 'ü"\n' }),
    '{"a":[3,NaN,null,true],"c":"ü\\"\\n"}',
  );
  t.equal(writePythonJson([undefined, new Date(0)]), '[null,"1970-01-01T00:00:00.000Z"]');
  t.end();
});

t.test("Python's numbers are read where they are numbers, and stay text in texts", (t) => {
  t.strictSame(parsePythonJson('[NaN, Infinity, -Infinity, 1.0]'), [NaN, Infinity, -Infinity, 1]);
  t.strictSame(parsePythonJson('{"NaN": "NaN \\" Infinity", "x": NaN}'), { NaN: 'NaN " Infinity', x: NaN });
  const named = parsePythonJson('{"__proto__": {"x": NaN}}') as object;
  t.strictSame(Object.keys(named), ['__proto__']);
  t.equal(Object.getPrototypeOf(named), Object.prototype);
  t.end();
});

t.test('what Python refuses is refused', (t) => {
  for (const text of ['', 'NaN NaN', '[nan]', '1NaN', '{"a": Inf}', '["NaN]', '-NaN', "{'a': 1}", '[1,]']) {
    t.throws(() => parsePythonJson(text), SyntaxError, text);
  }
  t.end();
});
