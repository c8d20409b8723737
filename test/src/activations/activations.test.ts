/** Activations: Keras's values and Keras's names. */
import t from 'tap';
import * as activations from '../../../src/activations/index.ts';
import { resolveActivation } from '../../../src/activations/resolve.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE, relativeDifference } from '../../keras/fixture.ts';

const x = tensor([-8, -2.5, -1, -0.25, 0, 0.25, 1, 2.5, 8]);

/** What Keras 3.15.1 on JAX gives for x. */
const values: Readonly<Record<string, readonly number[]>> = {
  linear: [-8, -2.5, -1, -0.25, 0, 0.25, 1, 2.5, 8],
  relu: [0, 0, 0, 0, 0, 0.25, 1, 2.5, 8],
  relu6: [0, 0, 0, 0, 0, 0.25, 1, 2.5, 6],
  leaky_relu: [-1.6, -0.5, -0.2, -0.05, 0, 0.25, 1, 2.5, 8],
  elu: [-0.99966454, -0.917915, -0.63212055, -0.2211992, 0, 0.25, 1, 2.5, 8],
  selu: [-1.7575095, -1.6137857, -1.1113307, -0.38889018, 0, 0.26267526, 1.050701, 2.6267526, 8.405608],
  gelu: [0, -0.015524165, -0.15865527, -0.10032342, 0, 0.14967658, 0.8413447, 2.4844759, 8],
  silu: [-0.0026828011, -0.18964544, -0.26894143, -0.10945588, 0, 0.14054413, 0.7310586, 2.3103545, 7.9973173],
  sigmoid: [0.00033535014, 0.075858176, 0.26894143, 0.4378235, 0.5, 0.5621765, 0.7310586, 0.9241418, 0.99966466],
  hard_sigmoid: [0, 0.083333336, 0.33333334, 0.45833334, 0.5, 0.5416667, 0.6666667, 0.9166667, 1],
  tanh: [-1, -0.98661435, -0.7615942, -0.24491866, 0, 0.24491866, 0.7615942, 0.98661435, 1],
  softmax: [
    1.118443e-7, 2.7367396e-5, 0.00012265216, 0.00025965463, 0.00033340312, 0.00042809808, 0.0009062837, 0.0040616817,
    0.9938607,
  ],
  log_softmax: [
    -16.006159, -10.506158, -9.006158, -8.256158, -8.006158, -7.7561584, -7.0061584, -5.5061584, -0.0061581866,
  ],
  softplus: [0.00033540637, 0.078889735, 0.3132617, 0.5759394, 0.6931472, 0.8259394, 1.3132617, 2.5788898, 8.000336],
  softsign: [-0.8888889, -0.71428573, -0.5, -0.2, 0, 0.2, 0.5, 0.71428573, 0.8888889],
  exponential: [0.00033546262, 0.082085, 0.36787945, 0.7788008, 1, 1.2840254, 2.7182817, 12.182494, 2980.958],
  mish: [-0.002683251, -0.19681618, -0.30340144, -0.12992696, 0, 0.16957241, 0.8650985, 2.4713924, 8],
};

/** What Keras 2.15 gives for x. */
const oldValues: Readonly<Record<string, readonly number[]>> = {
  hard_sigmoid_keras2: [0, 0, 0.3, 0.45, 0.5, 0.55, 0.7, 1, 1],
};

for (const [name, data] of Object.entries({ ...values, ...oldValues })) {
  t.test(`${name} gives what Keras gives, by its name and as a function`, (t) => {
    const { name: written, apply } = resolveActivation('test', name);
    const expected = { shape: [9], dtype: 'float32', data };
    t.equal(written, name);
    t.ok(relativeDifference(apply(x), expected) <= KERAS_TOLERANCE, String(apply(x).toArray()));
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    t.equal((activations as Readonly<Record<string, unknown>>)[camel], apply);
    t.end();
  });
}

t.test('names may be written in camelCase; swish is silu; nothing means linear; a function stays what it is', (t) => {
  t.equal(resolveActivation('dense', 'leakyRelu').apply, activations.leakyRelu);
  t.strictSame(resolveActivation('dense', 'swish'), { name: 'silu', apply: activations.silu });
  t.strictSame(resolveActivation('dense', undefined), { name: 'linear', apply: activations.linear });
  t.equal(resolveActivation('dense', activations.relu).name, 'relu');
  const own = (): typeof x => x;
  t.strictSame(resolveActivation('dense', own), { name: undefined, apply: own });
  t.end();
});

t.test('an unknown name is refused with the nearest one', (t) => {
  t.throws(() => resolveActivation('dense', 'rleu'), {
    name: 'ArgumentError',
    message: /dense: unknown activation 'rleu'; did you mean 'relu'\?/,
  });
  t.end();
});
