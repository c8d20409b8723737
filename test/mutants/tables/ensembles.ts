/** Planted bugs of splits, cross-validation, ensembles, and the callbacks that make several models of one training. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const splits = { test: 'test/src/tune/splits.test.ts' };
const validation = { test: 'test/src/tune/cross-validate.test.ts' };
const lanes = { test: 'test/src/tune/lanes.test.ts' };
const ensembles = { test: 'test/src/ensemble/ensemble.test.ts' };
const fitted = { test: 'test/src/ensemble/fit.test.ts' };
const objectives = { test: 'test/src/ensemble/objectives.test.ts' };
const stacking = { test: 'test/src/ensemble/stacking.test.ts' };
const snapshots = { test: 'test/src/callbacks/snapshot-ensemble.test.ts' };
const averages = { test: 'test/src/callbacks/weight-averaging.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/tune/splits/k-fold.ts', splits, [
    ['the last folds are the larger ones', 'comparison', 'fold < larger ? 1 : 0', 'fold >= k - larger ? 1 : 0'],
    ['every repeat has the same folds', 'random key', 'hashKey(seed, where, repeat)', 'hashKey(seed, where, 0)'],
    ['the order is its inverse', 'transposed', 'foldOf[order[at]] = fold', 'foldOf[at] = order[fold] % k'],
  ]),
  ...mutantsOf('src/tune/splits/split.ts', splits, [
    ['the fold is trained on', 'mask', 'foldOf[sample] !== fold', 'true'],
    ['one-hot rows have one class too few', 'off by one', 'for (let i = 0; i < width; i++)', 'for (let i = 0; i < width - 1; i++)'],
  ]),
  ...mutantsOf('src/tune/splits/stratified-k-fold.ts', splits, [
    ['every class begins with the first fold', 'state', 'begin += count;', ''],
    ['classes are shuffled alike', 'random key', 'random ? random.shuffle(all) : all', 'all'],
  ]),
  ...mutantsOf('src/tune/splits/group-k-fold.ts', splits, [
    ['the smallest group goes first', 'sign', 'counts[b] - counts[a]', 'counts[a] - counts[b]'],
    ['a fold is as heavy as it has groups', 'wrong operand', 'sizes[lightest] = sizes[lightest] + counts[group]', 'sizes[lightest] = sizes[lightest] + 1'],
  ]),
  ...mutantsOf('src/tune/splits/time-series-split.ts', splits, [
    ['the gap is forgotten', 'missing term', 'const end = begin - gap;', 'const end = begin;'],
    ['tests overlap', 'stride', 'first + index * size', 'first + index * Math.max(1, size - 1)'],
    ['the oldest samples are kept', 'wrong operand', 'range(Math.max(0, end - (maxTrainSize ?? end)), end)', 'range(0, Math.min(end, maxTrainSize ?? end))'],
  ]),
  ...mutantsOf('src/tune/cross-validate.ts', validation, [
    ['predictions stand in the order of the folds', 'wrong operand', 'sums[sample * width + i] += data[row * width + i]', 'sums[sample * width + i] += data[(sample % (data.length / width)) * width + i]'],
    ['predictions of several repeats are summed', 'missing term', 'sum / counts[Math.floor(at / width)]', '(counts[Math.floor(at / width)] > 0 ? sum : NaN)'],
    ['a fold is tested on the training samples', 'wrong operand', 'test: table.take(fold.test)', 'test: table.take(fold.train.slice(0, fold.test.length))'],
    ['a trial is told the number of the fold from 1', 'off by one', 'trial.report(value, index)', 'trial.report(value, index + 1)'],
    ['a trial may be pruned after its last fold', 'off by one', 'index + 1 < count && trial.shouldPrune()', 'trial.shouldPrune()'],
  ]),
  ...mutantsOf('src/tune/fold.ts', validation, [
    ['every fold begins from the same weights', 'random key', 'fold.index, () => build(fold)', '0, () => build(fold)'],
    ["the cross-validation's seed is ignored", 'random key', '`${where}/${seed}`', '`${where}`'],
    ['the weights of the samples are not those of the fold', 'missing term', '{ ...run, ...weights, returnDict: true }', '{ ...run, returnDict: true }'],
  ]),
  ...mutantsOf('src/tune/scores.ts', validation, [
    ['the deviation is that of a whole population', 'variance', '/ (n - 1))', '/ n)'],
    ['the interval is one of 90 percent', 'wrong value', 'twoSidedT(0.95, n - 1)', 'twoSidedT(0.9, n - 1)'],
    ['the interval has a degree too many', 'off by one', 'twoSidedT(0.95, n - 1)', 'twoSidedT(0.95, n)'],
    ['the interval is that of one value', 'missing term', '/ Math.sqrt(n)', ''],
  ]),
  ...mutantsOf('src/tune/student-t.ts', validation, [
    ['the sum has a term too many', 'off by one', 'power <= degrees - 2', 'power <= degrees'],
    ['even degrees begin as odd ones', 'wrong operand', 'let power = isOdd ? 3 : 2', 'let power = 3'],
    ['one degree has the term of three', 'special value', 'degrees === 1 ? 0 : term', 'term'],
  ]),
  ...mutantsOf('src/tune/lanes.ts', lanes, [
    ['a result is told when it comes', 'state', 'for (; told in results && !signal.aborted; told++)\n                ended(results[told], told);', 'ended(results[index], told++);'],
    ['one more lane than asked for', 'off by one', 'Math.min(lanes, items.length)', 'Math.min(lanes + 1, items.length)'],
    ['after an error the others begin', 'state', 'begun < items.length && !signal.aborted', 'begun < items.length'],
    ['a signal that came before is not heard', 'state', "joinSignals('inLanes', signals)", "joinSignals('inLanes', signals.filter((one) => !one?.aborted))"],
  ]),
  ...mutantsOf('src/ensemble/combining.ts', ensembles, [
    ['a weighted sum forgets its weights', 'missing term', 'rescaling(weights[index], {', 'rescaling(1 / outputs.length, {'],
    ['the geometric mean of a yes forgets the no', 'missing term', 'sub(logOf(one), logOf(sub(1, one)))', 'logOf(one)'],
    ['the geometric mean of classes takes no logarithm', 'wrong value', ': logOf(one));', ': one);'],
    ['ties have a vote each', 'tie', 'div(winners, sum(winners, { axis: -1, keepDims: true }))', 'winners'],
    ['half a probability is a yes', 'tie', 'greater(output, 0.5)', 'greater(output, 0.49999)'],
    ['probabilities of 0 are not lifted', 'special value', 'log(clip(p, SMALLEST_PROBABILITY, 1))', 'log(p)'],
    ['members of weight 0 take part in the weights of others', 'mask', 'outputs: outputs.filter((_, index) => weights[index] !== 0)', 'outputs'],
    ['softmax of one unit is classes', 'special value', "output.shape.at(-1) === 1 ? 'numbers' : 'classes'", "'classes'"],
  ]),
  ...mutantsOf('src/ensemble/ensemble-model.ts', ensembles, [
    ['weights need not sum to 1', 'missing term', 'map((weight) => weight / total)', 'map((weight) => weight)'],
    ['weights mean voting', 'wrong value', "weights === undefined ? 'mean' : 'weighted'", "weights === undefined ? 'mean' : 'geometric'"],
    ['the ensemble is not compiled', 'state', 'made.compile(rest);', ''],
  ]),
  ...mutantsOf('src/ensemble/members.ts', ensembles, [
    ['outputs are taken in their own order', 'wrong operand', 'outputs[places.indexOf(index)]', 'outputs[index]'],
    ['inputs are taken in the order of the first', 'wrong operand', '.map((place) => inputs[place])', '.map((_, place) => inputs[place])'],
    ['an open size stays open', 'special value', '[...known][0] ?? null', 'null'],
  ]),
  ...mutantsOf('src/ensemble/objectives.ts', objectives, [
    ['the slope of the squared error is halved', 'scaled', '2 * rowProduct(gram, i, weights)', 'rowProduct(gram, i, weights)'],
    ['what is not the case has the probability of what is', 'wrong operand', 'isNo[index] ? 1 - p : p', 'p'],
    ['the slope of the log loss has the other sign', 'sign', 'result.gradient[i] - shares[at] * ratios[i]', 'result.gradient[i] + shares[at] * ratios[i]'],
    ['the target has no part in the slope', 'missing term', 'share * (mean - hit)', 'share * mean'],
    ['curvature is that of the mean', 'missing term', 'logs[i][row * width + c] - means[i]', 'logs[i][row * width + c]'],
    ['the curvature of a yes is its probability', 'missing term', 'share * yes * (1 - yes)', 'share * yes'],
    ['the log of a no has the sign of a yes', 'sign', 'softplus(z) - targets[at] * z', 'softplus(-z) - targets[at] * z'],
    ['rows count alike', 'mask', 'total += rowWeights[row] * lossOf(row, weights)', 'total += lossOf(row, weights) / rowWeights.length'],
    ['curvatures of several outputs are those of the last', 'state', 'result.hessian[i] = result.hessian[i] + hessian[i]', 'result.hessian[i] = hessian[i]'],
  ]),
  ...mutantsOf('src/ensemble/simplex.ts', objectives, [
    ['the second weight of an exchange has no curvature', 'missing term', 'hessian[up * size + up] + hessian[down * size + down] - 2 * hessian[up * size + down]', 'hessian[up * size + up] - 2 * hessian[up * size + down]'],
    ['a weight may become negative', 'comparison', 'curvature > 0 && wanted < result[down] ? wanted : result[down]', 'wanted'],
    ['a step need not gain', 'comparison', 'if (found <= value + SUFFICIENT * length * slope)', 'if (found < Infinity)'],
    ['the last round of votes counts', 'comparison', 'if (lowest < least)', 'if (true)'],
    ['votes are of one round fewer', 'off by one', 'count + 1 : count) / round)', 'count + 1 : count) / Math.max(1, round - 1))'],
    ['slopes are not moved along', 'state', 'slopes[i] = slopes[i] + moved * (hessian[i * size + up] - hessian[i * size + down]);', 'slopes[i] = slopes[i] + moved * hessian[i * size + up];'],
  ]),
  ...mutantsOf('src/ensemble/shrinkage.ts', fitted, [
    ['the least loss of the folds counts', 'comparison', 'average <= Math.sqrt(spread / differences.length)', 'average <= 0'],
    ['the weakest that is level is taken', 'wrong value', 'findLastIndex', 'findIndex'],
    ['folds are trained on what tests them', 'mask', 'rest[sample] = 0;', ''],
    ['the curvature counts the direction that changes the sum', 'off by one', '/ size) / (size - 1)', '/ size) / size'],
    ['the penalty has no slope', 'missing term', 'one + factor * weights[i]', 'one'],
  ]),
  ...mutantsOf('src/ensemble/fit-ensemble.ts', fitted, [
    ['greedy votes are the best weights', 'wrong operand', "method === 'greedy' ? selectGreedily(", "method === 'never' ? selectGreedily("],
    ['a geometric ensemble has the weights of a weighted one', 'wrong operand', "if (options.mode === 'geometric')", "if (options.mode === 'never')"],
    ['steps of a sample count as samples', 'missing term', 'shares[Math.floor(row / steps)] / steps', 'shares[row % shares.length] / steps'],
    ['the loss is that of the compiled model, whatever it is', 'special value', "compiled.includes('crossentropy') ? 'crossentropy' : 'mse'", "compiled.includes('crossentropy') ? 'crossentropy' : 'crossentropy'"],
    ['the default ensemble of learned weights votes', 'wrong value', "mode = 'weighted', method", "mode = 'geometric', method"],
  ]),
  ...mutantsOf('src/ensemble/held-out.ts', fitted, [
    ['weights of samples are ignored', 'mask', 'given ? given.data[row] : 1', '1'],
    ['samples that nobody predicted count', 'mask', 'if (!known.some(Boolean))\n            return 0;', 'if (!known.some(Boolean))\n            return 1;'],
    ['samples may count less than nothing', 'comparison', 'shares.every((one) => one >= 0) && ', ''],
    ['labels count from 1', 'off by one', 'rows[row * classes + label] = 1;', 'rows[row * classes + Math.max(0, label - 1)] = 1;'],
    ['predictions are taken in their own order', 'wrong operand', 'items[places.indexOf(output)]', 'items[output]'],
  ]),
  ...mutantsOf('src/ensemble/fit-stacking.ts', stacking, [
    ['features are laid out by column', 'transposed', 'row * width + from)', 'row * own + from * samples)'],
    ['features of the outputs stand together', 'transposed', '(outputs[0] ?? []).flatMap((_, member) => outputs.map((given) => given[member]))', 'outputs.flatMap((given) => given)'],
    ['samples without predictions are trained on', 'mask', 'filter((row) => shares[row] !== 0)', 'filter(() => true)'],
    ['sample weights are ignored', 'mask', '...(samples.sampleWeight === undefined ? {} : { sampleWeight: samples.sampleWeight }),', ''],
    ['labels are one-hot rows', 'comparison', 'targetsOf(where, first, y)[0]?.shape[1] !== units', 'false'],
  ]),
  ...mutantsOf('src/ensemble/stacking-model.ts', stacking, [
    ['features stand in the order of the outputs', 'transposed', 'models.flatMap((_, member) => outputs.map((given) => flat(given[member])))', 'outputs.flatMap((given) => given.map((one) => flat(one)))'],
    ['the stacked model is compiled like the first one', 'wrong operand', 'compileLike(made, meta)', 'compileLike(made, models[0])'],
  ]),
  ...mutantsOf('src/callbacks/snapshot-ensemble.ts', snapshots, [
    ['the rate rises', 'sign', '(1 + cos(Math.PI * passed))', '(1 - cos(Math.PI * passed))'],
    ['the rate stays for an epoch', 'missing term', 'this.#epoch - begin + partOfEpoch', 'this.#epoch - begin'],
    ['the cycle is a whole wave', 'scaled', 'cos(Math.PI * passed)', 'cos(2 * Math.PI * passed)'],
    ['a snapshot is an epoch early', 'off by one', 'if (epoch + 1 === this.#cycle(epoch).end)', 'if (epoch + 2 === this.#cycle(epoch).end)'],
    ['the least rate is forgotten', 'missing term', 'this.#least + ((this.#highest - this.#least)', '((this.#highest - this.#least)'],
    ['the old rate does not come back', 'state', 'variable.assign(full(variable.shape, this.#before));', ''],
    ['cycles are rounded down', 'off by one', 'Math.round((cycle * epochs) / this.#cycles)', 'Math.floor((cycle * epochs) / this.#cycles)'],
    ['snapshots of an earlier training are kept', 'state', 'this.snapshots = [];\n        this.#before', 'this.#before'],
    ['all snapshots have the last weights', 'stale buffer', 'model.setWeights(weights);', 'model.setWeights(this.snapshots.at(-1));'],
  ]),
  ...mutantsOf('src/callbacks/weight-averaging.ts', averages, [
    ['the mean counts from 0', 'off by one', '(next[i] - before[i]) / count', '(next[i] - before[i]) / (count - 1)'],
    ['averages begin an epoch late', 'off by one', 'epoch >= this.#startEpoch)', 'epoch > this.#startEpoch)'],
    ['batches before the start are counted', 'mask', 'this.#epoch >= this.#startEpoch && ++this.#batches % frequency === 0', '++this.#batches % frequency === 0'],
    ['the last quarter begins after half', 'wrong value', 'Math.floor(0.75 * this.params.epochs)', 'Math.floor(0.5 * this.params.epochs)'],
    ['a small batch counts as a large one', 'last batch', '(samples * data[i]) / this.#share', 'data[i] / this.#share'],
    ['statistics keep a share of what they were', 'stale buffer', 'this.#variable.assign(zeros(this.#variable.shape));', ''],
    ['counters go on with the statistics', 'state', 'variable.assign(value);\n', ';\n'],
    ['frozen layers lose their statistics', 'mask', 'layer.trainable && ', ''],
    ['averages of an earlier training go on', 'state', 'this.count = 0;\n        this.#averages = [];', ''],
  ]),
];
