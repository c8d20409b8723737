/** Batch normalisation with given moments, in both orders of the arguments, from its formula. */
import t from 'tap';
import { batchNorm, batchNormInference } from '../../../src/ops/index.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

t.test('batchNorm and batchNormInference: gamma (x - mean) / sqrt(variance + epsilon) + beta', (t) => {
  const rows = [
    [1, 2, 3],
    [-4, 5, 6],
    [7, 0, -9],
  ];
  // With these roots every step is exact.
  const [moments, spread, epsilon] = [[1, -2, 3], [3, 15, 0], 1] as const;
  const [factors, offsets] = [
    [2, -3, 0.5],
    [10, 20, -30],
  ] as const;
  const [x, mean, variance] = [tensor(rows), tensor([...moments]), tensor([...spread])];
  for (const gamma of [undefined, factors]) {
    for (const beta of [undefined, offsets]) {
      const expected = rows.map((row) =>
        row.map((value, channel) => {
          const normalized = (value - (moments[channel] ?? NaN)) / Math.sqrt((spread[channel] ?? NaN) + epsilon);
          return (gamma?.[channel] ?? 1) * normalized + (beta?.[channel] ?? 0);
        }),
      );
      const [scale, shift] = [gamma && tensor([...gamma]), beta && tensor([...beta])];
      const said = `${gamma ? 'gamma' : 'no gamma'}, ${beta ? 'beta' : 'no beta'}`;
      t.strictSame(batchNorm(x, mean, variance, scale, shift, { epsilon }).toArray(), expected, said);
      t.strictSame(batchNormInference(x, scale, shift, mean, variance, { epsilon }).toArray(), expected, said);
    }
  }
  t.end();
});
