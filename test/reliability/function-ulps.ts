/**
 * The second part of A3: exp, log, tanh and sigmoid on float32 numbers of every exponent, in units of the last place of
 * the exact value; and the double functions behind them.
 */
import * as math from '../../kernels/math.ts';
import type { Device } from '../../src/devices/device.ts';
import { exp, log, sigmoid, tanh } from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';
import { float32Ulps, numbers, ulps } from '../kernels/ulps.ts';

/** The limits are the targets in float32. Math.* is within one unit of a double, a billionth of that. */
const functions = {
  exp: { op: exp, own: math.exp, exact: Math.exp, limit: 2, positive: false },
  log: { op: log, own: math.log, exact: Math.log, limit: 2, positive: true },
  tanh: { op: tanh, own: math.tanh, exact: Math.tanh, limit: 4, positive: false },
  sigmoid: {
    op: sigmoid,
    own: math.sigmoid,
    exact: (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
    limit: 4,
    positive: false,
  },
} as const;

type Name = keyof typeof functions;

export interface UlpReport {
  /** Numbers that each function was measured at. */
  readonly points: number;
  /** By device and function, in units of float32. */
  readonly worst: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Those of kernels/math.ts, in units of a double; both sides of the comparison may be off. */
  readonly double: Readonly<Record<string, number>>;
  readonly within: boolean;
}

/** @param perExponent numbers of each binary exponent of float32, half of them negative */
export async function measureUlps(perExponent: number, devices: readonly (string | Device)[]): Promise<UlpReport> {
  const points = Float32Array.from(numbers(-149, 127, perExponent));
  const worst: Record<string, Record<string, number>> = {};
  const double: Record<string, number> = {};
  let within = true;
  for (const name of Object.keys(functions) as Name[]) {
    const { op, own, exact, limit, positive } = functions[name];
    const x = positive ? points.map(Math.abs) : points;
    for (const device of devices) {
      const { data } = await compile((given: Tensor) => op(given), { device: device as 'cpu' })(tensor(x));
      const largest = data.reduce((most, value, i) => Math.max(most, float32Ulps(value, exact(x[i] ?? NaN))), 0);
      (worst[typeof device === 'string' ? device : device.name] ??= {})[name] = largest;
      if (!(largest <= limit)) within = false;
    }
    double[name] = x.reduce((most, value) => Math.max(most, ulps(own(value), exact(value))), 0);
  }
  return { points: points.length, worst, double, within };
}
