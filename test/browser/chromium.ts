/**
 * The packed package in an empty Vite app, in headless Chromium: it trains, to the same bits as in Node, under a policy
 * that allows WebAssembly and no `eval`; where the policy forbids WebAssembly too, on the cpu device.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildWithVite, packedApp } from './packed-app.ts';
import { train, type Trained } from './page/train.ts';
import { runPage, type PageRun } from './run-page.ts';

t.setTimeout(180_000);

const app = packedApp({
  'main.js': `
    import { train } from './train.js';
    globalThis.result = train().catch((error) => ({ error: String(error) }));
  `,
  'train.js': new URL('./page/train.js', import.meta.url),
});
t.teardown(() => rmSync(app, { recursive: true, force: true }));

t.before(() => void buildWithVite(app));

const run = (policy: string): Promise<PageRun<Trained & { readonly error?: string }>> =>
  runPage(join(app, 'dist'), { policy });

t.test('a page trains on wasm without unsafe-eval, to the same bits as Node', async (t) => {
  const { result: page, log } = await run("script-src 'self' 'wasm-unsafe-eval'");
  t.equal(page.error, undefined);
  t.equal(page.device, 'wasm');
  t.ok((page.losses.at(-1) ?? NaN) < 0.5 * (page.losses[0] ?? NaN), `it learns: ${page.losses.join(', ')}`);
  const here = await train();
  t.strictSame(page.losses, here.losses);
  t.equal(page.weights, here.weights, 'the same bits in every weight');
  t.strictSame(log, []);
});

t.test('where a policy forbids WebAssembly, the device is cpu, and one line says so', async (t) => {
  const { result: page, log } = await run("script-src 'self'");
  t.equal(page.error, undefined);
  t.equal(page.device, 'cpu');
  t.ok((page.losses.at(-1) ?? NaN) < 0.5 * (page.losses[0] ?? NaN), `it learns: ${page.losses.join(', ')}`);
  t.match(log, [/no WebAssembly with SIMD.*'cpu'/]);
  t.equal(log.length, 1);
});
