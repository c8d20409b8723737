/** Installs packages that stand beside gradtape and that nobody else needs: the peers, the tools of a page. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Asked {
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/**
 * Installs what a folder's package.json asks for, unless it is there.
 * @param folder as a path from the root of the repository
 * @param size about how large it is, for the line that says so
 */
export function install(folder: string, size: string, tell: (line: string) => void): void {
  const path = fileURLToPath(new URL(`../../${folder}/`, import.meta.url));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${path}package.json`, 'utf8')) as Asked;
  if (Object.keys({ ...dependencies, ...devDependencies }).every((name) => existsSync(`${path}node_modules/${name}`)))
    return;
  tell(`installing into ${folder}/node_modules (about ${size}, once)`);
  // No install scripts: what they would download is for GPUs.
  const { status } = spawnSync('npm', ['ci', '--prefix', path, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`bench: packages could not be installed. Run npm ci in ${folder} and see why.`);
}
