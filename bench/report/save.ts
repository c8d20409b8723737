/** Keeps the figures of a release: bench/results/<version>.json, and the picture of the newest ones. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { KerasResults } from '../keras/report.ts';
import { chart } from './chart.ts';
import type { TuneResults } from '../tune/report.ts';
import type { GpuResults, Results } from './results.ts';

export function save(results: Results, tell: (line: string) => void): void {
  keep(results.version, results, tell);
  // The compiled benchmark stands in dist/bench/report.
  writeFileSync(new URL('../../../docs/bench.svg', import.meta.url), chart(results));
  tell('drawn in docs/bench.svg');
}

/** The figures alone, in bench/results/<name>.json. */
export function keep(
  name: string,
  results: Results | GpuResults | TuneResults | KerasResults,
  tell: (line: string) => void,
): void {
  const folder = new URL('../../../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, undefined, 2)}\n`);
  tell(`kept in bench/results/${name}.json`);
}
