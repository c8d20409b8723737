/** Each kind of optimizer: its first step by hand, its slots, compiled as eager, its file, and what it refuses. */
import t from 'tap';
import * as optimizers from '../../../src/optimizers/index.ts';
import { mul, square, sub, sum } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';

interface Row {
  readonly name: string;
  readonly make: (options?: { readonly [name: string]: unknown }) => optimizers.Optimizer;
  /** The weight after one step from weight 1 with gradient 2 and learning rate 0.1. */
  readonly firstStep: number;
  /** Names of the slots of a variable w, and of scalars. */
  readonly slots: readonly string[];
  /** Settings other than the defaults, with which everything is run. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly refused: readonly (readonly [options: Readonly<Record<string, unknown>>, message: RegExp])[];
}

const rows: readonly Row[] = [
  {
    name: 'AdamW',
    make: optimizers.adamw,
    firstStep: 1 - 0.1 * 0.004 - 0.1,
    slots: ['w/momentum', 'w/velocity'],
    options: { beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.1 },
    config: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false, weight_decay: 0.004 },
    refused: [
      [{ weightDecay: NaN }, /adamw: weightDecay is NaN\. Give a finite number/],
      [{ beta1: 1 }, /adamw: beta1 is 1\. Give a number from 0 to below 1/],
      [{ epsilon: -1 }, /adamw: epsilon is -1\. Give a number of at least 0/],
    ],
  },
  {
    name: 'Nadam',
    make: optimizers.nadam,
    // With u_1 = 0.9 (1 - 0.48) and u_2 = 0.9 (1 - 0.4608): the mean is 0.2, its corrections as in the formula.
    firstStep: 1 - (0.1 * ((0.48528 * 0.2) / (1 - 0.468 * 0.48528) + 2)) / 2,
    slots: ['w/momentum', 'w/velocity', 'u_product'],
    options: { beta1: 0.8, beta2: 0.9, epsilon: 1e-3 },
    config: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    refused: [
      [{ beta1: 1 }, /nadam: beta1 is 1\. Give a number from 0 to below 1/],
      [{ beta2: -0.1 }, /nadam: beta2 is -0\.1\. Give a number from 0 to below 1/],
      [{ epsilon: '1e-7' }, /nadam: epsilon is '1e-7'\. Give a number of at least 0/],
    ],
  },
  {
    name: 'Adamax',
    make: optimizers.adamax,
    firstStep: 1 - 0.1,
    slots: ['w/momentum', 'w/norm'],
    options: { beta1: 0.8, beta2: 0.9, epsilon: 1e-3 },
    config: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    refused: [
      [{ beta1: -1 }, /adamax: beta1 is -1\. Give a number from 0 to below 1/],
      [{ beta2: 2 }, /adamax: beta2 is 2\. Give a number from 0 to below 1/],
      [{ epsilon: Infinity }, /adamax: epsilon is Infinity\. Give a number of at least 0/],
    ],
  },
  {
    name: 'Adagrad',
    make: optimizers.adagrad,
    firstStep: 1 - 0.2 / Math.sqrt(0.1 + 4),
    slots: ['w/accumulator'],
    options: { initialAccumulatorValue: 0.5, epsilon: 1e-2 },
    config: { initial_accumulator_value: 0.1, epsilon: 1e-7 },
    refused: [
      [{ initialAccumulatorValue: -1 }, /adagrad: initialAccumulatorValue is -1\. Give a number of at least 0/],
      [{ epsilon: NaN }, /adagrad: epsilon is NaN/],
      [{ learningRate: -1 }, /adagrad: learningRate is -1\. Give a number of at least 0 or a schedule/],
    ],
  },
  {
    name: 'Adadelta',
    make: optimizers.adadelta,
    firstStep: 1 - (0.2 * Math.sqrt(1e-7)) / Math.sqrt(0.05 * 4 + 1e-7),
    slots: ['w/accumulated_grad', 'w/accumulated_delta_var'],
    options: { learningRate: 1, rho: 0.5, epsilon: 1e-2 },
    config: { rho: 0.95, epsilon: 1e-7 },
    refused: [
      [{ rho: 1.5 }, /adadelta: rho is 1\.5\. Give a number from 0 to 1/],
      [{ rho: null }, /adadelta: rho is null/],
      [{ epsilon: -1e-9 }, /adadelta: epsilon is -1e-9/],
    ],
  },
  {
    name: 'Ftrl',
    make: optimizers.ftrl,
    // z = 2 - (√4.1 - √0.1) / 0.1 and the divisor √4.1 / 0.1
    firstStep: -(2 - (Math.sqrt(4.1) - Math.sqrt(0.1)) / 0.1) / (Math.sqrt(4.1) / 0.1),
    slots: ['w/accumulator', 'w/linear'],
    options: {
      learningRatePower: -0.7,
      initialAccumulatorValue: 0.2,
      l1RegularizationStrength: 0.001,
      l2RegularizationStrength: 0.002,
      l2ShrinkageRegularizationStrength: 0.003,
      beta: 0.4,
    },
    config: {
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
    refused: [
      [{ learningRatePower: 0.5 }, /ftrl: learningRatePower is 0\.5\. Give a number of at most 0/],
      [{ l1RegularizationStrength: -1 }, /ftrl: l1RegularizationStrength is -1\. Give a number of at least 0/],
      [{ l2ShrinkageRegularizationStrength: NaN }, /ftrl: l2ShrinkageRegularizationStrength is NaN/],
      [{ initialAccumulatorValue: -0.1 }, /ftrl: initialAccumulatorValue is -0\.1/],
    ],
  },
  {
    name: 'Lion',
    make: optimizers.lion,
    firstStep: 1 - 0.1,
    slots: ['w/momentum'],
    options: { beta1: 0.6, beta2: 0.7 },
    config: { beta_1: 0.9, beta_2: 0.99 },
    refused: [
      [{ beta1: 0 }, /lion: beta1 is 0\. Give a number above 0 and up to 1/],
      [{ beta1: 1.1 }, /lion: beta1 is 1\.1/],
      [{ beta2: 2 }, /lion: beta2 is 2\. Give a number from 0 to 1/],
    ],
  },
];

/** Relative error of 1 - 0.999 when 0.999 is a float32: that of the first step's correction, here and in Keras. */
const CORRECTION = 2 ** -24 / 0.001;

for (const { name, make, firstStep, slots, options, config, refused } of rows) {
  t.test(`${name}: the first step by hand`, (t) => {
    const w = variable(tensor([1]), { name: 'w' });
    make({ learningRate: 0.1 }).apply([tensor([2])], [w]);
    const got = w.data[0] ?? NaN;
    t.ok(Math.abs(got - firstStep) <= 0.1 * CORRECTION + 2 ** -22, `${got}, not ${firstStep}`);
    t.end();
  });

  t.test(`${name}: slots stand after the number of steps and the learning rate, under Keras's names`, (t) => {
    const optimizer = make();
    optimizer.build([variable(tensor([1, 2]), { name: 'w' })]);
    t.strictSame(
      optimizer.variables.map((one) => one.name),
      ['iteration', 'learning_rate', ...slots].map((slot) => `${name.toLowerCase()}/${slot}`),
    );
    t.end();
  });

  t.test(`${name}: a compiled step has the bits of an eager one, and training goes down`, async (t) => {
    const start = tensor([[1, -2], [3, 0.5]]); // prettier-ignore
    const [eager, traced] = [variable(start), variable(start)];
    const [one, other] = [0, 1].map(() => make({ learningRate: 0.05, ...options })) as [
      optimizers.Optimizer,
      optimizers.Optimizer,
    ];
    const train = (optimizer: optimizers.Optimizer, weight: Variable, x: Tensor): Tensor => {
      const [value, gradients] = valueAndGrad(() => sum(square(sub(mul(weight, x), 1))), [weight]);
      optimizer.apply(gradients, [weight]);
      return value;
    };
    const step = compile((x: Tensor) => train(other, traced, x));
    const losses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const x = tensor([1, 0.5]);
      losses.push((await step(x)).item());
      t.equal(train(one, eager, x).item(), losses.at(-1));
      for (const [index, slot] of one.variables.entries()) {
        t.strictSame((await other.variables[index]?.read())?.data, slot.data, `${slot.name}, step ${i + 1}`);
      }
      t.strictSame((await traced.read()).data, eager.data, `step ${i + 1}`);
    }
    t.ok((losses.at(-1) ?? Infinity) < (losses[0] ?? 0), losses.join(' '));
  });

  t.test(`${name}: defaults are Keras's; names and envelopes give it back`, (t) => {
    const byName = optimizers.resolveOptimizer('compile', name);
    t.equal(byName.className, name);
    t.strictSame(optimizers.serializeOptimizer(byName), {
      module: 'keras.optimizers',
      class_name: name,
      config: {
        name: name.toLowerCase(),
        learning_rate: Math.fround(0.001),
        weight_decay: null,
        clipnorm: null,
        global_clipnorm: null,
        clipvalue: null,
        use_ema: false,
        ema_momentum: 0.99,
        ema_overwrite_frequency: null,
        loss_scale_factor: null,
        gradient_accumulation_steps: null,
        ...config,
      },
      registered_name: null,
    });
    const written = optimizers.serializeOptimizer(make({ ...options, learningRate: 0.5, name: 'own' }));
    t.notSame({ ...written.config, ...config }, written.config, 'the options of the row are not the defaults');
    t.strictSame(optimizers.serializeOptimizer(optimizers.optimizerFromConfig(written)), written);
    t.end();
  });

  t.test(`${name}: options out of range are refused`, (t) => {
    for (const [wrong, message] of refused) t.throws(() => make(wrong), { name: 'ArgumentError', message });
    t.throws(() => make(null as never), { name: 'ArgumentError', message: /the options are null/ });
    t.end();
  });
}

t.test('lion steps by the sign only; its mean moves after the step', (t) => {
  const w = variable(tensor([0, 0, 0]), { name: 'w' });
  const optimizer = optimizers.lion({ learningRate: 0.5, beta1: 0.5, beta2: 0.25 });
  optimizer.apply([tensor([1e-6, -100, 0])], [w]);
  t.strictSame(w.value.toArray(), [-0.5, 0.5, 0]);
  t.strictSame(optimizer.variables[2]?.value.toArray(), [Math.fround(0.75 * Math.fround(1e-6)), -75, 0]);
  t.end();
});

t.test('ftrl keeps weights with small gradients at exactly 0', (t) => {
  const w = variable(tensor([0, 0]), { name: 'w' });
  optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.5 }).apply([tensor([0.4, 0.6])], [w]);
  t.equal(w.data[0], 0);
  t.ok((w.data[1] ?? 0) < 0);
  t.end();
});
