/**
 * `npm run reliability`: measures what can be measured, prints one table and writes the figures to results.json beside
 * the sources. `--quick` measures less, in two minutes, and writes to .scratch/reliability.json; `--deep` measures what a
 * release needs. `--only E2,C1` measures some rows, `--part 2/3` every third one from the second, and both write to .scratch,
 * too. Fails when a target is not met.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../house/sources.ts';
import { countsOf, type Mode } from './measure.ts';
import { isNotMet, score, scoreRows, type Score } from './scoreboard.ts';
import { formatTable } from './table.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    deep: { type: 'boolean' },
    only: { type: 'string' },
    part: { type: 'string' },
  },
});
const mode: Mode = values.quick ? 'quick' : values.deep ? 'deep' : 'normal';

const WIDTHS = [3, 24, 38, 56, 26];

const only = values.only?.split(',');
const [, part, parts] = /^(\d+)\/(\d+)$/.exec(values.part ?? '1/1') ?? [];
const chosen = scoreRows
  .filter((_, index) => index % Number(parts) === Number(part) - 1)
  .filter(({ number }) => only?.includes(number) ?? true);
if (chosen.length === 0) {
  throw new RangeError(
    `--only ${values.only ?? 'all'} --part ${values.part ?? '1/1'} names no row. There are ${scoreRows.map(({ number }) => number).join(', ')}.`,
  );
}

const scores: Score[] = [];
for (const row of chosen) scores.push(await score(row, countsOf[mode]));

console.log(
  formatTable(
    [
      ['#', 'measure', 'target', `measured (${mode} counts, Node ${process.versions.node})`, 'verdict'],
      WIDTHS.map((width) => '-'.repeat(width)),
      ...scores.map(({ number, measure, target, measured, verdict }) => [number, measure, target, measured, verdict]),
    ],
    WIDTHS,
  ),
);
const failed = scores.filter(isNotMet);
const count = (start: string): number => scores.filter(({ verdict }) => verdict.startsWith(start)).length;
console.log(
  `\n${count('met')} met, ${failed.length} not met, ${count('not yet')} not yet, ${count('later')} later; ` +
    `${scores.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} s`,
);

const isWhole = mode !== 'quick' && only === undefined && parts === '1';
const file = join(
  root,
  isWhole
    ? 'test/reliability/results.json'
    : part === '1'
      ? '.scratch/reliability.json'
      : `.scratch/reliability-${part}.json`,
);
mkdirSync(dirname(file), { recursive: true });
const result = {
  mode,
  date: new Date().toISOString(),
  node: process.versions.node,
  counts: countsOf[mode],
  rows: scores,
};
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
