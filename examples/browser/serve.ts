/** `npm run page`: builds the page into dist/page and serves it. The first run installs the tools of test/browser. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../test/house/sources.ts';
import { toolFolder, vite } from '../../test/browser/tools.ts';
import { buildPage } from './build.ts';

if (!existsSync(join(toolFolder, 'node_modules'))) {
  const { status } = spawnSync('npm', ['ci', '--prefix', toolFolder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`page: Vite could not be installed. Run npm ci in ${toolFolder} and see why.`);
}
const folder = join(root, 'dist/page');
await buildPage(folder);
const { preview } = await vite();
const server = await preview({ configFile: false, root, build: { outDir: folder } });
server.printUrls();
