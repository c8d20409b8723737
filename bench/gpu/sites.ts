/** Opens the places where a graphics card can be reached. */
import { openPage } from '../../test/gpu/chromium.ts';
import { installDawn } from '../../test/gpu/dawn.ts';
import { gradtape } from '../engines/gradtape.ts';
import { gradtapeGpu } from '../engines/gradtape-gpu.ts';
import { install } from '../install.ts';
import type { GpuPlace } from '../options.ts';
import type { Row } from '../report/results.ts';
import { openSite, type Site } from './site.ts';

export interface OpenSite extends Site {
  /** What runs the code. */
  readonly runtime: string;
  readonly close: () => Promise<void>;
}

/** @param version gradtape's */
export function siteAt(place: GpuPlace, version: string, tell: (line: string) => void): Promise<OpenSite> {
  return place === 'page' ? siteInPage(version, tell) : siteInNode(version);
}

/** A page in headless Chromium, whose WebGL2 and WebGPU are software. */
async function siteInPage(version: string, tell: (line: string) => void): Promise<OpenSite> {
  install('bench/peers', '540 MB', tell);
  install('test/browser/tools', '60 MB', tell);
  const { page, close } = await openPage('bench/peers/page.mjs');
  const ask = async (expression: string): Promise<unknown> => page.evaluate(expression);
  const described = await ask(`openPageSite(${JSON.stringify(version)}).then((opened) => (globalThis.site = opened))`);
  return {
    ...(described as Omit<Site, 'measure'>),
    runtime: (await ask('/Chrome[^ ]*/.exec(navigator.userAgent)[0]')) as string,
    measure: async (name, quick) => (await ask(`site.measure(${JSON.stringify(name)}, ${quick})`)) as Row,
    close,
  };
}

/** This process, with WebGPU over the Vulkan driver that is there. */
async function siteInNode(version: string): Promise<OpenSite> {
  if (!(await installDawn())) {
    throw new Error('bench: --dawn needs GRADTAPE_DAWN, a folder with the npm package webgpu.');
  }
  const site = await openSite(gradtape('wasm', version), [['gradtape webgpu', () => gradtapeGpu('webgpu', version)]]);
  return { ...site, runtime: `Node ${process.version}`, close: () => Promise.resolve() };
}
