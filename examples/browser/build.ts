/** Builds the page with Vite, and its digits beside it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../test/house/sources.ts';
import { vite } from '../../test/browser/tools.ts';
import { readDigits } from '../data/mnist.ts';
import { encodeDigits } from './page/digits.ts';

const TRAINING_DIGITS = 8000;
const HELD_OUT_DIGITS = 1000;
/** Building the workers takes its time. */
const QUIET = { checks: { pluginTimings: false } } as const;

/** @param folder is emptied first; what it holds then can be served as it is, from any address */
export async function buildPage(folder: string): Promise<void> {
  const { build } = await vite();
  await build({
    configFile: false,
    root: join(root, 'examples/browser/page'),
    base: './',
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      // The library that writes HDF5 files is that large; it is loaded when a model is taken along.
      chunkSizeWarningLimit: 5000,
      rolldownOptions: QUIET,
    },
    worker: { format: 'es', rolldownOptions: QUIET },
  });
  const digits = { training: readDigits('train', TRAINING_DIGITS), heldOut: readDigits('t10k', HELD_OUT_DIGITS) };
  await writeFile(join(folder, 'digits.bin'), encodeDigits(digits));
}
