/** A4: how many of the planted bugs the suite caught, as `npm run mutants` wrote it down. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../house/sources.ts';
import type { Measured } from './measure.ts';

/** One planted bug; `row` is what caught it, null where nothing did. */
type Result = readonly [file: string, name: string, kind: string, row: string | null, ...rest: readonly unknown[]];

/** @param file what `npm run mutants` wrote */
export function plantedBugs(file: string = join(root, 'test/mutants/results.json')): Measured {
  if (!existsSync(file)) {
    return { figure: 'no results', met: undefined, missing: 'run npm run mutants', detail: {} };
  }
  const results = JSON.parse(readFileSync(file, 'utf8')) as readonly Result[];
  const survivors = results.filter(([, , , row]) => row === null).map(([path, name]) => `${path}: ${name}`);
  const kinds = new Set(results.map(([, , kind]) => kind)).size;
  const caught = results.length - survivors.length;
  return {
    figure: `${caught} of ${results.length} caught, of ${kinds} kinds${survivors.length > 0 ? `; survives: ${survivors[0]}` : ''}`,
    met: survivors.length === 0 && results.length > 0,
    cases: results.length,
    detail: { planted: results.length, caught, kinds, survivors },
  };
}
