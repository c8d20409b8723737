/** Initializers: distributions, seeds, fans, orthogonality, names and files. */
import t from 'tap';
import fc from 'fast-check';
import * as initializers from '../../../src/initializers/index.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

const key = [123, 456] as const;

const moments = (values: Float32Array): { mean: number; stddev: number; largest: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) };
};

const SIZE = 40_000;
/** Five standard errors of a mean over SIZE values, in standard deviations; the standard error of a deviation is smaller. */
const SLACK = 5 / Math.sqrt(SIZE);

const draw = (initializer: initializers.Initializer, shape: readonly number[] = [200, 200]): Float32Array =>
  initializer.initialize(shape, key).data;

const TRUNCATED = 0.87962566103423978;

/** Name, initializer, mean, standard deviation and bound of its values; the fans of [200, 200] are 200. */
const distributions: readonly (readonly [string, initializers.Initializer, mean: number, stddev: number, bound: number])[] = [
  ['randomNormal', initializers.randomNormal(), 0, 0.05, Infinity],
  ['randomNormal(2, 0.5)', initializers.randomNormal({ mean: 2, stddev: 0.5 }), 2, 0.5, Infinity],
  ['truncatedNormal', initializers.truncatedNormal(), 0, 0.05 * TRUNCATED, 0.1],
  ['randomUniform', initializers.randomUniform(), 0, 0.1 / Math.sqrt(12), 0.05],
  ['randomUniform(1, 3)', initializers.randomUniform({ minval: 1, maxval: 3 }), 2, 2 / Math.sqrt(12), 3],
  ['varianceScaling', initializers.varianceScaling(), 0, Math.sqrt(1 / 200), 2 * Math.sqrt(1 / 200) / TRUNCATED],
  ['varianceScaling untruncated', initializers.varianceScaling({ scale: 3, mode: 'fan_out', distribution: 'untruncated_normal' }), 0, Math.sqrt(3 / 200), Infinity],
  ['glorotUniform', initializers.glorotUniform(), 0, Math.sqrt(1 / 200), Math.sqrt(6 / 400)],
  ['glorotNormal', initializers.glorotNormal(), 0, Math.sqrt(1 / 200), 2 * Math.sqrt(1 / 200) / TRUNCATED],
  ['heUniform', initializers.heUniform(), 0, Math.sqrt(2 / 200), Math.sqrt(6 / 200)],
  ['heNormal', initializers.heNormal(), 0, Math.sqrt(2 / 200), 2 * Math.sqrt(2 / 200) / TRUNCATED],
  ['lecunUniform', initializers.lecunUniform(), 0, Math.sqrt(1 / 200), Math.sqrt(3 / 200)],
  ['lecunNormal', initializers.lecunNormal(), 0, Math.sqrt(1 / 200), 2 * Math.sqrt(1 / 200) / TRUNCATED],
]; // prettier-ignore

for (const [name, initializer, mean, stddev, bound] of distributions) {
  t.test(`${name}: mean ${mean}, standard deviation ${stddev.toFixed(4)}, nothing beyond ${bound.toFixed(4)}`, (t) => {
    const found = moments(draw(initializer));
    t.ok(Math.abs(found.mean - mean) < SLACK * stddev, `mean ${found.mean}`);
    t.ok(Math.abs(found.stddev - stddev) < SLACK * stddev, `standard deviation ${found.stddev}`);
    t.ok(found.largest <= Math.fround(bound), `largest ${found.largest}`);
    t.ok(bound === Infinity || found.largest > 0.98 * bound, 'the bound is reached');
    t.end();
  });
}

t.test('the key decides the numbers, unless there is a seed', (t) => {
  const [a, b] = [initializers.glorotUniform(), initializers.glorotUniform({ seed: 7 })];
  const values = (one: initializers.Initializer, k: readonly [number, number]): unknown =>
    one.initialize([3, 4], k).toArray();
  t.strictSame(values(a, [1, 2]), values(a, [1, 2]));
  t.notSame(values(a, [1, 2]), values(a, [1, 3]));
  t.strictSame(values(b, [1, 2]), values(b, [9, 9]));
  t.notSame(values(b, [1, 2]), values(initializers.glorotUniform({ seed: 8 }), [1, 2]));
  t.throws(() => initializers.randomNormal({ seed: 0.5 }), { name: 'ArgumentError', message: /seed 0.5/ });
  t.end();
});

t.test('the numbers of a seed are fixed for good', (t) => {
  // Change these only together with the major version: they are part of what a seed promises.
  const first = (one: initializers.Initializer): unknown => one.initialize([2], key).toArray();
  t.strictSame(first(initializers.randomUniform({ seed: 1 })), [0.03502180799841881, 0.0400879830121994]);
  t.strictSame(first(initializers.randomNormal({ seed: 1 })), [0.0017262119799852371, -0.013876290060579777]);
  t.strictSame(first(initializers.truncatedNormal({ seed: 1 })), [0.029361234977841377, -0.007079097907990217]);
  t.end();
});

t.test('fans: a kernel counts its receptive field', (t) => {
  t.strictSame(initializers.computeFans([]), [1, 1]);
  t.strictSame(initializers.computeFans([7]), [7, 7]);
  t.strictSame(initializers.computeFans([3, 5]), [3, 5]);
  t.strictSame(initializers.computeFans([3, 3, 8, 16]), [72, 144]);
  t.strictSame(initializers.computeFans([2, 3, 4], { inputAxes: [0], outputAxes: [1, 2] }), [2, 12]);
  t.end();
});

// Q as rows of vectors: the flattened weight, or its transpose where it is wider than high.
const largestError = (weight: Tensor, gain: number): number => {
  const columns = weight.shape.at(-1) ?? 1;
  const rows = weight.size / columns;
  const at = (vector: number, i: number): number =>
    (weight.data[rows < columns ? vector * columns + i : i * columns + vector] ?? NaN) / gain;
  let error = 0;
  for (let a = 0; a < Math.min(rows, columns); a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
      error = Math.max(error, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  return error;
};

t.test('orthogonal: the vectors of the shorter side are orthonormal, times gain', (t) => {
  const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.constantFrom(1, 0.5, 3), fc.nat(), (shape, gain, seed) => {
      const weight = initializers.orthogonal({ gain, seed }).initialize(shape, key);
      // Each product of two vectors of length n adds n roundings to float32.
      return largestError(weight, gain) <= 2 * Math.max(4, sizeOf(shape)) * 2 ** -24;
    }),
    { seed: 5 },
  );
  t.ok(largestError(initializers.orthogonal().initialize([64, 64], key), 1) < 64 * 2 ** -23);
  t.end();
});

t.test('orthogonal matrices have no preferred sign', (t) => {
  let positive = 0;
  for (let seed = 0; seed < 200; seed++) {
    if ((initializers.orthogonal({ seed }).initialize([2, 2], key).data[0] ?? 0) > 0) positive++;
  }
  t.ok(Math.abs(positive - 100) < 5 * Math.sqrt(50), `${positive} of 200`);
  t.throws(() => initializers.orthogonal().initialize([3], key), {
    name: 'ShapeError',
    message: /orthogonal: the shape \[3\]/,
  });
  t.end();
});

t.test('zeros, ones, constant and identity', (t) => {
  t.strictSame(initializers.zeros().initialize([2], key).toArray(), [0, 0]);
  t.strictSame(initializers.ones().initialize([2], key).toArray(), [1, 1]);
  t.strictSame(initializers.constant({ value: 0.5 }).initialize([2], key).toArray(), [0.5, 0.5]);
  t.strictSame(initializers.identity({ gain: 2 }).initialize([2, 3], key).toArray(), [[2, 0, 0], [0, 2, 0]]); // prettier-ignore
  t.throws(() => initializers.identity().initialize([2], key), { name: 'ShapeError' });
  t.throws(() => initializers.constant({ value: NaN }), { name: 'ArgumentError' });
  t.end();
});

t.test('a weight of no elements is made', (t) => {
  for (const name of ['zeros', 'glorot_uniform', 'he_normal', 'random_normal', 'orthogonal']) {
    t.equal(initializers.resolveInitializer('dense', name).initialize([0, 3], key).size, 0);
  }
  t.end();
});

t.test('names in every spelling and alias of Keras; unknown ones are refused', (t) => {
  const className = (name: string): string => initializers.resolveInitializer('dense', name).className;
  for (const name of ['glorot_uniform', 'GlorotUniform', 'glorotUniform']) t.equal(className(name), 'GlorotUniform');
  for (const [name, expected] of [
    ['uniform', 'RandomUniform'],
    ['normal', 'RandomNormal'],
    ['zero', 'Zeros'],
    ['OrthogonalInitializer', 'Orthogonal'],
  ] as const) {
    // prettier-ignore
    t.equal(className(name), expected);
  }
  const own: initializers.Initializer = initializers.heNormal();
  t.equal(initializers.resolveInitializer('dense', own), own);
  t.throws(() => initializers.resolveInitializer('dense', 'glorot_unifrom'), {
    name: 'ArgumentError',
    message: /dense: unknown initializer 'glorot_unifrom'; did you mean 'glorot_uniform'\?/,
  });
  t.end();
});

t.test('files: the envelope of Keras, read back to the same numbers', (t) => {
  t.strictSame(initializers.serializeInitializer(initializers.randomNormal({ seed: 3 })), {
    module: 'keras.initializers',
    class_name: 'RandomNormal',
    config: { mean: 0, stddev: 0.05, seed: 3 },
    registered_name: null,
  });
  const all = [
    initializers.zeros(),
    initializers.ones(),
    initializers.constant({ value: 2 }),
    initializers.identity({ gain: 3 }),
    initializers.orthogonal({ gain: 2, seed: 4 }),
    initializers.varianceScaling({
      scale: 2,
      mode: 'fan_avg',
      distribution: 'uniform',
      inputAxes: [1],
      outputAxes: [0],
    }),
    ...distributions.map(([, initializer]) => initializer),
  ];
  for (const initializer of all) {
    const envelope: unknown = JSON.parse(JSON.stringify(initializers.serializeInitializer(initializer)));
    const again = initializers.initializerFromConfig(envelope);
    t.strictSame(again.getConfig(), initializer.getConfig(), initializer.className);
    t.strictSame(again.initialize([3, 4], key).toArray(), initializer.initialize([3, 4], key).toArray());
  }
  t.equal(initializers.initializerFromConfig('he_normal').className, 'HeNormal');
  // Keras 3.15 writes these.
  t.equal(
    initializers.initializerFromConfig({
      class_name: 'GlorotUniform',
      config: { seed: null, input_axes: null, output_axes: null },
    }).className,
    'GlorotUniform',
  );
  t.throws(() => initializers.initializerFromConfig(5), { name: 'FormatError' });
  t.throws(() => initializers.initializerFromConfig({ class_name: 'Mystery', config: {} }), { name: 'ArgumentError' });
  t.end();
});
