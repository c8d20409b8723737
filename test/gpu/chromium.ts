/** A page in headless Chromium that holds a bundle of ours, with WebGL2 and WebGPU in software. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromiumPath, esbuild, playwright, type Page } from '../browser/tools.ts';
import { root } from '../house/sources.ts';

const HTML = '<!doctype html><title>gradtape</title><script type="module" src="/page.js"></script>';

/** A page, and what ends it. */
export interface OpenPage {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

export interface PageOptions {
  /** What the page may fetch, by path. Default nothing. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Hears each line of the page's console. */
  readonly tell?: (line: string) => void;
}

/** @param entry a compiled module, as a path from the root of the repository */
export async function openPage(
  entry: string,
  { files = new Map(), tell = () => undefined }: PageOptions = {},
): Promise<OpenPage> {
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
    const file = request.url === '/page.js' ? code : files.get(request.url ?? '');
    const type = request.url === '/page.js' ? 'text/javascript' : file ? 'application/octet-stream' : 'text/html';
    response.writeHead(200, { 'content-type': type });
    response.end(file ?? HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await playwright().chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const page = await browser.newPage();
  page.on('console', (message) => tell(message.text()));
  page.on('pageerror', (error) => tell(`error: ${error.message}`));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
