/** Alpha dropout: what it puts in place of dropped values, and the moments that it keeps. */
import t from 'tap';
import { layers, ones, ops } from '../../../src/index.ts';

t.test('each value is scaled and shifted, or what a saturated unit becomes', (t) => {
  for (const rate of [0.1, 0.25, 0.8]) {
    const values = layers.alphaDropout(rate)(ones([100, 50]), { training: true }).data;
    // From Klambauer et al.: a and b for a mean of 0 and a variance of 1, with the limit of selu at minus infinity.
    const limit = -1.7580993408473766;
    const a = ((1 - rate) * (1 + rate * limit ** 2)) ** -0.5;
    const b = -a * rate * limit;
    const found = [...new Set(values)].sort((left, right) => left - right);
    t.equal(found.length, 2);
    [a * limit + b, a + b].forEach((wanted, index) => {
      // Three roundings to float32, of numbers below 4.
      t.ok(Math.abs((found[index] ?? NaN) - wanted) <= 3 * 2 ** -23, `rate ${rate}: ${found[index]} for ${wanted}`);
    });
    const dropped = values.filter((value) => value === found[0]).length / values.length;
    t.ok(Math.abs(dropped - rate) < 4 * Math.sqrt((rate * (1 - rate)) / values.length), `${dropped} of them dropped`);
  }
  t.end();
});

t.test('mean 0 and variance 1 stay', (t) => {
  const x = ops.randomNormal([400, 100], { seed: 3 });
  const y = layers.alphaDropout(0.3, { seed: 5 })(x, { training: true });
  const count = x.size;
  t.ok(Math.abs(ops.mean(y).data[0] ?? NaN) < 4 / Math.sqrt(count), String(ops.mean(y).data));
  t.ok(Math.abs((ops.variance(y).data[0] ?? NaN) - 1) < 4 * Math.sqrt(2 / count), String(ops.variance(y).data));
  t.equal(layers.alphaDropout(0.3)(x), x, 'at rest nothing changes');
  t.end();
});

t.test('a noise shape drops columns as a whole', (t) => {
  const y = layers.alphaDropout(0.5, { noiseShape: [null, 1, 6] })(ones([5, 4, 6]), { training: true });
  for (let batch = 0; batch < 5; batch++)
    for (let channel = 0; channel < 6; channel++) {
      const column = [0, 1, 2, 3].map((step) => y.data[(batch * 4 + step) * 6 + channel]);
      t.equal(new Set(column).size, 1);
    }
  t.ok(new Set(y.data).size === 2, 'some are dropped, some kept');
  t.end();
});
