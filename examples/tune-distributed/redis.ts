/** A Redis of one's own: on a free port, in a folder of its own, without files. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OwnRedis {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * @param at the port. Default: a free one
 * @throws when redis-server is not installed, or ends at once
 */
export async function startRedis(at?: number): Promise<OwnRedis> {
  const port = at ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-redis-'));
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
  };
  const server = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => void server.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const way = "Install it: apt-get install redis-server, or your system's package of Redis 5 or later.";
      reject(new Error(`redis-server cannot be started (${cause.message}). ${way}`, { cause }));
    });
    server.once('exit', (code) => reject(new Error(`redis-server ended at once, with exit code ${code}`)));
    let text = '';
    server.stdout.on('data', (piece) => {
      text += String(piece);
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port,
    async stop() {
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}
