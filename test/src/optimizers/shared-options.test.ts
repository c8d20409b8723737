/** What all optimizers share: averages, accumulated gradients, loss scale, decay, constraints, their files. */
import t from 'tap';
import * as optimizers from '../../../src/optimizers/index.ts';
import { clip, mul, square, sub, sum } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { full, tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';

/** A weight whose gradients are given, and the weight and its average after each of them. */
const follow = (
  optimizer: optimizers.Optimizer,
  start: number,
  gradients: readonly number[],
  weight: Variable = variable(tensor([start]), { name: 'w' }),
): { readonly weight: Variable; readonly weights: number[]; readonly averages: number[] } => {
  const [weights, averages]: [number[], number[]] = [[], []];
  for (const gradient of gradients) {
    optimizer.apply([tensor([gradient])], [weight]);
    weights.push(weight.data[0] ?? NaN);
    averages.push(optimizer.averages.get(weight)?.data[0] ?? NaN);
  }
  return { weight, weights, averages };
};

t.test('useEma: the first average is the weight, later ones move towards it; the weights stay their own', async (t) => {
  const optimizer = optimizers.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.75 });
  const { weight, weights, averages } = follow(optimizer, 0, [-4, -4, 8]);
  t.strictSame(weights, [4, 8, 0]);
  t.strictSame(averages, [4, 5, 3.75]);
  t.equal(optimizer.variables[2]?.name, 'sgd/w/average');
  await optimizer.finalizeVariableValues([weight]);
  t.equal(weight.data[0], 3.75);
  const plain = variable(tensor([7]));
  await optimizers.sgd().finalizeVariableValues([plain]);
  t.equal(plain.data[0], 7, 'without averages nothing changes');
});

t.test('emaOverwriteFrequency: every n-th update ends with the average in the place of the weight', (t) => {
  const options = { learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 };
  const { weights, averages } = follow(optimizers.sgd(options), 0, [-4, -4, -4, -4]);
  t.strictSame(averages, [4, 6, 8, 11]);
  t.strictSame(weights, [4, 6, 10, 11]);
  t.end();
});

t.test('gradientAccumulationSteps: every n-th step updates once, with the mean gradient', (t) => {
  const optimizer = optimizers.sgd({ learningRate: 1, gradientAccumulationSteps: 3 });
  const { weights } = follow(optimizer, 0, [-1, -2, -6, -3, -3, -3]);
  t.strictSame(weights, [0, 0, 3, 3, 3, 6]);
  t.equal(optimizer.iterations.data[0], 2, 'updates are counted');
  t.equal(optimizer.variables[0]?.data[0], 6, 'and so are steps');
  t.throws(() => optimizer.iterations.assign(full([], 0)), {
    name: 'ArgumentError',
    message: /'sgd\/iterations'.*cannot be assigned.*gradientAccumulationSteps/,
  });
  t.end();
});

t.test('accumulated steps are those of the mean gradients, for every optimizer: weights, slots, averages', (t) => {
  const gradients = [0.5, -0.25, 2, 1, -3, 0.75, 0.5, 0.25];
  const means = [0, 2, 4, 6].map((i) => ((gradients[i] ?? 0) + (gradients[i + 1] ?? 0)) / 2);
  for (const name of ['sgd', 'rmsprop', 'adam', 'adamw', 'nadam', 'adamax', 'adagrad', 'adadelta', 'ftrl', 'lion']) {
    const make = (more: object): optimizers.Optimizer =>
      optimizers.optimizerFromConfig({ class_name: name, config: { weight_decay: 0.01, clipnorm: 1, ...more } });
    const [plain, accumulating] = [make({}), make({ gradient_accumulation_steps: 2 })];
    const expected = follow(plain, 1, means);
    const { weights } = follow(accumulating, 1, gradients);
    t.strictSame(
      weights.filter((_, i) => i % 2 === 1),
      expected.weights,
      name,
    );
    t.ok(weights[0] === 1 && weights[2] === weights[1], `${name} waits`);
    const slots = accumulating.variables.slice(2).filter((one) => !one.name.endsWith('gradient_accumulator'));
    t.strictSame(
      slots.map((one) => one.value.toArray()),
      plain.variables.slice(2).map((one) => one.value.toArray()),
      `${name}: slots`,
    );
  }
  t.end();
});

t.test('a gradient that is not finite spoils the update of its group and nothing before', (t) => {
  const optimizer = optimizers.sgd({ learningRate: 1, gradientAccumulationSteps: 2 });
  const { weights } = follow(optimizer, 1, [2, 2, NaN, 2]);
  t.strictSame(weights, [1, -1, -1, NaN]);
  t.end();
});

t.test('compiled steps with all options have the bits of eager ones', async (t) => {
  const make = (): optimizers.Optimizer =>
    optimizers.adamw({
      learningRate: optimizers.schedules.cosineDecay(0.01, 20, { warmupTarget: 0.1, warmupSteps: 5 }),
      useEma: true,
      emaMomentum: 0.5,
      emaOverwriteFrequency: 2,
      gradientAccumulationSteps: 2,
      lossScaleFactor: 8,
      globalClipnorm: 1,
    });
  const [one, other] = [make(), make()];
  const weight = (): Variable => {
    const w = variable(tensor([1, -2, 3]), { name: 'w' });
    w.constraint = (value) => clip(value, -1.5, 2.5);
    return w;
  };
  const [eager, traced] = [weight(), weight()];
  const train = (optimizer: optimizers.Optimizer, w: Variable, x: Tensor): Tensor => {
    const loss = (): Tensor => optimizer.scaleLoss(sum(square(sub(mul(w, x), 1))));
    const [value, gradients] = valueAndGrad(loss, [w]);
    optimizer.apply(gradients, [w]);
    return value;
  };
  const step = compile((x: Tensor) => train(other, traced, x));
  for (let i = 0; i < 9; i++) {
    const x = tensor([1 + i, 0.5, -1]);
    t.equal((await step(x)).item(), train(one, eager, x).item());
    t.strictSame((await traced.read()).data, eager.data, `step ${i + 1}`);
    for (const [index, slot] of one.variables.entries()) {
      t.strictSame((await other.variables[index]?.read())?.data, slot.data, `${slot.name}, step ${i + 1}`);
    }
    t.equal((await other.learningRate.read()).item(), one.learningRate.data[0]);
    t.equal((await other.iterations.read()).item(), Math.floor((i + 1) / 2));
  }
  t.equal(step.cacheSize, 1);
});

t.test('lossScaleFactor: the loss is multiplied, the gradients are divided', (t) => {
  const optimizer = optimizers.sgd({ learningRate: 1, lossScaleFactor: 4 });
  t.equal(optimizer.scaleLoss(tensor(3)).item(), 12);
  t.strictSame(follow(optimizer, 0, [8]).weights, [-2]);
  t.equal(optimizers.sgd().scaleLoss(tensor(3)).item(), 3);
  t.end();
});

t.test('excludeFromWeightDecay: by variable and by part of the own name, before the first step only', (t) => {
  const [kernel, bias, other] = ['bias_layer/kernel', 'dense/bias', 'dense/kernel'].map((name) =>
    variable(tensor([1]), { name }),
  ) as [Variable, Variable, Variable];
  const optimizer = optimizers.sgd({ learningRate: 1, weightDecay: 0.5 });
  optimizer.excludeFromWeightDecay({ variables: [other], names: ['bias'] });
  const variables = [kernel, bias, other];
  optimizer.apply(
    variables.map(() => tensor([0])),
    variables,
  );
  t.strictSame(
    variables.map((one) => one.data[0]),
    [0.5, 1, 1],
  );
  t.throws(() => optimizer.excludeFromWeightDecay({ names: ['kernel'] }), {
    name: 'ArgumentError',
    message: /sgd\.excludeFromWeightDecay: the optimizer has been built\. Call it before the first step/,
  });
  t.throws(() => optimizers.sgd().excludeFromWeightDecay({ names: 'bias' as never }), {
    name: 'ArgumentError',
    message: /give \{ variables: \[\.\.\.\] \} or \{ names/,
  });
  t.throws(() => optimizers.sgd().excludeFromWeightDecay(null as never), { name: 'ArgumentError' });
  t.end();
});

t.test('constraints hold after each step, behind the averages', (t) => {
  const w = variable(tensor([0]), { name: 'w' });
  w.constraint = (value) => clip(value, -1, 1);
  const optimizer = optimizers.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  const { weights, averages } = follow(optimizer, 0, [-4, 1], w);
  t.strictSame(weights, [1, 0]);
  t.strictSame(averages, [4, 2], 'the averages are of what the update gave');
  t.end();
});

t.test('no gradients are no step', (t) => {
  const optimizer = optimizers.sgd();
  optimizer.apply([], []);
  t.equal(optimizer.iterations.data[0], 0);
  t.notOk(optimizer.built);
  t.end();
});

t.test(
  'a schedule sets the learning rate by the number of steps; it cannot be assigned and is not saved',
  async (t) => {
    const rates = optimizers.schedules.piecewiseConstantDecay([1], [1, 0.25]);
    const optimizer = optimizers.sgd({ learningRate: rates });
    t.equal(optimizer.learningRate.data[0], 1);
    t.strictSame(follow(optimizer, 0, [-1, -1, -1, -1]).weights, [1, 2, 2.25, 2.5]);
    t.equal((await optimizer.learningRate.read()).item(), 0.25);
    t.strictSame(
      optimizer.variables.map((one) => one.name),
      ['sgd/iteration'],
    );
    t.throws(() => optimizer.learningRate.assign(full([], 1)), {
      name: 'ArgumentError',
      message: /'sgd\/learning_rate': it cannot be assigned\. A schedule sets.*with a number/,
    });
    t.end();
  },
);

t.test('the schedule counts steps, not updates', (t) => {
  const rates = optimizers.schedules.piecewiseConstantDecay([2], [1, 10]);
  const optimizer = optimizers.sgd({ learningRate: rates, gradientAccumulationSteps: 2 });
  t.strictSame(follow(optimizer, 0, [-1, -1, -1, -1]).weights, [0, 1, 1, 11]);
  t.end();
});

t.test('all shared options are written and read back', (t) => {
  for (const learningRate of [0.5, optimizers.schedules.cosineDecayRestarts(0.1, 10, { mMul: 0.5 })]) {
    const written = optimizers.serializeOptimizer(
      optimizers.rmsprop({
        learningRate,
        name: 'own',
        weightDecay: 0.1,
        clipvalue: 2,
        useEma: true,
        emaMomentum: 0.5,
        emaOverwriteFrequency: 7,
        lossScaleFactor: 16,
        gradientAccumulationSteps: 4,
      }),
    );
    t.match(written.config, {
      use_ema: true,
      ema_momentum: 0.5,
      ema_overwrite_frequency: 7,
      loss_scale_factor: 16,
      gradient_accumulation_steps: 4,
    });
    const again = optimizers.optimizerFromConfig(JSON.parse(JSON.stringify(written)) as typeof written);
    t.strictSame(optimizers.serializeOptimizer(again), written);
  }
  t.end();
});

t.test('options out of range and wrong gradients are refused', (t) => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ emaMomentum: 1.5 }, /sgd: emaMomentum is 1\.5\. Give a number from 0 to 1/],
    [{ emaOverwriteFrequency: 0 }, /sgd: emaOverwriteFrequency is 0\. Give an integer of at least 1/],
    [{ gradientAccumulationSteps: 1 }, /sgd: gradientAccumulationSteps is 1\. Give an integer of at least 2/],
    [{ gradientAccumulationSteps: 2.5 }, /gradientAccumulationSteps is 2\.5/],
    [{ lossScaleFactor: 0 }, /sgd: lossScaleFactor is 0\. Give a positive number/],
    [{ learningRate: {} }, /sgd: learningRate is .*\. Give a number of at least 0 or a schedule/],
    [{ name: 3 }, /sgd: name is 3\. Give a text/],
  ];
  for (const [options, message] of wrong) {
    t.throws(() => optimizers.sgd(options as never), { name: 'ArgumentError', message });
  }
  const w = variable(tensor([1, 2]), { name: 'w' });
  t.throws(() => optimizers.adagrad().apply([tensor([1])], [w]), {
    name: 'ShapeError',
    message: /the gradient of 'w' has the shape \[1\]; it must be the variable's, \[2\]/,
  });
  t.throws(() => optimizers.adagrad().apply([undefined as never], [w]), { name: 'ArgumentError' });
  t.throws(() => optimizers.adagrad().apply(tensor([1, 2]) as never, [w]), {
    name: 'ArgumentError',
    message: /adagrad\.apply: give an array of gradients/,
  });
  t.throws(() => optimizers.optimizerFromConfig({ class_name: 'Adam' } as never), {
    name: 'FormatError',
    message: /optimizerFromConfig: .* is no optimizer/,
  });
  t.throws(
    () =>
      optimizers.optimizerFromConfig({
        class_name: 'Adam',
        config: { learning_rate: { class_name: 'CosineDecoy', config: {} } },
      }),
    { name: 'ArgumentError', message: /unknown schedule 'CosineDecoy'; did you mean 'cosine_decay'/ },
  );
  t.end();
});
