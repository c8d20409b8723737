/** What a user gets by installing the package: no dependency, no script that runs, and entry points that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { root } from './sources.ts';

interface Manifest {
  readonly type: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

t.test('the package has no runtime dependency and every peer is optional', (t) => {
  t.strictSame(Object.keys(manifest.dependencies ?? {}), []);
  t.strictSame(Object.keys(manifest.optionalDependencies ?? {}), []);
  for (const peer of Object.keys(manifest.peerDependencies)) {
    t.equal(manifest.peerDependenciesMeta[peer]?.optional, true, `${peer} is optional`);
  }
  t.end();
});

t.test('installing the package runs no script', (t) => {
  for (const hook of ['preinstall', 'install', 'postinstall']) t.equal(manifest.scripts[hook], undefined, `no ${hook}`);
  t.notOk(existsSync(join(root, 'binding.gyp')), 'nothing makes npm build native code');
  t.end();
});

t.test('development tools are pinned to exact versions', (t) => {
  for (const [name, version] of Object.entries(manifest.devDependencies)) t.match(version, /^\d+\.\d+\.\d+$/, name);
  t.end();
});

t.test('every entry point names a built file with its types, inside the published folders', (t) => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') {
      t.ok(existsSync(join(root, target)), `${entry}: ${target}`);
      continue;
    }
    for (const file of [target.types, target.default]) {
      t.ok(existsSync(join(root, file)), `${entry}: ${file} exists after the build`);
      t.ok(
        manifest.files.some((folder) => file.startsWith(`./${folder}/`)),
        `${entry}: ${file} is published`,
      );
    }
  }
  t.end();
});

t.test('the package is an ES module for Node 20 and later under the MIT licence', (t) => {
  t.equal(manifest.type, 'module');
  t.equal(manifest.license, 'MIT');
  t.equal(manifest.engines['node'], '>=20');
  t.match(readFileSync(join(root, 'LICENSE'), 'utf8'), /^MIT License/);
  t.end();
});
