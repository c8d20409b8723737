/**
 * The laws of every op on the GPU device, in the modes of GPU.js that need npm only. `npm run gpu` prints the whole matrix,
 * WebGPU and WebGL2 among its columns.
 */
import t from 'tap';
import { checkMode } from '../../gpu/matrix.ts';
import { rows } from '../ops/rows/index.ts';

const CASES = process.env['GRADTAPE_DEEP'] === '1' ? 200 : 3;

t.setTimeout(3_600_000);

for (const mode of ['cpu', 'webasm'] as const) {
  t.test(`mode ${mode}: the laws of every op hold`, { timeout: 1_200_000 }, async (t) => {
    const cells = await checkMode(rows, mode, CASES);
    t.equal(cells.length, rows.length);
    for (const { op, failure, skipped } of cells) {
      t.equal(failure, undefined, op);
      t.equal(skipped, undefined, `${op} is left out by no mode`);
    }
  });
}
