/**
 * `npm run gpu`: the laws of every op on the GPU device, printed as a matrix of ops and modes.
 *
 *     --mode cpu,webasm,webgpu,chromium:webgl2,chromium:webgpu   default cpu,webasm
 *     --ops matmul,add                                          default all
 *     --cases 20                                                cases of each law
 *
 * `webgpu` in Node wants GRADTAPE_DAWN, a folder with the npm package `webgpu`; the modes of Chromium the tools of
 * test/browser/tools and Debian's Chromium. Exits with 1 when a law does not hold.
 */
import { parseArgs } from 'node:util';
import type { GpuMode } from '../../src/devices/gpu-js.ts';
import { rows } from '../src/ops/rows/index.ts';
import { openPage } from './chromium.ts';
import { installDawn } from './dawn.ts';
import { checkMode, type MatrixCell } from './matrix.ts';

const { values } = parseArgs({
  options: {
    mode: { type: 'string', default: 'cpu,webasm' },
    ops: { type: 'string' },
    cases: { type: 'string', default: '20' },
  },
});
const cases = Number(values.cases);
const modes = values.mode.split(',');
const wanted = values.ops?.split(',');
const names = rows.map(({ op }) => op).filter((op) => wanted?.includes(op) ?? true);
const cells = new Map<string, MatrixCell>();
const tell = (mode: string, cell: MatrixCell): void => {
  cells.set(`${mode} ${cell.op}`, cell);
  if (cell.failure !== undefined) console.log(`\n${mode}: ${cell.failure}\n`);
};

for (const mode of modes) {
  const start = performance.now();
  if (mode.startsWith('chromium:')) await checkInChromium(mode);
  else await checkHere(mode as GpuMode);
  console.log(`${mode}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
printMatrix();
const failed = [...cells.values()].filter(({ failure }) => failure !== undefined).length;
console.log(`\n${cells.size - failed} passed, ${failed} failed; ${cases} cases of each law`);
// Dawn keeps the process alive.
process.exit(failed > 0 || cells.size < names.length * modes.length ? 1 : 0);

async function checkHere(mode: GpuMode): Promise<void> {
  if (mode === 'webgpu' && !(await installDawn())) throw new Error('webgpu in Node needs GRADTAPE_DAWN');
  const chosen = rows.filter(({ op }) => names.includes(op));
  await checkMode(chosen, mode, cases, (cell) => tell(mode, cell));
}

// One op at a time, so that a page that hangs names the op.
async function checkInChromium(mode: string): Promise<void> {
  const { page, close } = await openPage('dist/test/gpu/page-checks.js');
  try {
    for (const name of names) {
      const call = `checks.checkOps('${mode.replace('chromium:', '')}', ['${name}'], ${cases})`;
      for (const cell of (await page.evaluate(call)) as MatrixCell[]) tell(mode, cell);
    }
  } finally {
    await close();
  }
}

function printMatrix(): void {
  const width = Math.max(...names.map(({ length }) => length)) + 2;
  console.log(`\n${''.padEnd(width)}${modes.map((mode) => mode.padEnd(17)).join('')}`);
  for (const name of names) {
    const verdicts = modes.map((mode) => {
      const cell = cells.get(`${mode} ${name}`);
      return (cell === undefined ? 'not run' : cell.failure !== undefined ? 'FAILED' : (cell.skipped ?? 'ok')).padEnd(
        17,
      );
    });
    console.log(`${name.padEnd(width)}${verdicts.join('')}`);
  }
}
