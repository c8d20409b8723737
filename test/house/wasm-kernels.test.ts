/** Every kernel of ours has WebAssembly: a missing one would fall back to the host without a word. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { root } from './sources.ts';

/** Kernels that only cover others, and why they need none. */
const exempt: Readonly<Record<string, string>> = {};

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'object' && value !== null && 'plan' in value && 'cpu' in value && 'name' in value;
}

const folders = readdirSync(join(root, 'kernels'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

t.test('every exported kernel has a wasm form', async (t) => {
  const kernels = new Map<string, Kernel>();
  for (const { name } of folders) {
    for (const file of readdirSync(join(root, 'kernels', name)).filter((one) => one === 'index.ts')) {
      const path = join(root, 'dist/kernels', name, file.replace(/\.ts$/, '.js'));
      const exports = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
      for (const value of Object.values(exports)) if (isKernel(value)) kernels.set(value.name, value);
    }
  }
  t.ok(kernels.size > 70, `${kernels.size} kernels`);
  const missing = [...kernels.values()].filter((kernel) => !kernel.wasm).map(({ name }) => name);
  t.strictSame(
    missing.filter((name) => !(name in exempt)),
    [],
  );
});
