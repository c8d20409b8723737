/** Constraints: what they make of weights by definition, names, Keras's files, and that training keeps them. */
import t from 'tap';
import fc from 'fast-check';
import * as gt from '../../../src/index.ts';
import {
  constraintFromConfig,
  maxNorm,
  minMaxNorm,
  nonNeg,
  resolveConstraint,
  serializeConstraint,
  unitNorm,
  type Constraint,
} from '../../../src/constraints/index.ts';

/** Columns of norms 5, 0 and 1; rows of norms √10 and √16. */
const weight = gt.tensor([
  [3, 0, 1],
  [4, 0, 0],
]);
const columnNorms = (constraint: Constraint, given: gt.Tensor = weight): number[] => {
  const value = constraint.apply(given);
  return [0, 1, 2].map((column) => Math.hypot(value.at(0, column), value.at(1, column)));
};
/** Norms are divided by themselves plus 1e-7: what is left of 1 is up to 1e-7 less, and rounding. */
const SLACK = 1e-6;
const near = (got: readonly number[], wanted: readonly number[]): boolean =>
  got.length === wanted.length && got.every((value, i) => Math.abs(value - (wanted[i] ?? NaN)) < SLACK);

/** A dense layer whose weights are constrained. */
class Bound extends gt.Layer {
  kernel: gt.Variable | undefined;
  bias: gt.Variable | undefined;

  override build(): void {
    this.kernel = this.addWeight('kernel', [3, 3], 'glorot_uniform', { constraint: maxNorm(0.5) });
    this.bias = this.addWeight('bias', [3], 'zeros', { constraint: 'non_neg' });
  }

  override call(x: gt.Tensor): gt.Tensor {
    return gt.ops.add(gt.ops.matmul(x, this.kernel as gt.Variable), this.bias as gt.Variable);
  }
}

t.test('nonNeg sets what is negative to 0', (t) => {
  t.same(
    nonNeg()
      .apply(gt.tensor([-1, 0, 2]))
      .toArray(),
    [0, 0, 2],
  );
  t.end();
});

t.test('maxNorm shrinks columns that are too long, to 2 by default, and leaves the others', (t) => {
  t.ok(near(columnNorms(maxNorm()), [2, 0, 1]));
  t.ok(near(columnNorms(maxNorm(3)), [3, 0, 1]));
  t.ok(near(columnNorms(maxNorm({ maxValue: 0.5 })), [0.5, 0, 0.5]));
  const rows = maxNorm({ maxValue: 1, axis: 1 }).apply(weight);
  t.ok(near([Math.hypot(rows.at(0, 0), rows.at(0, 2)), rows.at(1, 0)], [1, 1]), 'rows with axis 1');
  t.end();
});

t.test('unitNorm makes every column of length 1; zeros stay zeros', (t) => {
  t.ok(near(columnNorms(unitNorm()), [1, 0, 1]));
  const whole = unitNorm({ axis: [0, 1] }).apply(weight);
  t.ok(near([Math.hypot(...whole.data)], [1]), 'all axes: one norm');
  t.end();
});

t.test('minMaxNorm pulls norms between its bounds, by its rate', (t) => {
  t.ok(near(columnNorms(minMaxNorm()), [1, 0, 1]));
  t.ok(near(columnNorms(minMaxNorm({ minValue: 2, maxValue: 4 })), [4, 0, 2]));
  t.ok(near(columnNorms(minMaxNorm({ minValue: 2, maxValue: 4, rate: 0.5 })), [4.5, 0, 1.5]), 'half of the way');
  t.end();
});

t.test('whatever the weights: the rule holds after one application', (t) => {
  const matrix = fc
    .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 6 })
    .map((values) => gt.tensor(Float32Array.from(values), [2, 3]));
  fc.assert(
    fc.property(matrix, (given) => {
      const norms = (constraint: Constraint): number[] => columnNorms(constraint, given);
      return (
        norms(maxNorm(1.5)).every((norm) => norm <= 1.5 + SLACK) &&
        norms(minMaxNorm({ maxValue: 3 })).every((norm) => norm <= 3 + SLACK) &&
        norms(unitNorm()).every((norm) => norm <= 1 + SLACK) &&
        nonNeg()
          .apply(given)
          .data.every((value) => value >= 0)
      );
    }),
    { seed: 11, numRuns: 200 },
  );
  t.end();
});

t.test('names and files: every spelling of Keras, and its envelope there and back', (t) => {
  for (const name of ['max_norm', 'MaxNorm', 'maxNorm'])
    t.same(resolveConstraint('here', name)?.getConfig(), { max_value: 2, axis: 0 }, name);
  for (const name of ['non_neg', 'NonNeg', 'unit_norm', 'UnitNorm', 'min_max_norm', 'MinMaxNorm'])
    t.ok(resolveConstraint('here', name), name);
  t.equal(resolveConstraint('here', undefined), undefined);
  t.equal(resolveConstraint('here', null), undefined);
  for (const one of [
    nonNeg(),
    maxNorm({ maxValue: 3, axis: [0, 1] }),
    unitNorm({ axis: 1 }),
    minMaxNorm({ rate: 0.5 }),
  ]) {
    const envelope = serializeConstraint(one);
    t.equal(envelope.module, 'keras.constraints');
    t.same(serializeConstraint(constraintFromConfig(JSON.parse(JSON.stringify(envelope)))), envelope, one.className);
  }
  t.same(minMaxNorm().getConfig(), { min_value: 0, max_value: 1, rate: 1, axis: 0 });
  t.end();
});

t.test('refused: wrong bounds, rates, axes, names and kinds', (t) => {
  t.throws(() => maxNorm(-1), { name: 'ArgumentError', message: /maxNorm: maxValue is -1/ });
  t.throws(() => maxNorm({ axis: 0.5 }), /maxNorm: axis is 0\.5\. Give an integer or a list of integers/);
  t.throws(() => maxNorm('big' as never), { name: 'ArgumentError', message: /maxNorm: the options are big/ });
  t.throws(() => unitNorm(null as never), { name: 'ArgumentError', message: /unitNorm: the options are null/ });
  t.throws(() => unitNorm({ axis: [] }), /unitNorm: axis is/);
  t.throws(() => unitNorm({ axis: 2 }).apply(weight), { name: 'ArgumentError', message: /axis 2/ });
  t.throws(() => minMaxNorm({ minValue: 2 }), /minValue must not be above maxValue/);
  t.throws(() => minMaxNorm({ rate: 1.5 }), /nor the rate above 1/);
  t.throws(() => resolveConstraint('layer d', 'max_nrm'), /unknown constraint 'max_nrm'; did you mean 'max_norm'\?/);
  t.throws(() => resolveConstraint('layer d', 7 as never), /layer d: the constraint is 7/);
  t.throws(() => constraintFromConfig(3), { name: 'FormatError' });
  t.end();
});

t.test('training: weights keep the rule after every step', async (t) => {
  const input = gt.input([3]);
  const net = gt.model(input, new Bound()(input) as gt.SymbolicTensor);
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
  const x = gt.ops.randomNormal([16, 3], { seed: 1 });
  const y = gt.ops.randomNormal([16, 3], { seed: 2 });
  for (let step = 0; step < 5; step++) {
    await net.trainOnBatch(x, y);
    const [kernel, bias] = await net.getWeights();
    if (!kernel || !bias) throw new Error('no weights');
    const norms = [0, 1, 2].map((j) => Math.hypot(kernel.at(0, j), kernel.at(1, j), kernel.at(2, j)));
    t.ok(
      norms.every((norm) => norm <= 0.5 + SLACK),
      `step ${step}: ${norms.join(', ')}`,
    );
    t.ok(bias.data.every((value) => value >= 0));
  }
});
