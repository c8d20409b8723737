/** A module whose exports nobody uses leaves nothing in a bundle, whether its package says so or not. */
import { join } from 'node:path';
import t from 'tap';
import { readSources, root } from '../house/sources.ts';
import { esbuild } from './tools.ts';

/** Files that do something when they are evaluated, and why that is right. */
const active: ReadonlyMap<string, string> = new Map([
  ['src/gpu.ts', 'adds the device; stands under sideEffects'],
  ['src/models/operations.ts', 'tables of rules, made by calls; every model writes configs with them'],
  ['src/ops/methods.ts', 'attaches ops to tensors; stands under sideEffects'],
  ['src/tape/tape.ts', 'tells variables of the tape that records; no program is without it'],
  ['src/devices/threads/page-worker.ts', 'what a thread of a page begins with, where its text may not be'],
  ['src/training/background/training-worker.ts', 'what a worker begins with; stands under sideEffects'],
  ['src/tune/trial-entry.ts', 'a method named by a symbol, which cannot be declared; no study is without it'],
  ['src/tune/workers/worker.ts', 'what a thread begins with; nothing imports it'],
  ['src/wasm/atomic.ts', 'tables of instructions, made by calls; used whole or not at all'],
  ['src/wasm/bytes.ts', 'one scratch buffer'],
  ['src/wasm/scalar.ts', 'tables of instructions'],
  ['src/wasm/simd.ts', 'tables of instructions'],
]);

// Checks are no part of an application's bundle. What only re-exports does nothing, but esbuild cannot know what a module
// that it does not see exports.
const sources = readSources(['src'])
  .map(({ path }) => path)
  .filter((path) => !path.startsWith('src/testing/') && !/\/(index|node|public|node\/callbacks)\.ts$/.test(path));

// What esbuild keeps of `import './file.js'` when it must not trust the package's `sideEffects`.
async function leftOver(path: string): Promise<string> {
  const file = join(root, 'dist', path.replace(/\.ts$/, '.js'));
  const { outputFiles } = await esbuild().build({
    stdin: { contents: `import ${JSON.stringify(file)};`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    plugins: [
      {
        name: 'one file alone',
        setup(build: {
          onResolve: (options: object, resolve: (found: { readonly path: string }) => object) => void;
        }): void {
          build.onResolve({ filter: /./ }, (found) =>
            found.path === file ? { path: file, sideEffects: true } : { external: true, sideEffects: false },
          );
        },
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString();
  const imports = /import(?:[^"';]*from)?"[^"]*";/g;
  // esbuild does not compute powers, and keeps them: `2**20`.
  const powers = /var \w+=[-\d.*]+;/g;
  return code.replaceAll(imports, '').replaceAll(powers, '').trim();
}

t.test('no module but those listed does anything when it is evaluated', async (t) => {
  t.ok(sources.length > 200, `${sources.length} modules`);
  for (const path of sources) {
    const code = await leftOver(path);
    if (active.has(path)) t.not(code, '', `${path} is listed: ${active.get(path)}`);
    else if (code !== '') t.fail(`${path} keeps ${code.slice(0, 200)}. Mark the call as /* @__PURE__ */.`);
  }
});
