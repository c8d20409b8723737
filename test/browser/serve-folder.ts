/** A built page on the loopback address, under content security policies, cross-origin isolated or not. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
};

export interface ServedFolder {
  readonly url: string;
  readonly close: () => void;
}

export interface ServingOptions {
  readonly isolated?: boolean | undefined;
  readonly onPost?: (body: string) => void;
}

/** What gives a page, and its Workers, shared memory. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * @param policyOf the policy of a file, by its path in the folder
 * @param isolated whether its pages are cross-origin isolated. Default false
 * @param onPost is given what a page posts, to any address
 */
export async function serveFolder(
  folder: string,
  policyOf: (path: string) => string,
  { isolated = false, onPost }: ServingOptions = {},
): Promise<ServedFolder> {
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      void text(request).then((body) => {
        response.end();
        onPost?.(body);
      });
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': policyOf(path),
        ...(isolated && ISOLATION),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
