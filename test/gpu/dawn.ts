/** WebGPU in Node: Dawn, from the npm package `webgpu` in a folder that the environment names. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface DawnModule {
  create(options: readonly string[]): unknown;
  readonly globals: object;
}

/** Puts `navigator.gpu` in place; false where GRADTAPE_DAWN names no folder with the package. */
export async function installDawn(): Promise<boolean> {
  const folder = process.env['GRADTAPE_DAWN'];
  if (folder === undefined) return false;
  const path = createRequire(join(folder, 'package.json')).resolve('webgpu');
  const dawn = (await import(path)) as DawnModule;
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn.create([]) }, configurable: true });
  return true;
}
