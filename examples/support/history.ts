/** What the examples do with the history that `fit` returns. */
import type { History } from 'gradtape/node';

/** Prints a line per log name, a column per epoch. */
export function printHistory({ history }: History): void {
  console.log('\nHistory');
  for (const [name, values] of Object.entries(history)) {
    console.log(`  ${name.padEnd(20)} ${values.map((value) => formatNumber(value).padStart(8)).join('')}`);
  }
}

/** Makes the process end with exit code 1 unless the last epoch's loss is below the first one's. */
export function requireFallingLoss({ history }: History): void {
  const losses = history['loss'] ?? [];
  if ((losses.at(-1) ?? NaN) < (losses[0] ?? NaN)) return;
  console.error('The loss did not fall.');
  process.exitCode = 1;
}

function formatNumber(value: number): string {
  if (value >= 100) return value.toFixed(1);
  return value >= 0.01 ? value.toFixed(4) : value.toExponential(1);
}
