/** How much a page must load: bundles of typical programs, minified by esbuild and compressed by gzip, beside their limits. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { root } from '../house/sources.ts';
import { esbuild } from './tools.ts';

const KILOBYTE = 1000;

const programs: readonly { readonly name: string; readonly limit: number; readonly source: string }[] = [
  {
    name: 'everything that runs in a browser',
    limit: 100 * KILOBYTE,
    source: "export * from 'gradtape';",
  },
  {
    name: 'dense layers trained with adam',
    limit: 40 * KILOBYTE,
    source: `
      import { input, layers, losses, model, optimizers } from 'gradtape';
      const x = input([4]);
      const net = model(x, layers.dense(1)(layers.dense(8)(x)));
      net.compile({ optimizer: optimizers.adam(), loss: losses.meanSquaredError });
      export const train = (a, b) => net.fit(a, b);`,
  },
  {
    name: 'tensors, matmul and gradients',
    limit: 30 * KILOBYTE,
    source: `
      import { compile, grad, ops, tensor } from 'gradtape';
      export const f = compile((x) => grad((w) => ops.sum(ops.matmul(x, w)))(x));
      export { tensor };`,
  },
];

const sizes: Record<string, number> = {};

for (const { name, limit, source } of programs) {
  t.test(`${name}: at most ${limit / KILOBYTE} KB`, async (t) => {
    const { outputFiles } = await esbuild().build({
      stdin: { contents: source, resolveDir: root },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
    });
    const bytes = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
    sizes[name] = bytes;
    t.comment(`${name}: ${(bytes / KILOBYTE).toFixed(1)} KB`);
    t.ok(bytes > 0 && bytes <= limit, `${bytes} bytes`);
  });
}

t.teardown(() =>
  writeFileSync(join(root, 'test/browser/bundle-sizes.json'), `${JSON.stringify(sizes, undefined, 2)}\n`),
);
