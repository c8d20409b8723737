/** A page in headless Chromium that holds a bundle of ours, with WebGL2 and WebGPU in software. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromiumPath, esbuild, playwright, type Page } from '../browser/tools.ts';
import { root } from '../house/sources.ts';

/** A page, and what ends it. */
export interface OpenPage {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** @param entry a compiled module, as a path from the root of the repository. @param tell hears each line of the page's console */
export async function openPage(entry: string, tell: (line: string) => void = () => undefined): Promise<OpenPage> {
  const { outputFiles } = await esbuild().build({
    entryPoints: [join(root, entry)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Parts of packages that only Node runs.
    external: ['node:*'],
    write: false,
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  // WebGPU is there on secure pages only, of which the loopback address is one.
  const server = createServer((request, response) => {
    const isCode = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isCode ? 'text/javascript' : 'text/html' });
    response.end(
      isCode ? code : '<!doctype html><title>gradtape</title><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await playwright().chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const page = await browser.newPage();
  page.on('console', (message) => tell(message.text?.() ?? ''));
  page.on('pageerror', (error) => tell(`error: ${(error as unknown as Error).message}`));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
