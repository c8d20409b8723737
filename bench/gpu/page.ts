/** What runs in the page; bench/peers/page.mjs, where the peers are found, hands TensorFlow.js over. */
import { gradtape } from '../engines/gradtape.ts';
import { gradtapeGpu } from '../engines/gradtape-gpu.ts';
import type { Tf } from '../engines/tfjs/api.ts';
import { tfEngine } from '../engines/tfjs/engine.ts';
import { readingOfWebgl, readingOfWebgpu } from '../engines/tfjs/reading.ts';
import { openSite, type Site } from './site.ts';

/** Leaves `openPageSite` for the benchmark in Node to ask for. */
export function offer(tf: Tf): void {
  const openPageSite = (version: string): Promise<Site> =>
    openSite(gradtape('wasm', version), [
      ['gradtape webgpu', () => gradtapeGpu('webgpu', version)],
      ['gradtape webgl2', () => gradtapeGpu('webgl2', version)],
      ['tfjs webgpu', () => tfEngine(tf, 'webgpu', tf.version_core, readingOfWebgpu(tf))],
      ['tfjs webgl', () => tfEngine(tf, 'webgl', tf.version_core, readingOfWebgl(tf))],
    ]);
  Object.assign(globalThis, { openPageSite });
}
