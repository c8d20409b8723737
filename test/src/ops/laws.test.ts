/**
 * The laws that every op obeys, derived from its row in test/src/ops/rows: right gradients, compiled results equal to
 * eager ones bit for bit, exact integers, and errors of ours for wrong calls.
 */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { GradtapeError } from '../../../src/errors.ts';
import { definedOps } from '../../../src/ops/define-op.ts';
import * as ops from '../../../src/ops/index.ts';
import { activeTape } from '../../../src/tape/active-tape.ts';
import { compile } from '../../../src/tape/compile.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { ones, type Tensor } from '../../../src/tensor/tensor.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';
import type { OpCase, OpRow } from './row.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';
const GRADIENT_CASES = deep ? 1000 : 100;
const OTHER_CASES = deep ? 1_000 : 100;
const SEED = 42;
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

// 100 cases an op take half a minute; the deep run takes as long as it takes.
t.setTimeout(deep ? 0 : 300_000);

const folder = new URL('./rows/', import.meta.url);
const modules = await Promise.all(
  readdirSync(folder)
    .filter((name) => /(?<!\.d)\.(js|ts)$/.test(name))
    .map((name) => import(new URL(name, folder).href) as Promise<{ readonly rows: readonly OpRow[] }>),
);
const rows: readonly OpRow[] = modules.flatMap((module) => module.rows);

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

for (const row of rows) {
  t.test(row.op, async (t) => {
    if (row.noGradient === undefined) checkGradients(t, row);
    else t.comment(`gradient not checked: ${row.noGradient}`);
    await checkCompiled(t, row);
    if (row.integerArbitrary) await checkIntegers(t, row, row.integerArbitrary);
    for (const { name, call, message } of row.refused) {
      const error = thrownBy(call);
      t.ok(error instanceof GradtapeError, `${name} is refused with an error of ours`, { error: String(error) });
      t.match(String(error), message, `${name} is refused with the right message`);
    }
  });
}

function checkGradients(t: Test, row: OpRow): void {
  const domains = new Map<string, number>();
  let worst = 0;
  let checked = 0;
  const property = fc.property(row.arbitrary, (drawn) => {
    domains.set(drawn.describe, (domains.get(drawn.describe) ?? 0) + 1);
    const { inputs, f } = differentiableIn(drawn);
    const report = gradcheck(f, inputs, row.secondOrder ? { order: 2 } : {});
    worst = Math.max(worst, report.worstScore);
    checked += report.checked;
  });
  t.doesNotThrow(
    () => fc.assert(property, { seed: SEED, numRuns: GRADIENT_CASES }),
    `the gradient${row.secondOrder ? 's of both orders are' : ' is'} right`,
  );
  t.ok(checked > 0, 'some derivatives were compared');
  t.comment(`${row.op}: ${GRADIENT_CASES} cases, ${checked} derivatives, worst score ${worst.toExponential(1)}`);
  for (const line of summary(domains)) t.comment(line);
}

// The inputs that are differentiated become arguments, the others constants.
function differentiableIn(drawn: OpCase): {
  inputs: readonly Tensor[];
  f: (...some: readonly Tensor[]) => Tensor | readonly Tensor[];
} {
  const positions = drawn.differentiable ?? drawn.inputs.map((_, position) => position);
  return {
    inputs: positions.flatMap((position) => drawn.inputs[position] ?? []),
    f: (...some) => drawn.call(...drawn.inputs.map((input, position) => some[positions.indexOf(position)] ?? input)),
  };
}

async function checkCompiled(t: Test, row: OpRow): Promise<void> {
  const property = fc.asyncProperty(row.arbitrary, async (drawn) => {
    const { inputs, f } = differentiableIn(drawn);
    const eager = withGradients(row, f, inputs, new Tape());
    const compiled = await compile((...args: readonly Tensor[]) => withGradients(row, f, args, undefined))(...inputs);
    if (eager.length !== compiled.length) throw new Error(`${compiled.length} results instead of ${eager.length}`);
    eager.forEach((tensor, index) => requireSame(tensor.data, compiled[index]?.data ?? [], `result ${index}`));
  });
  await t.resolves(
    fc.assert(property, { seed: SEED, numRuns: OTHER_CASES }),
    'compiled results and gradients equal eager ones bit for bit',
  );
}

// The results, and the gradients of their sum where there are any.
function withGradients(
  row: OpRow,
  f: (...some: readonly Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  long: Tape | undefined,
): readonly Tensor[] {
  const watched = long ? inputs.map((input) => long.watch(input)) : inputs;
  const results = [f(...watched)].flat();
  if (row.noGradient !== undefined) return results;
  const tape = long ?? activeTape();
  if (!tape) throw new Error('no tape records this function');
  return [
    ...results,
    ...results.flatMap((result) => tape.gradient(result, watched, { outputGradient: ones(result.shape) })),
  ];
}

async function checkIntegers(t: Test, row: OpRow, arbitrary: fc.Arbitrary<OpCase>): Promise<void> {
  let known = 0;
  const property = fc.asyncProperty(arbitrary, async ({ inputs, call, expected }) => {
    if (!expected) return;
    known++;
    const first = (...args: readonly Tensor[]): Tensor => [call(...args)].flat()[0] as Tensor;
    const exact = Float32Array.from(expected());
    requireSame(exact, first(...inputs).data, 'eager', equalNumbers);
    requireSame(exact, (await compile(first)(...inputs)).data, 'compiled', equalNumbers);
  });
  await t.resolves(fc.assert(property, { seed: SEED, numRuns: OTHER_CASES }), 'results on small integers are exact');
  t.ok(known > 0, 'exact results were known');
}

function requireSame(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  what: string,
  same: (a: unknown, b: unknown) => boolean = Object.is,
): void {
  if (expected.length !== actual.length)
    throw new Error(`${what}: ${actual.length} values instead of ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (!same(expected[i], actual[i])) throw new Error(`${what}: element ${i} is ${actual[i]}, not ${expected[i]}`);
  }
}

// A sum of products may be -0 in one order and 0 in another.
function equalNumbers(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function summary(domains: ReadonlyMap<string, number>): readonly string[] {
  const sorted = [...domains].sort((a, b) => b[1] - a[1]);
  const lines = sorted.slice(0, PRINTED_DOMAINS - 1).map(([domain, count]) => `  ${count} x ${domain}`);
  const rest = sorted.slice(PRINTED_DOMAINS - 1);
  const others = rest.reduce((total, [, count]) => total + count, 0);
  return rest.length === 0 ? lines : [...lines, `  ${others} x ${rest.length} other kinds`];
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}
