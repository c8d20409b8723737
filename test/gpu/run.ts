/**
 * `npm run gpu`: the laws of every op on the GPU device, as a matrix of ops and modes. `--mode cpu,webasm,webgpu`
 * (webgpu where GRADTAPE_DAWN names a folder with the package `webgpu`), `--ops matmul,add`, `--cases 20`.
 */
import { parseArgs } from 'node:util';
import type { GpuMode } from '../../src/devices/gpu-js.ts';
import { rows } from '../src/ops/rows/index.ts';
import { installDawn } from './dawn.ts';
import { checkMode } from './matrix.ts';

const { values } = parseArgs({
  options: {
    mode: { type: 'string', default: 'cpu,webasm' },
    ops: { type: 'string' },
    cases: { type: 'string', default: '20' },
  },
});
const wanted = values.ops?.split(',');
const chosen = rows.filter(({ op }) => wanted?.includes(op) ?? true);
let failed = 0;
for (const mode of values.mode.split(',') as GpuMode[]) {
  if (mode === 'webgpu' && !(await installDawn())) throw new Error('webgpu in Node needs GRADTAPE_DAWN');
  await checkMode(chosen, mode, Number(values.cases), ({ op, failure, skipped, milliseconds }) => {
    if (failure !== undefined) failed++;
    const verdict = failure === undefined ? (skipped ?? 'ok') : `FAILED: ${failure}`;
    console.log(`${mode.padEnd(8)} ${op.padEnd(28)} ${milliseconds.toFixed(0).padStart(6)} ms  ${verdict}`);
  });
}
console.log(`${failed} failed`);
// Dawn keeps the process alive.
process.exit(failed > 0 ? 1 : 0);
