/**
 * Runs in a child process, in the copy of the tree that holds the planted bug: the laws of some rows, one by one, until
 * one is broken. Prints one line of JSON, an `Outcome`.
 */
import fc from 'fast-check';
import { LawError } from '../../src/testing/law-error.ts';
import { layerLaws } from '../../src/testing/layer-laws.ts';
import { opLaws } from '../../src/testing/op-laws.ts';
import { rows as layerRows } from '../src/layers/rows.ts';
import { rows as opRows } from '../src/ops/rows/index.ts';

export interface Outcome {
  /** The broken law and how many cases it took, or undefined when all hold. */
  readonly broken?: { readonly row: string; readonly law: string; readonly cases: number };
  /** Per row: the parts of its domain that were drawn, with their numbers of cases. */
  readonly domains: Readonly<Record<string, readonly (readonly [string, number])[]>>;
}

async function findBroken(kind: string, names: readonly string[]): Promise<Outcome> {
  const domains: Record<string, readonly (readonly [string, number])[]> = {};
  let row = '';
  try {
    if (kind === 'ops') {
      for (row of names) {
        for (const one of opRows.filter(({ op }) => op === row)) domains[row] = [...(await opLaws(one)).domains];
      }
    } else {
      for (row of names) {
        for (const one of layerRows.filter(({ layer }) => layer === row)) await layerLaws(one);
      }
    }
    return { domains };
  } catch (error) {
    const law = error instanceof LawError ? error.law : `throws ${String(error).split('\n')[0]}`;
    return { broken: { row, law, cases: error instanceof LawError ? error.cases : 1 }, domains };
  }
}

const [kind = 'ops', ...names] = process.argv.slice(2);
const known = new Set<string>(kind === 'ops' ? opRows.map(({ op }) => op) : layerRows.map(({ layer }) => layer));
const unknown = names.filter((name) => !known.has(name));
if (unknown.length > 0) throw new Error(`no row of ${kind} is named ${unknown.join(', ')}`);
// A planted bug only has to be found; shrinking would take most of the time.
fc.configureGlobal({ endOnFailure: true });
process.stdout.write(`${JSON.stringify(await findBroken(kind, names))}\n`);
