/**
 * The packed package in an empty Vite app, in headless Chromium: it trains, to the same bits as in Node, under a policy
 * that allows WebAssembly and no `eval`; where the policy forbids WebAssembly too, on the cpu device.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { root } from '../house/sources.ts';
import { train, type Trained } from './page/train.ts';
import { serveFolder } from './serve-folder.ts';
import { chromiumPath, playwright, toolFolder } from './tools.ts';

t.setTimeout(180_000);

const app = mkdtempSync(join(tmpdir(), 'gradtape-vite-'));
t.teardown(() => rmSync(app, { recursive: true, force: true }));

t.before(() => {
  const npm = (...args: readonly string[]): string =>
    execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: app, encoding: 'utf8' });
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', app], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as [{ readonly filename: string }];
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm('install', '--offline', join(app, packed[0].filename));
  // The page's own module, compiled; it imports the package by its name.
  cpSync(join(root, 'dist/test/browser/page/train.js'), join(app, 'train.js'));
  writeFileSync(
    join(app, 'main.js'),
    "import { train } from './train.js';\nglobalThis.result = train().catch((error) => ({ error: String(error) }));\n",
  );
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><title>gradtape</title><script type="module" src="/main.js"></script>',
  );
  symlinkSync(join(toolFolder, 'node_modules/vite'), join(app, 'node_modules/vite'));
  execFileSync(process.execPath, [join(toolFolder, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: app,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS')),
  });
});

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
