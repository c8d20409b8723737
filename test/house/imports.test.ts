/** The import directions hold, and the reader that checks them sees every form of import. */
import t from 'tap';
import { importsOf, refusal, resolveImport } from './layers.ts';
import { readSources } from './sources.ts';

t.test('the reader finds imports, re-exports, side effects and dynamic imports, not comments', (t) => {
  const source = [
    "import { a } from './a.ts';",
    "import type { b } from './b.ts';",
    'import {',
    '  c,',
    "} from './c.ts';",
    "export * from './d.ts';",
    "export * as e from './e.ts';",
    "import './f.ts';",
    "const g = await import('./g.ts');",
    "// import { h } from './h.ts';",
    "/* import { i } from './i.ts'; */",
    "const url = 'https://example.org'; export const from = 'elsewhere';",
  ].join('\n');
  t.strictSame(importsOf(source), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts']);
  t.equal(resolveImport('kernels/matmul/cpu.ts', '../../src/tensor/shape.ts'), 'src/tensor/shape.ts');
  t.end();
});

t.test(
  'a wrong direction, an unknown folder and an imported entry point are refused; downward imports are not',
  (t) => {
    t.equal(refusal('src/layers/dense.ts', 'src/ops/matmul.ts'), undefined);
    t.equal(refusal('src/index.ts', 'src/layers/dense.ts'), undefined);
    t.match(refusal('src/ops/matmul.ts', 'src/layers/dense.ts'), /'layers' stands above 'ops'/);
    t.match(refusal('kernels/matmul/cpu.ts', 'src/tape/tape.ts'), /'tape' stands above 'kernels'/);
    t.match(refusal('src/wasm/encoder.ts', 'src/tensor/shape.ts'), /'wasm' may import wasm, errors only/);
    t.match(refusal('src/novel/a.ts', 'src/tensor/shape.ts'), /'novel' has no row/);
    t.match(refusal('src/layers/dense.ts', 'src/index.ts'), /entry point only re-exports/);
    t.end();
  },
);

t.test('every import of src and kernels points down', (t) => {
  const sources = readSources(['src', 'kernels']);
  t.ok(sources.length > 0, 'there are sources to read');
  const refused = sources.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => refusal(path, resolveImport(path, specifier)))
      .filter((message) => message !== undefined),
  );
  t.strictSame(refused, []);
  t.end();
});

t.test('the core imports no package; node: modules stay in src/node', (t) => {
  const optional = new Map([
    ['fast-check', /^src\/testing\//],
    ['bullmq', /^src\/tune\/bullmq\/bullmq\.ts$/],
    ['gpu.js', /^src\/devices\/gpu-js\.ts$/],
    ['fflate', /^src\/keras\/zip\.ts$/],
    ['h5wasm', /^src\/keras\/h5wasm\.ts$/],
  ]);
  const strangers = readSources(['src', 'kernels']).flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => !specifier.startsWith('.'))
      .filter((specifier) => !(specifier.startsWith('node:') && /^src\/node(\.ts|\/)/.test(path)))
      .filter((specifier) => optional.get(specifier)?.test(path) !== true)
      .map((specifier) => `${path} imports ${specifier}`),
  );
  t.strictSame(strangers, []);
  t.end();
});
