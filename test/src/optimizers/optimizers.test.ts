/** Optimizers: first steps by hand, clipping, weight decay, building, compiled steps, names and what is refused. */
import t from 'tap';
import * as optimizers from '../../../src/optimizers/index.ts';
import { mul, square, sub, sum } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';

const near = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= 2 ** -20 * Math.max(1, Math.abs(expected));

/** Relative error of 1 - beta2 = 0.001 when beta2 is a float32: that of Adam's first step in float32, here and in Keras. */
const CORRECTION = 2 ** -24 / 0.001;

/** The weight after one step with this gradient. */
const stepped = (optimizer: optimizers.Optimizer, weight: number, gradient: number): number => {
  const w = variable(tensor([weight]), { name: 'w' });
  optimizer.apply([tensor([gradient])], [w]);
  return w.data[0] ?? NaN;
};

t.test('sgd: the first step by hand, plain and with momentum', (t) => {
  t.ok(near(stepped(optimizers.sgd(), 1, 2), 1 - 0.01 * 2));
  t.ok(near(stepped(optimizers.sgd({ learningRate: 0.5, momentum: 0.9 }), 1, 2), 0));
  t.ok(near(stepped(optimizers.sgd({ learningRate: 0.5, momentum: 0.9, nesterov: true }), 1, 2), 1 - 0.9 - 1));
  t.end();
});

t.test('rmsprop and adam: the first step by hand', (t) => {
  t.ok(near(stepped(optimizers.rmsprop({ learningRate: 0.1 }), 1, 2), 1 - (0.1 * 2) / Math.sqrt(0.1 * 4 + 1e-7)));
  for (const gradient of [2, -0.002]) {
    const step = (0.1 * gradient) / (Math.abs(gradient) + 1e-7 / Math.sqrt(0.001));
    t.ok(
      Math.abs(1 - stepped(optimizers.adam({ learningRate: 0.1 }), 1, gradient) - step) <= 0.1 * CORRECTION + 2 ** -24,
      String(gradient),
    );
  }
  t.end();
});

t.test('clipvalue limits elements, clipnorm each gradient, globalClipnorm all of them', (t) => {
  const after = (options: optimizers.SgdOptions): number[][] => {
    const variables = [variable(tensor([0, 0])), variable(tensor([0]))];
    optimizers.sgd({ learningRate: 1, ...options }).apply([tensor([3, -4]), tensor([12])], variables);
    return variables.map((one) => [...one.data]);
  };
  t.strictSame(after({}), [[-3, 4], [-12]]);
  t.strictSame(after({ clipvalue: 3.5 }), [[-3, 3.5], [-3.5]]);
  t.strictSame(after({ clipnorm: 10 }), [[-3, 4], [-10]]);
  // The norm of (3, -4, 12) is 13.
  const [first, second] = after({ globalClipnorm: 6.5 });
  t.ok(near(first?.[0] ?? NaN, -1.5) && near(first?.[1] ?? NaN, 2) && near(second?.[0] ?? NaN, -6));
  t.strictSame(after({ globalClipnorm: 14 }), [[-3, 4], [-12]]);
  t.end();
});

t.test('clipping keeps zero gradients zero and does not hide a gradient that is not finite', (t) => {
  for (const options of [{ clipnorm: 1 }, { globalClipnorm: 1 }]) {
    t.equal(stepped(optimizers.sgd(options), 5, 0), 5);
    t.ok(Number.isNaN(stepped(optimizers.sgd(options), 5, Infinity)));
  }
  const pair = [variable(tensor([5])), variable(tensor([5]))];
  optimizers.sgd({ globalClipnorm: 1 }).apply([tensor([Infinity]), tensor([1])], pair);
  t.ok(
    pair.every((one) => Number.isNaN(one.data[0])),
    'a global norm that is not finite spoils all',
  );
  t.end();
});

t.test('weight decay is decoupled: it acts before the update, in proportion to the learning rate', (t) => {
  t.ok(near(stepped(optimizers.sgd({ learningRate: 0.5, weightDecay: 0.1 }), 2, 4), 2 - 2 * 0.1 * 0.5 - 0.5 * 4));
  const decayed = stepped(optimizers.adam({ learningRate: 0.5, weightDecay: 0.1 }), 2, 4);
  t.ok(Math.abs(decayed - (2 - 2 * 0.1 * 0.5 - 0.5)) <= 0.5 * CORRECTION);
  t.end();
});

t.test('build makes slots once; names tell optimizer, variable and slot; order is that of Keras', (t) => {
  const optimizer = optimizers.adam({ amsgrad: true });
  const variables = [
    variable(tensor([[1, 2]]), { name: 'dense/kernel' }),
    variable(tensor([1]), { name: 'dense/bias' }),
  ];
  t.notOk(optimizer.built);
  optimizer.build(variables);
  optimizer.build(variables);
  t.strictSame(
    optimizer.variables.map(({ name }) => name),
    [
      'adam/iteration',
      'adam/learning_rate',
      'adam/dense/kernel/momentum',
      'adam/dense/kernel/velocity',
      'adam/dense/bias/momentum',
      'adam/dense/bias/velocity',
      'adam/dense/kernel/velocity_hat',
      'adam/dense/bias/velocity_hat',
    ],
  );
  t.ok(optimizer.variables.every(({ trainable }) => !trainable));
  t.end();
});

t.test(
  'a compiled step is the eager step, builds by itself, counts, and follows the learning rate without a new program',
  async (t) => {
    const makers = [
      () => optimizers.sgd({ learningRate: 0.1, momentum: 0.5, nesterov: true, globalClipnorm: 1 }),
      () => optimizers.rmsprop({ learningRate: 0.1, centered: true, momentum: 0.5 }),
      () => optimizers.adam({ learningRate: 0.1, weightDecay: 0.01 }),
    ];
    for (const make of makers) {
      const start = tensor([[1, -2], [3, 0.5]]); // prettier-ignore
      const [eager, traced] = [variable(start), variable(start)];
      const [one, other] = [make(), make()];
      const train = (optimizer: optimizers.Optimizer, weight: Variable, x: Tensor): Tensor => {
        const [value, gradients] = valueAndGrad(() => sum(square(sub(mul(weight, x), 1))), [weight]);
        optimizer.apply(gradients, [weight]);
        return value;
      };
      const step = compile((x: Tensor) => train(other, traced, x));
      for (let i = 0; i < 6; i++) {
        const x = tensor([1 + i, 0.5]);
        if (i === 3) for (const optimizer of [one, other]) optimizer.learningRate.assign(tensor(0.01));
        t.strictSame((await step(x)).toArray(), train(one, eager, x).toArray());
        t.strictSame((await traced.read()).toArray(), eager.value.toArray(), `${one.name}, step ${i + 1}`);
      }
      t.equal((await other.iterations.read()).item(), 6);
      t.equal((await other.learningRate.read()).item(), Math.fround(0.01));
      t.equal(step.cacheSize, 1);
    }
  },
);

t.test('every optimizer finds the minimum of a parabola, in one kernel per variable', async (t) => {
  for (const optimizer of [
    optimizers.sgd({ learningRate: 0.1 }),
    optimizers.rmsprop({ learningRate: 0.02 }),
    optimizers.adam({ learningRate: 0.1 }),
  ]) {
    const w = variable(tensor([4, -3]), { name: 'w' });
    const step = compile(() => {
      const [value, gradients] = valueAndGrad(() => sum(square(sub(w, 1))), [w]);
      optimizer.apply(gradients, [w]);
      return value;
    });
    for (let i = 0; i < 300; i++) await step();
    t.ok((await step()).item() < 1e-2, optimizer.name);
    const updates = [
      ...step
        .program()
        .toString()
        .matchAll(/= \w+Update\(/g),
    ];
    t.equal(updates.length, 1, optimizer.name);
  }
});

t.test('some of the variables may be given; unknown ones and other lengths are refused', (t) => {
  const [a, b, c] = [
    variable(tensor([1]), { name: 'a' }),
    variable(tensor([1]), { name: 'b' }),
    variable(tensor([1]), { name: 'c' }),
  ];
  const optimizer = optimizers.sgd({ learningRate: 1, momentum: 0.5 });
  optimizer.build([a, b]);
  optimizer.apply([tensor([1])], [b]);
  t.strictSame([a.data[0], b.data[0]], [1, 0]);
  t.throws(() => optimizer.apply([tensor([1])], [c]), {
    name: 'ArgumentError',
    message: /variable 'c' is not one of those/,
  });
  t.throws(() => optimizer.apply([], [a]), { name: 'ArgumentError', message: /0 gradients for 1 variables/ });
  t.throws(() => optimizer.apply([tensor([1, 2])], [a]), { name: 'ShapeError' });
  t.end();
});

t.test('options out of range are refused', (t) => {
  t.throws(() => optimizers.adam({ clipnorm: 1, clipvalue: 1 }), {
    name: 'ArgumentError',
    message: /clipnorm and clipvalue are both set/,
  });
  t.throws(() => optimizers.adam({ clipnorm: -1 }), { name: 'ArgumentError', message: /clipnorm is -1/ });
  t.throws(() => optimizers.adam({ beta1: 1 }), { name: 'ArgumentError', message: /beta1 is 1/ });
  t.throws(() => optimizers.sgd({ momentum: 2 }), { name: 'ArgumentError', message: /momentum is 2/ });
  t.throws(() => optimizers.sgd({ learningRate: NaN }), { name: 'ArgumentError', message: /learningRate is NaN/ });
  t.end();
});

t.test('names, objects and files', (t) => {
  t.equal(optimizers.resolveOptimizer('compile', 'RMSprop').className, 'RMSprop');
  t.equal(optimizers.resolveOptimizer('compile', 'sgd').learningRate.data[0], Math.fround(0.01));
  const own = optimizers.adam();
  t.equal(optimizers.resolveOptimizer('compile', own), own);
  t.throws(() => optimizers.resolveOptimizer('compile', 'adm'), {
    name: 'ArgumentError',
    message: /did you mean 'adam'\? Known: adadelta, adagrad, adam, .*rmsprop, sgd/,
  });
  t.throws(() => optimizers.resolveOptimizer('compile', {} as never), { name: 'ArgumentError' });
  const written = optimizers.serializeOptimizer(
    optimizers.adam({ learningRate: 0.5, beta1: 0.8, weightDecay: 0.1, clipnorm: 2, amsgrad: true }),
  );
  t.match(written, {
    module: 'keras.optimizers',
    class_name: 'Adam',
    config: { learning_rate: 0.5, beta_1: 0.8, weight_decay: 0.1, clipnorm: 2 },
  });
  t.strictSame(optimizers.serializeOptimizer(optimizers.optimizerFromConfig(written)), written);
  t.end();
});
