/** Where values lie along an axis. */
import { log } from '../../../kernels/math.ts';
import { axisFor } from '../../svg/ticks.ts';
import type { Distribution } from '../distribution.ts';
import type { TrialRecord } from '../trial-record.ts';

/** An axis from 0 to 1. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** Longest label of a choice. */
const LETTERS = 12;

/** Round numbers that hold the finite ones of these values. */
export function valueScale(values: readonly number[], count = 5): Scale {
  const { place, ticks } = axisFor(values.filter(Number.isFinite), count);
  return { place, ticks: ticks.map(({ value, label }) => ({ at: place(value), label })) };
}

/** The values that a parameter may have, over all trials that have it. */
export function paramScale(name: string, trials: readonly TrialRecord[], count = 5): Scale {
  const all = trials.flatMap(({ distributions }) => distributions.get(name) ?? []);
  const [first] = all;
  if (first?.kind === 'categorical') return choiceScale(first.choices);
  const ranges = all as readonly (Distribution & { readonly kind: 'float' | 'int' })[];
  const low = Math.min(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  return first?.log ? logScale(low, high, count) : valueScale([low, high], count);
}

function choiceScale(choices: readonly unknown[]): Scale {
  const place = (index: number): number => (index + 0.5) / choices.length;
  const ticks = choices.map((choice, index) => {
    const label = String(choice);
    return { at: place(index), label: label.length > LETTERS ? `${label.slice(0, LETTERS - 1)}…` : label };
  });
  return { place, ticks };
}

/** Powers of ten, or both ends where there is one at most. */
function logScale(low: number, high: number, count: number): Scale {
  const from = log(low);
  const place = (value: number): number => (high > low ? (log(value) - from) / (log(high) - from) : 0.5);
  const powers: number[] = [];
  const first = Math.ceil(Number(low.toExponential().split('e')[1]));
  for (let exponent = first; Number(`1e${exponent}`) <= high; exponent++) {
    if (Number(`1e${exponent}`) >= low) powers.push(Number(`1e${exponent}`));
  }
  const every = Math.ceil(powers.length / count);
  const values = powers.length < 2 ? [low, high] : powers.filter((_, i) => i % every === 0);
  return { place, ticks: values.map((value) => ({ at: place(value), label: shortNumber(value) })) };
}

/** `0.001`, `1e-5`, `250`, `0.1235` */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2).replace(/\.?0*e\+?/, 'e');
  return String(Number(value.toPrecision(4)));
}
