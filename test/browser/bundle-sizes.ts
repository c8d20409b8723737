/**
 * How much a page must load: bundles of typical programs, minified by esbuild and compressed by gzip, beside their limits,
 * and that the bundled programs still work.
 *
 * The goals are 100 KB for everything and 40 KB for dense layers trained with adam. Until they are met a limit is the size
 * that was reached, so that no bundle grows unseen. What stands in the way, in KB of gzip:
 * - Tensors, `matmul` and `grad` on the wasm device take 42: tape, planner, assembler, both devices and the kernels that
 *   gradients need. A layer, adam and the strings that they understand are 15 on top.
 * - `compile` and `fit` are 40 more, a third of it all metrics, losses and optimizers, which `compile` knows by strings.
 * - Of everything a third is kernels, an eighth the callbacks that write files. The texts of 450 errors are 12 to 16, of the loop's program 4 to 5: they stay.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { root } from '../house/sources.ts';
import { esbuild } from './tools.ts';

const KILOBYTE = 1000;

interface Program {
  readonly name: string;
  /** In KB. */
  readonly limit: number;
  /** Exports `run`, which gives the losses of two epochs, the second of them smaller. */
  readonly source: string;
}

const programs: readonly Program[] = [
  {
    name: 'everything that runs in a browser',
    limit: 209,
    source: `
      export * from 'gradtape';
      import * as gt from 'gradtape';
      export const run = async () => {
        const net = gt.sequential([gt.layers.dense(8, { activation: 'tanh', inputShape: [2] }), gt.layers.dense(1)]);
        net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
        return (await net.fit(gt.tensor([[1, 2]]), gt.tensor([[1]]), { epochs: 2, verbose: 0 })).history.loss;
      };`,
  },
  {
    name: 'dense layers and adam in a loop of its own',
    limit: 62,
    source: `
      import { compile, tensor, valueAndGrad } from 'gradtape';
      import { dense } from 'gradtape/layers';
      import { mean, square, sub } from 'gradtape/ops';
      import { adam } from 'gradtape/optimizers';
      const hidden = dense(8, { activation: 'tanh' });
      const last = dense(1);
      const optimizer = adam();
      const x = tensor([[1, 2]]);
      const y = tensor([[1]]);
      last(hidden(x));
      const weights = [...hidden.weights, ...last.weights];
      const loss = (x, y) => mean(square(sub(last(hidden(x)), y)));
      const step = compile((x, y) => {
        const [value, gradients] = valueAndGrad(() => loss(x, y), weights);
        optimizer.apply(gradients, weights);
        return value;
      });
      export const run = async () => [(await step(x, y)).item(), (await step(x, y)).item()];`,
  },
  {
    name: 'dense layers and adam by compile and fit',
    limit: 103,
    source: `
      import { input, model, tensor } from 'gradtape';
      import { dense } from 'gradtape/layers';
      import { meanSquaredError } from 'gradtape/losses';
      import { adam } from 'gradtape/optimizers';
      const x = input([2]);
      const net = model(x, dense(1)(dense(8, { activation: 'tanh' })(x)));
      net.compile({ optimizer: adam(), loss: meanSquaredError });
      export const run = async () =>
        (await net.fit(tensor([[1, 2]]), tensor([[1]]), { epochs: 2, verbose: 0 })).history.loss;`,
  },
  {
    name: 'tensors, matmul and gradients',
    limit: 46,
    source: `
      import { compile, grad, tensor } from 'gradtape';
      import { matmul, sum } from 'gradtape/ops';
      const step = compile((x, w) => {
        const loss = (w) => sum(matmul(x, w));
        const after = w.sub(grad(loss)(w));
        return [loss(w), loss(after)];
      });
      export const run = async () => (await step(tensor([[1, 2]]), tensor([[1], [1]]))).map((one) => one.item());`,
  },
];

interface Build {
  onResolve(
    which: { readonly filter: RegExp },
    resolve: (found: { readonly path: string; readonly kind: string }) => object | undefined,
  ): void;
}

/** What a callback imports when it acts is no part of what a page begins with. */
const importedLater = {
  name: 'imported later',
  setup: (build: Build): void =>
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

for (const { name, limit, source } of programs) {
  t.test(`${name}: at most ${limit} KB, and it runs`, async (t) => {
    const { outputFiles } = await esbuild().build({
      stdin: { contents: source, resolveDir: root },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      plugins: [importedLater],
      write: false,
    });
    const code = outputFiles[0]?.contents ?? new Uint8Array();
    const bytes = gzipSync(code, { level: 9 }).length;
    t.comment(`${name}: ${(bytes / KILOBYTE).toFixed(1)} KB`);
    t.ok(bytes > 0 && bytes <= limit * KILOBYTE, `${bytes} bytes`);
    const file = join(t.testdir(), 'bundle.mjs');
    writeFileSync(file, code);
    const { run } = (await import(pathToFileURL(file).href)) as { readonly run: () => Promise<readonly number[]> };
    const [first = NaN, second = NaN] = await run();
    t.ok(second < first, `the loss falls from ${first} to ${second}`);
  });
}
