/**
 * The laws that every op obeys, derived from its row: right gradients, programs that equal eager calls bit for bit on
 * every device, exact integers, and errors of ours for wrong calls.
 */
import type fc from 'fast-check';
import { now } from '../clock.ts';
import { deviceNamed, deviceNames } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';
import { optionsOf } from '../errors.ts';
import { activeTape } from '../tape/active-tape.ts';
import { compile } from '../tape/compile.ts';
import { Tape } from '../tape/tape.ts';
import { ones, type Tensor } from '../tensor/tensor.ts';
import { AccuracyError, requireAccurate } from './accuracy.ts';
import { Domains } from './domains.ts';
import { fastCheck } from './fast-check.ts';
import { gradcheck } from './gradcheck.ts';
import { LawError } from './law-error.ts';
import type { OpCase, OpRow } from './op-row.ts';
import { runningOn } from './running-on.ts';
import { pasteableTest, withoutCode, type PastedCheck } from './pasteable.ts';
import { checkRefusal } from './refusal.ts';

export interface OpLawOptions {
  /** Cases that each law draws. Default 100. */
  readonly cases?: number;
  /** Seed of the drawing: the same seed draws the same cases. Default 42. */
  readonly seed?: number;
  /** Devices whose programs are checked: names, or a device of one's own. Default all that `setDevice` knows. */
  readonly devices?: readonly (string | Device)[];
}

export interface OpLawReport {
  readonly op: string;
  /** The laws that hold, as sentences. */
  readonly laws: readonly string[];
  /** Devices that the row leaves out, with its reasons. */
  readonly skipped: readonly string[];
  /** Cases of the gradient's law. */
  readonly cases: number;
  /** Derivatives compared with central differences. */
  readonly derivatives: number;
  /** The largest score of `gradcheck`. */
  readonly worstScore: number;
  /** How many cases had each option's value, rank and size, by names such as `padding same`, `rank 3`, `size 0`. */
  readonly domains: ReadonlyMap<string, number>;
  readonly milliseconds: number;
}

type Differentiable = (...some: readonly Tensor[]) => Tensor | readonly Tensor[];

/**
 * Checks the laws of one op:
 * its gradients are right (at both orders with `secondOrder`); on every device compiled results and gradients equal
 * eager ones bit for bit, and lie as near to float64 as rounding allows; results on small integers are exact; wrong
 * calls are refused with the row's messages.
 * @throws LawError with the smallest failing case that fast-check found
 * @example
 * await opLaws({
 *   op: 'mish',
 *   arbitrary: arbitraries.tensors().map((x) => ({ inputs: [x], call: (x) => mish(x) })),
 * });
 */
export async function opLaws(row: OpRow, options: OpLawOptions = {}): Promise<OpLawReport> {
  const { cases = 100, seed = 42, devices = deviceNames() } = optionsOf('opLaws', options);
  const started = now();
  const run = { numRuns: cases, seed };
  const laws: string[] = [];
  const skipped: string[] = [];
  const measured: Measured = { derivatives: 0, worstScore: 0, domains: new Domains() };

  const gradient: PastedCheck = { kind: 'gradient', order: row.secondOrder ? 2 : 1 };
  await hold(row, laws, claimOfGradient(row), run, gradientProperty(row, measured), gradient);
  if (row.covers && cases >= FULL_COVER) laws.push(checkCover(row, measured.domains, cases));
  for (const device of devices) {
    const name = typeof device === 'string' ? device : device.name;
    const reason = row.skippedOn?.[name];
    if (reason !== undefined) {
      skipped.push(`${name}: ${reason}`);
      continue;
    }
    // A device of one's own has no name that a pasted test could use.
    const named = typeof device === 'string' && device !== 'wasm' ? device : undefined;
    if (givesEagerBits(device)) {
      const equal = `compiled results and gradients equal eager ones bit for bit on ${name}`;
      const program: PastedCheck = { kind: 'program', device: named, gradients: row.noGradient === undefined };
      await hold(row, laws, equal, run, programProperty(row, device), program);
    }
    const near = `results and gradients are as near to float64 as rounding allows on ${name}`;
    await hold(row, laws, near, run, accuracyProperty(row, device), {
      kind: 'accuracy',
      device: named,
      inaccuracy: undefined,
    });
    if (row.integerArbitrary) {
      const exact = `results on small integers are exact on ${name}`;
      await hold(row, laws, exact, run, integerProperty(row.integerArbitrary, device), { kind: 'values' });
    }
  }
  for (const refused of row.refused ?? []) laws.push(checkRefusal(row.op, refused));
  return {
    op: row.op,
    laws,
    skipped,
    cases,
    ...measured,
    domains: measured.domains.counts,
    milliseconds: now() - started,
  };
}

function claimOfGradient({ noGradient, secondOrder }: OpRow): string {
  if (noGradient !== undefined) return `the cases can be computed (gradient not checked: ${noGradient})`;
  return secondOrder ? 'the gradients of both orders are right' : 'the gradient is right';
}

interface Measured {
  derivatives: number;
  worstScore: number;
  readonly domains: Domains;
}

/** Fewer cases than these may miss a part of the domain by chance. */
const FULL_COVER = 100;

type Property = fc.IAsyncProperty<[OpCase]>;

async function hold(
  row: OpRow,
  laws: string[],
  law: string,
  parameters: { readonly numRuns: number; readonly seed: number },
  property: Property,
  pasted: PastedCheck,
): Promise<void> {
  const result = await fastCheck().check(property, parameters);
  if (!result.failed) {
    laws.push(law);
    return;
  }
  const { counterexample, counterexamplePath, errorInstance, numRuns, numShrinks, seed } = result;
  const check: PastedCheck =
    pasted.kind === 'accuracy' && errorInstance instanceof AccuracyError
      ? { ...pasted, inaccuracy: errorInstance.inaccuracy }
      : pasted;
  const cause = withoutCode(errorInstance instanceof Error ? errorInstance.message : String(errorInstance));
  throw new LawError(
    `${row.op}: it does not hold that ${law}. ${cause}\n` +
      `Found in case ${numRuns}, made smaller ${numShrinks} times (seed ${seed}, path '${counterexamplePath ?? ''}')` +
      `${counterexample ? `. The smallest case as a test:\n\n${pasteableTest(row.op, law, counterexample[0], check)}` : '.'}`,
    law,
    numRuns,
    { where: row.op, got: counterexample?.[0], cause: errorInstance },
  );
}

function checkCover(row: OpRow, domains: Domains, cases: number): string {
  const law = 'the cases drawn cover its domain';
  const missing = domains.missing(row);
  if (missing.length === 0) return law;
  throw new LawError(
    `${row.op}: ${cases} cases never had ${missing.join(', ')}. Widen the row's arbitrary, or take them out of covers.`,
    law,
    cases,
    { where: row.op, got: [...domains.counts.keys()], expected: missing },
  );
}

function gradientProperty(row: OpRow, measured: Measured): Property {
  return fastCheck().asyncProperty(row.arbitrary, async (drawn) => {
    measured.domains.add(drawn);
    const { inputs, f } = differentiableIn(drawn);
    if (row.noGradient !== undefined) {
      drawn.call(...drawn.inputs);
      return;
    }
    const report = gradcheck(f, inputs, row.secondOrder ? { order: 2 } : {});
    measured.worstScore = Math.max(measured.worstScore, report.worstScore);
    measured.derivatives += report.checked;
  });
}

// The inputs that are differentiated become arguments, the others constants.
function differentiableIn(drawn: OpCase): { readonly inputs: readonly Tensor[]; readonly f: Differentiable } {
  const positions = drawn.differentiable ?? drawn.inputs.map((_, position) => position);
  return {
    inputs: positions.flatMap((position) => drawn.inputs[position] ?? []),
    f: (...some) => drawn.call(...drawn.inputs.map((input, position) => some[positions.indexOf(position)] ?? input)),
  };
}

function programProperty(row: OpRow, device: string | Device): Property {
  return fastCheck().asyncProperty(row.arbitrary, async (drawn) => {
    const { inputs, f } = differentiableIn(drawn);
    const eager = runningOn(device, () => withGradients(row, f, inputs, new Tape()));
    const program = compile((...args: readonly Tensor[]) => withGradients(row, f, args, undefined), on(device));
    const compiled = await program(...inputs);
    if (eager.length !== compiled.length) throw new Error(`${compiled.length} results instead of ${eager.length}`);
    eager.forEach((tensor, index) => requireSame(tensor.data, compiled[index]?.data ?? [], `result ${index}`));
  });
}

function accuracyProperty(row: OpRow, device: string | Device): Property {
  return fastCheck().asyncProperty(row.arbitrary, async (drawn) => {
    const { inputs, f } = differentiableIn(drawn);
    await requireAccurate(f, inputs, row.noGradient === undefined, on(device).device);
  });
}

// Eager ops run on the host, whose bits a graphics card does not promise.
function givesEagerBits(device: string | Device): boolean {
  return (typeof device === 'string' ? deviceNamed(device) : device).eagerBits !== false;
}

function on(device: string | Device): { readonly device: 'cpu' | Device } {
  return { device: device as 'cpu' | Device };
}

// The results, and the gradients of their sum where there are any.
function withGradients(
  row: OpRow,
  f: Differentiable,
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

function integerProperty(arbitrary: fc.Arbitrary<OpCase>, device: string | Device): Property {
  return fastCheck().asyncProperty(arbitrary, async ({ inputs, call, expected }) => {
    if (!expected) throw new Error('the case of integerArbitrary has no `expected`; give the exact values');
    const first = (...args: readonly Tensor[]): Tensor => [call(...args)].flat()[0] as Tensor;
    const exact = Float32Array.from(expected());
    const eager = runningOn(device, () => first(...inputs));
    requireSame(exact, eager.data, 'eager', equalNumbers);
    requireSame(exact, (await compile(first, on(device))(...inputs)).data, 'compiled', equalNumbers);
  });
}

function requireSame(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  what: string,
  same: (a: unknown, b: unknown) => boolean = Object.is,
): void {
  if (expected.length !== actual.length) {
    throw new Error(`${what}: ${actual.length} values instead of ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    if (!same(expected[i], actual[i])) throw new Error(`${what}: element ${i} is ${actual[i]}, not ${expected[i]}`);
  }
}

// A sum of products may be -0 in one order and 0 in another.
function equalNumbers(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}
