/**
 * Pictures of the pages that TensorBoard shows of a log folder, for people to look at:
 * `node dist/test/browser/tensorboard.js PYTHON LOGS PICTURES [PAGE...]`. The Python is one that has tensorboard; without
 * pages these are all that gradtape's logs fill.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromiumPath, playwright } from './tools.ts';

const PAGES = [
  'timeseries',
  'scalars',
  'images',
  'graphs',
  'distributions',
  'histograms',
  'text',
  'projector',
  'hparams',
];
/** Milliseconds until a page has drawn: the projector computes, the graph is laid out. */
const DRAWING = 6000;

const [python, logs, pictures, ...asked] = process.argv.slice(2);
if (python === undefined || logs === undefined || pictures === undefined)
  throw new Error('Give a Python that has tensorboard, a folder of logs and a folder for the pictures.');
mkdirSync(pictures, { recursive: true });

const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @throws Error when no run was loaded within a minute */
async function waitForRuns(url: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const runs = await fetch(`${url}/data/runs`).then(
      (response) => response.json() as Promise<readonly string[]>,
      () => [],
    );
    if (runs.length > 0) return;
    await pause(500);
  }
  throw new Error(`TensorBoard loaded no run of ${logs} within a minute.`);
}

const url = `http://127.0.0.1:${await freePort()}`;
const board = spawn(
  python,
  ['-m', 'tensorboard.main', '--logdir', logs, '--port', new URL(url).port, '--load_fast=false'],
  { stdio: 'ignore' },
);
try {
  await waitForRuns(url);
  const browser = await playwright().chromium.launch({
    executablePath: chromiumPath(),
    // The projector draws with WebGL, which has no graphics card here.
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  try {
    for (const name of asked.length > 0 ? asked : PAGES) {
      const page = await browser.newPage();
      await page.setViewportSize({ width: 1500, height: 950 });
      await page.goto(`${url}/#${name}`);
      await pause(DRAWING);
      const path = join(pictures, `${name.replace(/\W+/g, '-')}.png`);
      await page.screenshot({ path });
      await page.close();
      console.log(path);
    }
  } finally {
    await browser.close();
  }
} finally {
  board.kill();
}
