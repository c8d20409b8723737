/** Planted bugs of losses, optimizers, schedules, regularizers, constraints, initializers and training loops. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const losses = { test: 'test/src/losses/losses.test.ts' };
const moreLosses = { test: 'test/src/losses/more-losses.test.ts' };
const kerasLosses = { test: 'test/keras/losses.test.ts' };
const reduction = { test: 'test/src/losses/reduction.test.ts' };
const optimizers = { test: 'test/keras/optimizers.test.ts' };
const shared = { test: 'test/src/optimizers/shared-options.test.ts' };
const schedules = { test: 'test/src/optimizers/schedules.test.ts' };
const semantics = { test: 'test/src/training/fit-semantics.test.ts' };
const runs = { test: 'test/src/training/evaluate-predict.test.ts' };
const regularizers = { test: 'test/src/regularizers/regularizers.test.ts' };
const constraints = { test: 'test/src/constraints/constraints.test.ts' };
const initializers = { test: 'test/src/initializers/initializers.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/losses/regression.ts', losses, [
    ['the squared error is halved', 'scaled', 'meanOfLast(square(sub(yTrue, yPred))),', 'mul(meanOfLast(square(sub(yTrue, yPred))), 0.5),'],
    ['the absolute error has a sign', 'sign', 'meanOfLast(abs(sub(yTrue, yPred)))', 'meanOfLast(sub(yTrue, yPred))'],
    ['the percentage is a share', 'scaled', ', EPSILON)))), 100)', ', EPSILON)))), 1)'],
    ['huber is steeper outside', 'scaled', '0.5 * delta * delta', 'delta * delta'],
    ['log-cosh forgets the logarithm of 2', 'missing term', ', LN2));', ', 0));'],
    ['poisson has the other sign', 'sign', 'sub(yPred, mul(yTrue, log', 'add(yPred, mul(yTrue, log'],
    ['cosine similarity has the other sign', 'sign', 'neg(cosine(yTrue, yPred, axis))', 'cosine(yTrue, yPred, axis)'],
    ['cosine similarity is not normalized', 'missing term', 'mul(normalized(b, axis), normalized(a, axis))', 'mul(b, normalized(a, axis))'],
    ['the logarithmic error leaves the 1 out', 'missing term', 'log(add(maximum(x, EPSILON), 1))', 'log(maximum(x, EPSILON))'],
  ]),
  ...mutantsOf('src/losses/crossentropy.ts', losses, [
    ['the binary crossentropy forgets the negatives', 'missing term', 'neg(add(mul(targets, log(clipped)), mul(sub(1, targets), log(sub(1, clipped)))))', 'neg(mul(targets, log(clipped)))'],
    ['logits are taken the other way', 'sign', 'mul(targets, softplus(neg(logits)))', 'mul(targets, softplus(logits))', kerasLosses],
    ['probabilities are not clipped', 'special value', 'clip(probabilities, EPSILON, 1 - EPSILON)', 'probabilities', kerasLosses],
    ['probabilities are not normalized', 'missing term', 'clip(div(yPred, sum(yPred, { axis, keepDims: true })), EPSILON', 'clip(yPred, EPSILON'],
    ['labels are smoothed by the whole amount', 'scaled', 'smoothing / classes', 'smoothing', kerasLosses],
    ['an ignored class counts', 'mask', 'return ignored ? select(ignored, 0, losses) : losses;', 'return losses;', moreLosses],
    ['the divergence is turned round', 'sign', 'log(div(targets, clip(yPred, EPSILON, 1)))', 'log(div(clip(yPred, EPSILON, 1), targets))'],
  ]),
  ...mutantsOf('src/losses/focal.ts', kerasLosses, [
    ['the focus is on easy samples', 'wrong value', 'pow(sub(1, given), gamma)', 'pow(given, gamma)'],
    ['the classes are balanced the other way', 'wrong value', 'add(mul(targets, alpha), mul(sub(1, targets), 1 - alpha))', 'add(mul(targets, 1 - alpha), mul(sub(1, targets), alpha))'],
    ['alpha is left out', 'missing term', 'mul(pow(sub(1, probabilities), gamma), alpha)', 'pow(sub(1, probabilities), gamma)'],
  ]),
  ...mutantsOf('src/losses/hinge.ts', losses, [
    ['targets 0 and 1 are taken for signs', 'wrong value', 'add(yTrue, mul(allBinary, sub(yTrue, 1)))', 'yTrue'],
    ['the categorical hinge forgets the margin', 'missing term', 'maximum(add(sub(other, own), 1), 0)', 'maximum(sub(other, own), 0)'],
    ['the squared hinge is not squared', 'wrong value', 'mean(square(margin(yTrue, yPred))', 'mean((margin(yTrue, yPred))'],
  ]),
  ...mutantsOf('src/losses/overlap.ts', kerasLosses, [
    ['dice forgets the 2', 'scaled', 'div(mul(shared, 2),', 'div(shared,'],
    ['tversky swaps its weights', 'wrong operand', 'mul(missed, alpha)), mul(surplus, beta)', 'mul(missed, beta)), mul(surplus, alpha)'],
  ]),
  ...mutantsOf('src/losses/circle.ts', kerasLosses, [
    ['a sample is its own partner', 'mask', 'removeDiagonal ? mul(same', 'false ? mul(same'],
    ['the margin is left out', 'missing term', 'mul(add(distance, margin), together)', 'mul(distance, together)'],
  ]),
  ...mutantsOf('src/losses/generalized-crossentropy.ts', kerasLosses, [
    ['the power is not divided', 'scaled', ', q)), q);', ', q)), 1);', moreLosses],
  ]),
  ...mutantsOf('src/losses/loss.ts', reduction, [
    ['sample weights are ignored', 'mask', 'const weighted = weights ? weighValues(values, weights) : values;', 'const weighted = values;'],
    ['the mask is ignored', 'mask', 'const weights = mask ? maskedWeights', 'const weights = false ? maskedWeights'],
    ['padding counts in the mean', 'mask', 'scale ? rescaledMask(mask) : mask', 'mask'],
    ['a weighted mean divides by the samples', 'scaled', 'return divideOrZero(total, sum(weights));', 'return div(total, weighted.size);'],
    ['a sum is a mean', 'scaled', "if (reduction === 'sum')", "if (reduction === 'never')"],
    ['a mask with weights ignores the weights', 'mask', 'return mul(weights, keep);', 'return keep;'],
  ]),
  ...mutantsOf('src/optimizers/adam.ts', optimizers, [
    ['the bias of the first step is not corrected', 'missing term', 'div(corrected, sub(1, pow(this.beta1, step)))', 'corrected'],
    ['the correction counts from 0', 'off by one', 'const step = add(this.iterations, 1);', 'const step = add(this.iterations, 2);'],
    ['the second correction has no root', 'variance', 'sqrt(sub(1, pow(this.beta2, step)))', 'sub(1, pow(this.beta2, step))'],
  ]),
  ...mutantsOf('src/optimizers/adamax.ts', optimizers, [
    ['the norm does not decay', 'state', 'maximum(mul(this.beta2, norm), abs(gradient))', 'maximum(norm, abs(gradient))'],
    ['the norm has a sign', 'sign', 'abs(gradient)', 'gradient'],
  ]),
  ...mutantsOf('src/optimizers/nadam.ts', optimizers, [
    ['the product is not kept', 'state', 'stored.assign(product);', ';'],
    ['the momentum of the next step is that of now', 'off by one', 'this.#momentumAt(add(this.iterations, 2))', 'this.#momentumAt(step)'],
    ['the gradient has no share', 'missing term', 'add(mul(ofMean, momentum), mul(ofGradient, gradient))', 'mul(ofMean, momentum)'],
  ]),
  ...mutantsOf('src/optimizers/adadelta.ts', optimizers, [
    ['the roots are swapped', 'wrong operand', 'div(mul(this.#root(stepSquare), gradient), this.#root(gradientSquare))', 'div(mul(this.#root(gradientSquare), gradient), this.#root(stepSquare))'],
    ['the squares of the steps are not kept', 'state', 'stepSquare.assign(this.#moved(stepSquare, step));', ''],
  ]),
  ...mutantsOf('src/optimizers/adagrad.ts', optimizers, [
    ['the squares are not summed', 'state', 'accumulator.assign(add(accumulator, square(gradient)));', 'accumulator.assign(square(gradient));'],
    ['epsilon is left out of the root', 'variance', 'sqrt(add(accumulator, this.epsilon))', 'accumulator'],
  ]),
  ...mutantsOf('src/optimizers/ftrl.ts', optimizers, [
    ['the linear term forgets the weight', 'missing term', 'sub(shrunk, mul(sigma, variable))', 'shrunk'],
    ['l1 does not shrink', 'missing term', 'sub(clip(linear, -l1, l1), linear)', 'neg(linear)', { test: 'test/src/optimizers/kinds.test.ts' }],
    ['the squares are not kept', 'state', 'accumulator.assign(squares);', ''],
  ]),
  ...mutantsOf('src/optimizers/lion.ts', { test: 'test/src/optimizers/kinds.test.ts' }, [
    ['the mean moves before the step', 'state', 'add(mul(momentum, beta1), mul(gradient, sub(1, beta1)))', 'add(mul(momentum, beta2), mul(gradient, sub(1, beta2)))', optimizers],
    ['the step has the size of the gradient', 'wrong value', 'mul(rate, sign(direction))', 'mul(rate, direction)'],
  ]),
  ...mutantsOf('src/optimizers/clipping.ts', { test: 'test/src/optimizers/optimizers.test.ts' }, [
    ['clipnorm clips small gradients', 'comparison', 'maximum(sqrt(sum(square(g))), clipnorm)', 'sqrt(sum(square(g)))'],
    ['clipvalue clips one side', 'comparison', 'clip(g, -clipvalue, clipvalue)', 'clip(g, -Infinity, clipvalue)'],
    ['the norm of all is that of the first', 'missing term', '.reduce((a, b) => add(a, b)));', '.reduce((a) => a));'],
    ['a gradient that is not finite is hidden', 'special value', 'sub(norm, norm))', '0)'],
  ]),
  ...mutantsOf('src/optimizers/gradient-accumulation.ts', shared, [
    ['the sum is not divided', 'scaled', 'div(total, steps)', 'total'],
    ['the sums are not cleared', 'stale buffer', 'where(due, 0, totals[i])', 'totals[i]'],
    ['every step updates', 'state', 'where(due, value, old)', 'value'],
  ]),
  ...mutantsOf('src/optimizers/weight-averages.ts', shared, [
    ['the first average is a mix', 'state', 'mul(greater(iterations, 0), momentum)', 'momentum'],
    ['the weights are overwritten one step late', 'off by one', 'isMultiple(add(iterations, 1), overwriteFrequency)', 'isMultiple(iterations, overwriteFrequency)'],
  ]),
  ...mutantsOf('src/optimizers/optimizer.ts', shared, [
    ['the steps are not counted', 'state', 'this.#counter.assign(add(this.#counter, 1));', ''],
    ['weight decay ignores the learning rate', 'missing term', 'mul(mul(one, this.weightDecay), learningRate)', 'mul(one, this.weightDecay)', { test: 'test/src/optimizers/optimizers.test.ts' }],
    ['the scale of the loss is left in the gradients', 'scaled', 'div(g, lossScaleFactor)', 'g'],
    ['constraints are ignored', 'missing term', 'if (one.constraint)', 'if (false)'],
    ['exclusions from weight decay are ignored', 'mask', 'variables?.includes(one) ||', ''],
  ]),
  ...mutantsOf('src/optimizers/schedules/exponential-decay.ts', schedules, [
    ['the staircase is smooth', 'wrong value', 'this.staircase ? floor(times) : times', 'times'],
  ]),
  ...mutantsOf('src/optimizers/schedules/inverse-time-decay.ts', schedules, [
    ['the 1 is left out', 'missing term', 'add(1, mul(this.decayRate,', 'add(0.5, mul(this.decayRate,'],
  ]),
  ...mutantsOf('src/optimizers/schedules/polynomial-decay.ts', schedules, [
    ['a cycle never begins anew', 'wrong value', 'const done = this.cycle', 'const done = false'],
    ['the end is left out', 'missing term', 'pow(sub(1, done), power)), endLearningRate)', 'pow(sub(1, done), power)), 0)'],
  ]),
  ...mutantsOf('src/optimizers/schedules/cosine-decay.ts', schedules, [
    ['the wave has twice the length', 'scaled', 'mul(Math.PI, div(step', 'mul(Math.PI / 2, div(step'],
    ['the warmup is one step short', 'off by one', 'less(reached, warmupSteps)', 'less(reached, warmupSteps - 1)'],
  ]),
  ...mutantsOf('src/optimizers/schedules/piecewise-constant-decay.ts', schedules, [
    ['a boundary belongs to the later value', 'comparison', 'greater(step, boundary)', 'greater(step, boundary - 1)'],
  ]),
  ...mutantsOf('src/regularizers/norms.ts', regularizers, [
    ['l2 is halved', 'scaled', 'mul(sum(square(x)), factor)', 'mul(sum(square(x)), factor / 2)'],
    ['l1 has a sign', 'sign', 'mul(sum(abs(x)), factor)', 'mul(sum(x), factor)'],
    ['l1 and l2 together are l1', 'missing term', 'add(absolutes(x, first), squares(x, second))', 'absolutes(x, first)'],
  ]),
  ...mutantsOf('src/regularizers/orthogonal.ts', regularizers, [
    ['rows and columns are swapped', 'transposed', "mode === 'rows' ? rows : columns", "mode === 'rows' ? columns : rows"],
    ['the diagonal counts', 'mask', 'ones[i * size + i] = 0;', 'ones[i * size + i] = 1;'],
  ]),
  ...mutantsOf('src/constraints/norms.ts', constraints, [
    ['the largest norm is the least', 'comparison', 'mul(weight, div(clip(norm, 0, maxValue)', 'mul(weight, div(clip(norm, maxValue, Infinity)'],
    ['the rate is ignored', 'missing term', 'mul(norm, 1 - rate)', 'mul(norm, 0)'],
    ['the norm is a sum of squares', 'variance', 'sqrt(sum(square(weight), { axis, keepDims: true }))', 'sum(square(weight), { axis, keepDims: true })'],
  ]),
  ...mutantsOf('src/initializers/variance-scaling.ts', initializers, [
    ['he has the scale of lecun', 'scaled', "preset('HeNormal', options, { scale: 2", "preset('HeNormal', options, { scale: 1"],
    ['the receptive field is left out', 'missing term', '[(shape.at(-2) ?? 1) * receptiveField,', '[(shape.at(-2) ?? 1),'],
    ['the limit of a uniform distribution is its deviation', 'variance', 'Math.sqrt(3 * variance)', 'Math.sqrt(variance)'],
    ['fanAvg is a sum', 'scaled', '(fanIn + fanOut) / 2', '(fanIn + fanOut)'],
    ['cut tails are not made up for', 'variance', 'Math.sqrt(variance) / TRUNCATED_STDDEV', 'Math.sqrt(variance)'],
  ]),
  ...mutantsOf('src/initializers/draws.ts', initializers, [
    ['uniform and normal numbers share a stream', 'random key', 'const NORMAL = 1;', 'const NORMAL = 2;'],
    ['a truncated normal is not cut', 'comparison', '} while (Math.abs(value) > 2);', '} while (false);'],
    ['all numbers are drawn with one counter', 'random key', 'threefry(key[0], key[1], i, UNIFORM);', 'threefry(key[0], key[1], 0, UNIFORM);'],
  ]),
  ...mutantsOf('src/training/batches.ts', semantics, [
    ['the smaller last batch is left out', 'last batch', 'const perPass = Math.ceil(columns.length / batchSize);', 'const perPass = Math.floor(columns.length / batchSize) || 1;'],
    ['the last sample of an epoch is left out', 'last batch', 'Math.min(from + batchSize, columns.length))', 'Math.min(from + batchSize, columns.length - 1))'],
    ['every epoch has the order of the first', 'random key', "hashKey(model.seed, 'shuffle', nextShuffle(model))", "hashKey(model.seed, 'shuffle', 0)"],
    ['shuffle: false shuffles', 'random key', 'const key = shuffle ? ', 'const key = true ? '],
    ['the batch size of a number of steps is one short', 'off by one', 'Math.max(1, Math.ceil(length / steps))', 'Math.max(1, Math.floor(length / steps))'],
    ['stepsPerEpoch begins each epoch anew', 'state', 'orderOf === undefined || restarts || steps === undefined', 'true'],
  ]),
  ...mutantsOf('src/training/data.ts', semantics, [
    ['a batch reads rows in their own order', 'random key', 'const start = indices[i] * row;', 'const start = i * row;'],
    ['a part begins at 0', 'off by one', 'data.subarray(from * row, to * row)', 'data.subarray(0, (to - from) * row)'],
  ]),
  ...mutantsOf('src/training/fit-data.ts', semantics, [
    ['the validation split is taken from the front', 'off by one', 'sliceColumns(columns, 0, cut) : columns', 'sliceColumns(columns, columns.length - cut, columns.length) : columns'],
    ['the split is rounded up', 'off by one', 'Math.floor(columns.length * (1 - split))', 'Math.ceil(columns.length * (1 - split))'],
    ['the validation data are shuffled', 'random key', 'steps: validationSteps,\n                shuffle: false,', 'steps: validationSteps,\n                shuffle: true,', { test: 'test/src/training/fit-semantics.test.ts' }],
  ]),
  ...mutantsOf('src/training/steps.ts', semantics, [
    ['every batch counts alike', 'last batch', '(index < lossCount ? value * batchSize : value)', 'value'],
    ['sample weights do not reach the loss', 'mask', 'sampleWeight: weights[output] ?? undefined,\n            mask', 'sampleWeight: undefined,\n            mask'],
    ['masks do not reach the loss', 'mask', 'mask: masks[output],', 'mask: undefined,', { test: 'test/src/layers/masks.test.ts' }],
    ['masks do not reach the metrics', 'mask', 'metric.update(yTrue, yPred, sampleWeight, masks[output])', 'metric.update(yTrue, yPred, sampleWeight)', { test: 'test/src/layers/masks.test.ts' }],
    ['loss weights are ignored', 'missing term', 'const term = weight === 1 ? value : mul(value, weight);', 'const term = value;', { test: 'test/keras/models.test.ts' }],
    ['regularizers are no part of the loss', 'missing term', '[...added, ...this.#model.regularizationLosses()]', '[...added]', { test: 'test/src/layers/added-losses.test.ts' }],
    ['added losses are no part of the loss', 'missing term', '[...added, ...this', '[...this', { test: 'test/src/layers/added-losses.test.ts' }],
    ['the sums of an epoch are kept', 'stale buffer', 'reset() {\n        this.#sums = new Float64Array(0);', 'reset() {', semantics],
    ['evaluation trains', 'wrong value', 'pack(this.#report(args, false).values)', 'pack(this.#report(args, true).values)', { test: 'test/keras/models.test.ts' }],
  ]),
  ...mutantsOf('src/training/epochs.ts', semantics, [
    ['validation is one epoch late', 'off by one', '(epoch + 1) % frequency === 0', 'epoch % frequency === 0'],
    ['the wish to stop is ignored within an epoch', 'wrong value', 'if (model.stopTraining)\n                    break;\n            }', '}'],
    ['averages are not put in place', 'state', 'await compilation.optimizer.finalizeVariableValues(compilation.trainable);', ';'],
    ['epochs count from 0', 'off by one', 'isOver ? epochs : initialEpoch', 'isOver ? epochs : 0'],
  ]),
  ...mutantsOf('src/training/predict.ts', runs, [
    ['the parts are joined over each other', 'stride', 'offset += part.size;', ';'],
    ['predict goes on when it should stop', 'wrong value', 'if (model.stopPredicting)', 'if (false)'],
  ]),
];
