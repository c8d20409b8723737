/**
 * The packed package in an empty Vite app, in headless Chromium: it trains, to the same bits as in Node, under a policy
 * that allows WebAssembly and no `eval`; where the policy forbids WebAssembly too, on the cpu device.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildWithVite, packedApp } from './packed-app.ts';
import { train, type Trained } from './page/train.ts';
import { serveFolder } from './serve-folder.ts';
import { chromiumPath, playwright } from './tools.ts';

t.setTimeout(180_000);

const app = packedApp(
  "import { train } from './train.js';\nglobalThis.result = train().catch((error) => ({ error: String(error) }));\n",
);
t.teardown(() => rmSync(app, { recursive: true, force: true }));

t.before(() => buildWithVite(app));

/** Serves the built app under a policy, and gives what the page computed. */
async function runPage(
  policy: string,
): Promise<Trained & { readonly error?: string; readonly log: readonly string[] }> {
  const { url, close } = await serveFolder(join(app, 'dist'), () => policy);
  const browser = await playwright().chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const log: string[] = [];
    page.on('console', (message) => log.push(message.text()));
    await page.goto(url);
    // Waits for the promise that the module left when the page loaded. Waiting in the page's own code would need `eval`.
    return { ...((await page.evaluate('globalThis.result')) as Trained), log };
  } finally {
    await browser.close();
    close();
  }
}

t.test('a page trains on wasm without unsafe-eval, to the same bits as Node', async (t) => {
  const page = await runPage("script-src 'self' 'wasm-unsafe-eval'");
  t.equal(page.error, undefined);
  t.equal(page.device, 'wasm');
  t.ok((page.losses.at(-1) ?? NaN) < 0.5 * (page.losses[0] ?? NaN), `it learns: ${page.losses.join(', ')}`);
  const here = await train();
  t.strictSame(page.losses, here.losses);
  t.equal(page.weights, here.weights, 'the same bits in every weight');
  t.strictSame(
    page.log.filter((line) => line.startsWith('gradtape:')),
    [],
  );
});

t.test('where a policy forbids WebAssembly, the device is cpu, and one line says so', async (t) => {
  const page = await runPage("script-src 'self'");
  t.equal(page.error, undefined);
  t.equal(page.device, 'cpu');
  t.ok((page.losses.at(-1) ?? NaN) < 0.5 * (page.losses[0] ?? NaN), `it learns: ${page.losses.join(', ')}`);
  t.match(
    page.log.filter((line) => line.startsWith('gradtape:')),
    [/no WebAssembly with SIMD.*'cpu'/],
  );
});
