/** An empty app outside the repository that has the packed package installed, for bundlers to build. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from '../../src/ops/once.ts';
import { root } from '../house/sources.ts';
import { esbuild, toolFolder, webpack } from './tools.ts';

const MODULE_PAGE = '<!doctype html><title>gradtape</title><script type="module" src="/main.js"></script>';

/** A folder with the package installed, packed from this checkout; made once, for npm takes some seconds. */
const installed = once((): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-installed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const npm = (cwd: string, ...args: readonly string[]): string =>
    execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, encoding: 'utf8' });
  const [{ filename }] = JSON.parse(npm(root, 'pack', '--json', '--pack-destination', folder)) as [
    { readonly filename: string },
  ];
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm(folder, 'install', '--offline', join(folder, filename));
  rmSync(join(folder, filename));
  return folder;
});

/**
 * Makes the app; its modules import the package by its name.
 * @param files the app's own, by their names: the text of a program, or the address of a built module; `main.js` is the
 * page's program
 * @returns its folder, which the caller removes
 */
export function packedApp(files: Readonly<Record<string, string | URL>>): string {
  const app = mkdtempSync(join(tmpdir(), 'gradtape-app-'));
  cpSync(installed(), app, { recursive: true });
  for (const [name, file] of Object.entries(files)) {
    writeFileSync(join(app, name), typeof file === 'string' ? file : readFileSync(file));
  }
  writeFileSync(join(app, 'index.html'), MODULE_PAGE);
  symlinkSync(join(toolFolder, 'node_modules/vite'), join(app, 'node_modules/vite'));
  return app;
}

// Vite tells on slow machines that its own plugins took long.
const VITE_CONFIG = 'export default { build: { rolldownOptions: { checks: { bundlerTimings: false } } } };\n';

/** Builds the app as a user would, with no settings for it, into `dist`. Gives the bundler's warnings. */
export function buildWithVite(app: string): string {
  writeFileSync(join(app, 'vite.config.mjs'), VITE_CONFIG);
  const vite = join(toolFolder, 'node_modules/vite/bin/vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: app,
    encoding: 'utf8',
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS')),
  });
  if (status !== 0) throw new Error(`Vite does not build the app: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Builds `main.js` with webpack into `dist`. Gives its errors and warnings. */
export async function buildWithWebpack(app: string): Promise<string> {
  const report = await new Promise<string>((resolve, reject) =>
    webpack()(
      {
        mode: 'production',
        context: app,
        entry: './main.js',
        output: { path: join(app, 'dist'), publicPath: '/' },
        performance: false,
      },
      (error, result) => {
        if (error) reject(error);
        else resolve(result?.hasErrors() || result?.hasWarnings() ? result.toString() : '');
      },
    ),
  );
  writeFileSync(join(app, 'dist/index.html'), '<!doctype html><title>gradtape</title><script src="/main.js"></script>');
  return report;
}

/** Builds the entries with esbuild into `dist`, whose page loads `main.js`. Gives its warnings. */
export async function buildWithEsbuild(
  app: string,
  entryPoints: Readonly<Record<string, string>>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { warnings } = await esbuild().build({
    absWorkingDir: app,
    entryPoints,
    bundle: true,
    minify: true,
    format: 'esm',
    outdir: join(app, 'dist'),
    logLevel: 'warning',
    ...options,
  });
  writeFileSync(join(app, 'dist/index.html'), MODULE_PAGE);
  return warnings.map(({ text }) => text).join('\n');
}
