/** What optimizers are compared on, to be minimized: the problems of optuna/run.py, with the same names and parameters. */
import type { ObjectiveTrial } from '../../src/tune/index.ts';
import { digitsLoss, suggestDigits } from './digits.ts';

export interface Problem {
  readonly name: string;
  /** What cannot be beaten; undefined where nobody knows. */
  readonly optimum: number | undefined;
  readonly seeds: number;
  /** Of each study that is compared with one of Optuna's. */
  readonly trials: number;
  readonly objective: (trial: ObjectiveTrial) => number | Promise<number>;
}

const HEIGHTS = [1, 1.2, 3, 3.2] as const;
const SLOPES: readonly (readonly number[])[] = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const CENTRES: readonly (readonly number[])[] = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** https://www.sfu.ca/~ssurjano/branin.html */
export function branin(x: number, y: number): number {
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

/** https://www.sfu.ca/~ssurjano/hart6.html */
function hartmann6(x: readonly number[]): number {
  let total = 0;
  for (const [i, height] of HEIGHTS.entries()) {
    const distance = x.reduce((sum, v, j) => sum + at(SLOPES, i, j) * (v - at(CENTRES, i, j)) ** 2, 0);
    total -= height * Math.exp(-distance);
  }
  return total;
}

/** https://www.sfu.ca/~ssurjano/rosen.html */
function rosenbrock(x: readonly number[]): number {
  let total = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const [here, next] = [x[i] as number, x[i + 1] as number];
    total += 100 * (next - here ** 2) ** 2 + (1 - here) ** 2;
  }
  return total;
}

/** https://www.sfu.ca/~ssurjano/ackley.html */
function ackley(x: readonly number[]): number {
  const radius = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
  const waves = x.reduce((sum, v) => sum + Math.cos(2 * Math.PI * v), 0) / x.length;
  return -20 * Math.exp(-0.2 * radius) - Math.exp(waves) + 20 + Math.E;
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] as number;
}

function numbers(trial: ObjectiveTrial, count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, (_, i) => trial.suggestFloat(`x${i}`, low, high));
}

const COMMON = { seeds: 30, trials: 60 };

export const problems: readonly Problem[] = [
  {
    ...COMMON,
    name: 'branin',
    optimum: 0.39788735772973816,
    objective: (trial) => branin(trial.suggestFloat('x0', -5, 10), trial.suggestFloat('x1', 0, 15)),
  },
  {
    ...COMMON,
    name: 'hartmann6',
    optimum: -3.322368011415512,
    objective: (trial) => hartmann6(numbers(trial, 6, 0, 1)),
  },
  { ...COMMON, name: 'rosenbrock5', optimum: 0, objective: (trial) => rosenbrock(numbers(trial, 5, -5, 10)) },
  { ...COMMON, name: 'ackley10', optimum: 0, objective: (trial) => ackley(numbers(trial, 10, -32.768, 32.768)) },
  {
    name: 'digits',
    optimum: undefined,
    seeds: 10,
    trials: 40,
    objective: (trial) => digitsLoss(suggestDigits(trial)),
  },
];
