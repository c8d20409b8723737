/** Activations with options: their values with and without them, from the formulas in double. */
import t from 'tap';
import { elu, gelu, leakyRelu } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

const points = Array.from({ length: 33 }, (_, index) => (index - 16) / 4);
const x = tensor(points);

/** All of these are x times something of at most 1 after at most 8 roundings of numbers of that size. */
const close = (y: Tensor, f: (value: number) => number): boolean =>
  points.every((value, index) => Math.abs((y.data[index] ?? NaN) - f(value)) <= 8 * 2 ** -24 * Math.abs(value));

t.test('leakyRelu: a slope of 0.2 below 0, or the given one', (t) => {
  t.ok(close(leakyRelu(x), (value) => (value > 0 ? value : 0.2 * value)));
  t.ok(close(leakyRelu(x, { negativeSlope: 0.75 }), (value) => (value > 0 ? value : 0.75 * value)));
  t.end();
});

t.test('elu: a limit of -1 below 0, or the given one', (t) => {
  t.ok(close(elu(x), (value) => (value > 0 ? value : Math.expm1(value))));
  t.ok(close(elu(x, { alpha: 0.75 }), (value) => (value > 0 ? value : 0.75 * Math.expm1(value))));
  t.end();
});

t.test('gelu: x times the normal distribution, by its integral or by tanh', (t) => {
  const inner = (value: number): number => Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3);
  t.ok(close(gelu(x, { approximate: true }), (value) => (value / 2) * (1 + Math.tanh(inner(value)))));
  t.ok(close(gelu(x), (value) => value * normalDistribution(value)));
  t.end();
});

/** The integral of the density from 0, by Simpson's rule in steps of 1/512: its error is below 1e-12. */
function normalDistribution(to: number): number {
  const steps = 2 * Math.ceil(256 * Math.abs(to));
  if (steps === 0) return 0.5;
  const width = to / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * width) ** 2) / 2);
  }
  return 0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
