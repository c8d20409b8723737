/** What threads share is what one thread computes, bit for bit, in whatever order parts are run. */
import t from 'tap';
import { opLaws } from '../../../../src/testing/op-laws.ts';
import { ShuffledDevice } from '../../../support/shuffled-device.ts';
import { rows } from '../../ops/rows/index.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';
const CASES = deep ? 1_000 : 10;

/** Ops of which no call is ever shared, and why. */
const NEVER_SHARED: ReadonlyMap<string, string> = new Map(
  ['reshape', 'expandDims', 'squeeze', 'flatten'].map((op) => [op, 'another view of the same memory: nothing is run']),
);

t.setTimeout(deep ? 0 : 900_000);

for (const row of rows) {
  t.test(row.op, async (t) => {
    const device = new ShuffledDevice();
    const { laws } = await opLaws(row, { cases: CASES, devices: [device] });
    t.match(laws.join('; '), /bit for bit|as rounding allows/);
    t.comment(`${device.parts} parts`);
    const reason = NEVER_SHARED.get(row.op);
    t.equal(device.parts > 0, reason === undefined, reason ?? 'calls were shared');
  });
}
