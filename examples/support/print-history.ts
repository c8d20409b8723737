/** Prints what `fit` returned: a line per log name, a column per epoch. */
import type { History } from 'gradtape/node';

export function printHistory({ history }: History): void {
  console.log('\nHistory');
  for (const [name, values] of Object.entries(history)) {
    console.log(`  ${name.padEnd(20)} ${values.map((value) => formatNumber(value).padStart(8)).join('')}`);
  }
}

function formatNumber(value: number): string {
  if (value >= 100) return value.toFixed(1);
  return value >= 0.01 ? value.toFixed(4) : value.toExponential(1);
}
