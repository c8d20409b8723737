/** Nothing in the sources depends on an engine's transcendental functions, on the clock or on unseeded randomness. */
import t from 'tap';
import { withoutComments } from './layers.ts';
import { readSources } from './sources.ts';

/** Exact in every engine, or correctly rounded by the standard. */
const exact = new Set(
  'E PI LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2 abs ceil clz32 floor fround imul max min round sign sqrt trunc'.split(' '),
);

/** Files that may use more, with the reason. */
const exceptions: ReadonlyMap<string, string> = new Map([]);

t.test('src and kernels use only those Math functions whose last bit is the same in every engine', (t) => {
  const found = readSources(['src', 'kernels'])
    .filter(({ path }) => !exceptions.has(path))
    .flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(/\bMath\s*\.\s*(\w+)/g)]
        .filter((match) => !exact.has(match[1] ?? ''))
        .map((match) => `${path}: Math.${match[1] ?? ''} differs between engines; use kernels/math.ts`),
    );
  t.strictSame(found, []);
  t.end();
});

t.test('no Math function is taken by destructuring or by a computed name, and ** has integer literals only', (t) => {
  const found = readSources(['src', 'kernels']).flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(/=\s*Math\s*[;,)\n]|\bMath\s*\[|\*\*(?!=?\s*-?\d+\b)/g)].map(
      (match) => `${path}: ${match[0].trim()}`,
    ),
  );
  t.strictSame(found, []);
  t.end();
});

t.test('the clock is read in src/clock.ts and in threads only, and randomness is seeded', (t) => {
  // A thread's program travels as text and imports nothing.
  const readers = new Set(['src/clock.ts', 'src/devices/threads/program.ts']);
  const found = readSources(['src', 'kernels'])
    .filter(({ path }) => !readers.has(path))
    .flatMap(({ path, text }) =>
      [
        ...withoutComments(text).matchAll(
          /Math\.random|Date\.now|new Date\(\)|performance\.now|crypto\.getRandomValues/g,
        ),
      ].map((match) => `${path}: ${match[0]}`),
    );
  t.strictSame(found, []);
  t.end();
});
