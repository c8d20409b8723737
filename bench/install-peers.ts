/** Installs the peers when they are missing: they are hundreds of megabytes that nobody else needs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PEERS = fileURLToPath(new URL('../../bench/peers/', import.meta.url));

export function installPeers(tell: (line: string) => void): void {
  if (existsSync(`${PEERS}node_modules`)) return;
  tell('installing the peers into bench/peers/node_modules (about 540 MB, once)');
  // No install scripts: what they would download is for GPUs.
  const { status } = spawnSync('npm', ['ci', '--prefix', PEERS, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('bench: the peers could not be installed. Run npm ci in bench/peers and see why.');
}
