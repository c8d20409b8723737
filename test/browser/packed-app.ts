/** An empty app outside the repository that has the packed package installed, for bundlers to build. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../house/sources.ts';
import { toolFolder } from './tools.ts';

/**
 * Makes the app; it imports `./train.js`, the module of page/, and the package by its name.
 * @param main the page's program
 * @returns its folder, which the caller removes
 */
export function packedApp(main: string): string {
  const app = mkdtempSync(join(tmpdir(), 'gradtape-app-'));
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
  cpSync(join(root, 'dist/test/browser/page/train.js'), join(app, 'train.js'));
  writeFileSync(join(app, 'main.js'), main);
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><title>gradtape</title><script type="module" src="/main.js"></script>',
  );
  symlinkSync(join(toolFolder, 'node_modules/vite'), join(app, 'node_modules/vite'));
  return app;
}

/** Builds the app as a user would, with no settings, into `dist`. */
export function buildWithVite(app: string): void {
  execFileSync(process.execPath, [join(toolFolder, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: app,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS')),
  });
}
