/** Keeps the figures of a release: bench/results/<version>.json, and the picture of the newest ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { chart } from './chart.ts';
import type { Results } from './results.ts';

export function save(results: Results, tell: (line: string) => void): void {
  // The compiled benchmark stands in dist/bench/report.
  const folder = new URL('../../../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const json = new URL(`${results.version}.json`, folder);
  writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(new URL('../../../docs/bench.svg', import.meta.url), chart(results));
  tell(`kept in bench/results/${results.version}.json and docs/bench.svg`);
}
