/** Every op obeys the laws of `opLaws`, and every op has a row in test/src/ops/rows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { definedOps } from '../../../src/ops/define-op.ts';
import * as ops from '../../../src/ops/index.ts';
import { opLaws } from '../../../src/testing/op-laws.ts';
import { root } from '../../house/sources.ts';
import { rows } from './rows/index.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';
const CASES = deep ? 10_000 : 100;
/** Of what was drawn, the most frequent kinds are printed. */
const PRINTED_DOMAINS = 8;

/** Exported by src/ops but not ops: they have no values of their own to check. */
const notOps: ReadonlySet<string> = new Set([
  'asTensor',
  'currentTape',
  'definedOps',
  'defineOp',
  'identity',
  'stopGradient',
]);

// 100 cases an op take half a minute, on the device that watches its memory many times that; the deep run takes as long as it takes.
t.setTimeout(deep ? 0 : 900_000);

t.test('every op has one row, and every row an op', (t) => {
  const tested = rows.map((row) => row.op);
  t.strictSame(
    tested.filter((name, index) => tested.indexOf(name) !== index),
    [],
    'no op has two rows',
  );
  const defined = definedOps();
  t.strictSame(
    defined.filter((name) => !tested.includes(name)),
    [],
    'no op is without a row',
  );
  t.strictSame(
    rows.filter((row) => !row.composite && !defined.includes(row.op)).map((row) => row.op),
    [],
    'no row is without an op',
  );
  const composites = rows.filter((row) => row.composite).map((row) => row.op);
  t.strictSame(
    composites.filter((name) => defined.includes(name) || !(name in ops)),
    [],
    'a composite is exported and has no definition',
  );
  const callable = Object.entries(ops).filter(
    ([name, value]) => typeof value === 'function' && 'opName' in value && !notOps.has(name),
  );
  t.strictSame(
    callable.filter(([, value]) => !tested.includes((value as { opName: string }).opName)).map(([name]) => name),
    [],
  );
  t.end();
});

/** Gradients, and on both devices equal bits and accuracy. */
const LEAST_LAWS = 5;

const measured: string[] = [];

for (const row of rows) {
  t.test(row.op, async (t) => {
    const { laws, skipped, cases, derivatives, worstScore, domains, milliseconds } = await opLaws(row, {
      cases: CASES,
    });
    // A law that does not hold is thrown; those that hold are counted one by one.
    for (const law of laws) t.pass(law);
    t.ok(laws.length >= LEAST_LAWS, `${laws.length} laws hold`);
    for (const reason of skipped) t.comment(`skipped on ${reason}`);
    if (row.noGradient === undefined) t.ok(derivatives > 0, 'some derivatives were compared');
    const line = `${row.op}: ${cases} cases, ${derivatives} derivatives, worst score ${worstScore.toExponential(1)}, ${(milliseconds / 1000).toFixed(1)} s`;
    t.comment(line);
    measured.push(line);
    for (const line of summary(domains)) t.comment(line);
  });
}

// What a deep run measured is kept beside this test.
t.teardown(() => {
  if (deep && measured.length === rows.length) {
    writeFileSync(join(root, 'test/src/ops/deep-run.txt'), `${measured.join('\n')}\n`);
  }
});

function summary(domains: ReadonlyMap<string, number>): readonly string[] {
  const sorted = [...domains].sort((a, b) => b[1] - a[1]);
  const lines = sorted.slice(0, PRINTED_DOMAINS - 1).map(([domain, count]) => `  ${count} x ${domain}`);
  const rest = sorted.slice(PRINTED_DOMAINS - 1);
  const others = rest.reduce((total, [, count]) => total + count, 0);
  return rest.length === 0 ? lines : [...lines, `  ${others} x ${rest.length} other kinds`];
}
