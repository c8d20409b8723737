/** Planted bugs of tuning: distributions, samplers, pruners, studies, their journals, and what runs them. */
import { mutantsOf, type Mutant } from '../mutant.ts';

const distributions = { test: 'test/src/tune/distribution.test.ts' };
const randomness = { test: 'test/src/tune/random.test.ts' };
const grids = { test: 'test/src/tune/samplers/grid.test.ts' };
const sobol = { test: 'test/src/tune/samplers/sobol.test.ts' };
const spaces = { test: 'test/src/tune/samplers/space.test.ts' };
const tpe = { test: 'test/src/tune/samplers/tpe.test.ts' };
const process = { test: 'test/src/tune/samplers/bayesian/gaussian-process.test.ts' };
const improvement = { test: 'test/src/tune/samplers/bayesian/expected-improvement.test.ts' };
const scores = { test: 'test/src/tune/samplers/bayesian/scores.test.ts' };
const climbs = { test: 'test/src/tune/samplers/bayesian/local-search.test.ts' };
const searches = { test: 'test/src/tune/samplers/bayesian/search.test.ts' };
const history = { test: 'test/src/tune/samplers/bayesian/history.test.ts' };
const algebra = { test: 'test/src/tune/linear-algebra.test.ts' };
const lbfgs = { test: 'test/src/tune/lbfgs.test.ts' };
const evolution = { test: 'test/src/tune/samplers/evolution.test.ts' };
const genetic = { test: 'test/src/tune/samplers/genetic.test.ts' };
const variation = { test: 'test/src/tune/samplers/variation.test.ts' };
const fronts = { test: 'test/src/tune/samplers/fronts.test.ts' };
const pruners = { test: 'test/optuna/pruners.test.ts' };
const percentiles = { test: 'test/src/tune/pruners/percentile.test.ts' };
const outcomes = { test: 'test/src/tune/samplers/bayesian/outcomes.test.ts' };
const remembered = { test: 'test/src/tune/samplers/bayesian/fit.test.ts' };
const ownPruners = { test: 'test/src/tune/pruners/pruners.test.ts' };
const importance = { test: 'test/src/tune/importance.test.ts' };
const importances = { test: 'test/optuna/importances.test.ts' };
const study = { test: 'test/src/tune/study.test.ts' };
const state = { test: 'test/src/tune/study-state.test.ts' };
const parzen = { test: 'test/src/tune/samplers/parzen.test.ts' };
const log = { test: 'test/src/tune/study-log.test.ts' };
const heartbeat = { test: 'test/src/tune/heartbeat.test.ts' };
const journal = { test: 'test/src/tune/journal-file.test.ts' };
const lock = { test: 'test/src/tune/journal-lock.test.ts' };
const reader = { test: 'test/src/tune/journal-reader.test.ts' };
const tuned = { test: 'test/src/tune/tune-model.test.ts' };
const pool = { test: 'test/src/tune/workers/worker-pool.test.ts' };
const folds = { test: 'test/src/tune/workers/cross-validate.test.ts' };

// One bug a line.
// prettier-ignore
export const mutants: readonly Mutant[] = [
  ...mutantsOf('src/tune/distribution.ts', distributions, [
    ['a range ends beyond its upper bound', 'off by one', 'Math.floor(steps) * step', 'Math.ceil(steps) * step'],
    ['the largest whole number of a logarithmic range has half its share', 'wrong value', 'unit * (ln(high + half) - from)', 'unit * (ln(high) - from)'],
    ['the place of a step is where its share begins', 'off by one', '(Math.round((internal - low) / step) + 0.5) / count', 'Math.round((internal - low) / step) / count'],
    ['the place of a choice is where its share begins', 'off by one', '(internal + 0.5) / count', 'internal / count'],
    ['a place between two steps is the nearer one', 'wrong value', 'Math.min(count - 1, Math.floor(unit * count)) * step', 'Math.min(count - 1, Math.round(unit * count)) * step'],
    ['the upper bound is no value', 'comparison', 'internal >= low && internal <= high', 'internal >= low && internal < high'],
    ['numbers between steps are values', 'comparison', 'return Math.abs(steps - Math.round(steps)) <', 'return step > 0 || Math.abs(steps - Math.round(steps)) <'],
    ['ranges of other steps are the same', 'comparison', '&& a.log === b.log && a.step === b.step', '&& a.log === b.log'],
    ['a parameter may become logarithmic', 'comparison', "before.log === now.log ? undefined : 'scale'", 'undefined', study],
  ]),
  ...mutantsOf('src/tune/random.ts', randomness, [
    ['streams of other purposes are the same', 'random key', 'hashKey(seed, purpose, index)', "hashKey(seed, '', index)"],
    ['normal numbers have half the variance', 'variance', '-2 * log(1', '-1 * log(1'],
    ['nothing stays where it was in a shuffle', 'off by one', 'const j = this.integer(i + 1);', 'const j = this.integer(i);'],
    ['weights that are not alike are', 'wrong operand', 'left -= weights[i];', 'left -= total / weights.length;'],
    ['the number has 52 bits', 'scaled', '* 134217728 +', '* 67108864 +'],
  ]),
  ...mutantsOf('src/tune/samplers/grid.ts', grids, [
    ['an enqueued trial takes a point', 'state', 'if (systemAttributes[FIXED_PARAMS] === undefined)', 'if (true)'],
    ['the study ends by the number of its trials', 'state', 'total - countPlanned(trials)', 'total - trials.length'],
    ['all parameters have the same digit', 'stride', 'rest = Math.floor(rest / choices.length);', ''],
  ]),
  ...mutantsOf('src/tune/samplers/sobol/axis.ts', sobol, [
    ['the first numbers are shifted by a bit', 'off by one', 'first[k] << (BITS - 1 - k)', 'first[k] << (BITS - 2 - k)'],
    ['the polynomial is read from its end', 'transposed', '(polynomial >>> (degree - i)) & 1', '(polynomial >>> i) & 1'],
    ['bits below take part in the scrambling', 'mask', '(random.integer(TWO_32) >>> (bit + 1)) << (bit + 1)', 'random.integer(TWO_32)'],
    ['there is no random shift', 'random key', 'let bits = this.#shift;', 'let bits = 0;'],
  ]),
  ...mutantsOf('src/tune/samplers/sobol/sobol.ts', sobol, [
    ['all parameters lie on one axis', 'axis', 'const position = trial.distributions.size;', 'const position = Math.min(0, trial.distributions.size);'],
  ]),
  ...mutantsOf('src/tune/samplers/space.ts', spaces, [
    ['a parameter is what it was first', 'state', 'newest.set(name, distribution);', 'newest.set(name, newest.get(name) ?? distribution);'],
    ['a parameter of one value is searched', 'comparison', 'countValues(distribution) > 1', 'countValues(distribution) > 0'],
    ['pruned trials say nothing', 'mask', "state === 'complete' || state === 'pruned'", "state === 'complete'", parzen],
    ['what a trial lacks of a group is left in it', 'mask', 'group.filter((name) => names.has(name))', 'group'],
  ]),
  ...mutantsOf('src/tune/samplers/tpe/split.ts', tpe, [
    ['a tenth is rounded down', 'off by one', 'Math.ceil(0.1 * count)', 'Math.floor(0.1 * count)'],
    ['good trials are as many as a tenth, whatever that is', 'wrong value', 'Math.min(tenth, 25)', 'tenth'],
    ['pruned trials that ended early are good', 'sign', 'return [-step,', 'return [step,'],
    ['pruned trials of a maximum are ranked for a minimum', 'sign', "directions[0] === 'maximize' ? -1 : 1", '1'],
    ['pruned trials are never good', 'mask', 'if (missing > 0)', 'if (false)'],
  ]),
  ...mutantsOf('src/tune/samplers/tpe/tpe.ts', tpe, [
    ['running trials are not bad', 'mask', "state === 'complete' || state === 'pruned' || state === 'running'", "state === 'complete' || state === 'pruned'"],
    ['the bad ones have no say', 'missing term', 'const score = likely.logDensity(point) - unlikely.logDensity(point);', 'const score = likely.logDensity(point);'],
    ['the least promising point is taken', 'comparison', 'if (!(score > bestScore))', 'if (!(score < bestScore))'],
    ['branches are not chosen together', 'mask', 'settings.group ? groupsOf(known) : [commonSpace(known)]', '[commonSpace(known)]', parzen],
  ]),
  ...mutantsOf('src/tune/samplers/tpe/parzen.ts', parzen, [
    ['the oldest observations count most', 'wrong operand', '(i / (older - 1)) * (1 - 1 / count)', '(1 - i / (older - 1)) * (1 - 1 / count)'],
    ['the newest 24 count fully', 'off by one', 'const older = count - 25;', 'const older = count - 24;'],
    ['the weight of the prior is ignored', 'wrong operand', 'weights[count] = count === 0 ? 1 : priorWeight;', 'weights[count] = 1;'],
    ['the prior has its middle at the low end', 'wrong value', 'this.#middles[count] = 0.5;', 'this.#middles[count] = 0;'],
    ['kernels are as wide as the way to the nearer neighbour', 'comparison', 'Math.max(least, before, after)', 'Math.max(least, Math.min(before, after))'],
    ['kernels may be as narrow as neighbours are near', 'comparison', 'Math.max(least, before, after)', 'Math.max(1e-6, before, after)'],
    ['what is cut off is not made up for', 'missing term', '-log(this.#widths[k] * within)', '-log(this.#widths[k])'],
    ['the density of the prior is that of one choice', 'missing term', 'sums[prior] -= log(this.#count);', ''],
    ['the observed choice has no share of the even weight', 'missing term', '(1 + other) / total', '1 / total'],
    ['another choice may be the observed one', 'off by one', 'return other < observed ? other : other + 1;', 'return other;', tpe],
    ['a step has its middle for its share', 'wrong operand', 'log(massBetween(from, to, middle, this.#widths[k]) / this.#within[k])', 'log(massBetween(from, to, middle, this.#widths[k]))'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/matern.ts', process, [
    ['the slope is doubled', 'scaled', '(-5 / 6) *', '(-5 / 3) *'],
    ['the kernel is not the one of its slope', 'wrong value', '(q * q) / 3', '(q * q) / 2'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/posterior-density.ts', process, [
    ['the determinant counts twice', 'scaled', 'value += log(factor[i * count + i]);', 'value += 2 * log(factor[i * count + i]);'],
    ['the slope of the noise is doubled', 'scaled', '0.5 * excess * trace', 'excess * trace'],
    ['the prior of the scale forgets its logarithm', 'missing term', '+= scale - 1;', '+= scale;'],
    ['the prior of a length scale has the other sign', 'sign', '0.1 * weight - 0.1 / weight', '0.1 / weight - 0.1 * weight'],
    ['the prior of the noise has no part in the slope', 'missing term', '+= excess * (30 - 0.1 / noise);', '+= excess * 30;'],
    ['the least noise is left out of the slope of the scale', 'missing term', '(MIN_NOISE + excess) * trace', 'excess * trace'],
    ['choices are at a distance of their indices', 'wrong value', 'axis < numeric ? difference * difference', 'axis <= numeric ? difference * difference'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/gaussian-process.ts', process, [
    ['the slope of the variance is halved', 'scaled', '-4 * weights[axis]', '-2 * weights[axis]'],
    ['equal choices are apart', 'comparison', 'if (point[axis] !== points[row + axis])', 'if (point[axis] === points[row + axis])'],
    ['the observations have no noise', 'missing term', 'covariance[i * count + i] += hyper.noise;', ''],
    ['running trials are believed to give the best', 'wrong operand', 'beliefs[count + k] = this.mean;', 'beliefs[count + k] = this.best;'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/fit.ts', process, [
    ['the stretch of a scale has the other sign', 'sign', 'value -= logSlopes[i]', 'value += logSlopes[i]'],
    ['the least noise is left out', 'missing term', 'noise: MIN_NOISE + exp(', 'noise: exp('],
    ['weights are length scales', 'wrong value', '.map((value) => exp(value))', '.map((value) => exp(-value))'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/observations.ts', process, [
    ['what is thinned out loses the newest', 'off by one', 'count - 1 - (kept - 1 - k) * stride', 'Math.max(0, count - 2 - (kept - 1 - k) * stride)'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/expected-improvement.ts', improvement, [
    ['the tail forgets the distance', 'missing term', 'log(rest / (rest - z))', 'log(rest)'],
    ['the slope in the tail is that of the density', 'missing term', 'return 1 / fraction(-z);', 'return -z;'],
    ['the improvement is the density', 'missing term', 'return log(density(z) + z * distribution(z));', 'return log(density(z));'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/acquisition.ts', searches, [
    ['the slope of the spread is that of the variance', 'scaled', '(0.5 * this.#varianceSlope[axis])', 'this.#varianceSlope[axis]'],
    ['the spread has no slope of its own', 'missing term', 'gradient[axis] = relative + slope *', 'gradient[axis] = slope *'],
    ['the worst is to be improved on', 'sign', 'return log(spread) + logImprovement((this.#process.mean - this.#best) / spread);', 'return log(spread) + logImprovement((this.#best - this.#process.mean) / spread);'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/local-search.ts', climbs, [
    ['the last choice is never tried', 'off by one', 'for (let index = 0; index < axis.count; index++)', 'for (let index = 0; index < axis.count - 1; index++)'],
    ['steps are walked along upward only', 'sign', '[from - step, from + step]', '[from + step]'],
    ['the slope is not in length scales', 'scaled', 'slopes[k] = -gradient[ranges[k]] * units[k];', 'slopes[k] = -gradient[ranges[k]];'],
    ['one round is all', 'wrong value', 'const MAX_ROUNDS = 20;', 'const MAX_ROUNDS = 1;'],
    ['values that stand are moved', 'mask', 'Number.isNaN(fixed[column])', 'true'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/warp.ts', scores, [
    ['slopes are those of no scale', 'missing term', '-log(unit + distance)', '-log(unit)'],
    ['the variance is that of a sample', 'variance', '** 2, 0) / values.length', '** 2, 0) / (values.length - 1)'],
    ['the worst is near', 'sign', 'best - value)', 'value - best)'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/scores.ts', scores, [
    ['the direction is turned round', 'sign', "direction === 'maximize' ? 1 : -1", "direction === 'maximize' ? -1 : 1"],
    ['the other objectives have no say', 'missing term', '-distance - AUGMENTATION * total[i]', '-distance'],
    ['infinities are beyond all that is finite', 'special value', 'Math.min(most, Math.max(least, value)) / size', 'Math.min(2 * most, Math.max(2 * least, value)) / size'],
    ['weights gather in the middle', 'random key', '-log(1 - random.uniform())', 'random.uniform()'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/bayesian.ts', history, [
    ['what runs has no say', 'mask', "trial.state === 'running' && hasAll(trial, distributions)", 'false'],
    ['trials that asked before and have told nothing have no say', 'mask', 'known.size > 0 ? [] : unplaced(context, distributions)', '[]'],
    ['a search that wins has stalled', 'comparison', 'return now - before < STALL.leastWin;', 'return now - before > STALL.leastWin;'],
    ['a search that has stalled believes in longer scales', 'sign', 'weight * STALL.shrinkage ** 2', 'weight / STALL.shrinkage ** 2'],
    ['first trials are anywhere', 'random key', '(share + random.uniform()) / startupTrials', 'random.uniform()'],
    ['other branches are learnt from', 'mask', 'trial.distributions.has(name) && hasAll(trial, own.distributions)', 'trial.distributions.has(name)'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/outcomes.ts', outcomes, [
    ['pruned trials are left out', 'mask', "trial.state === 'pruned' ? lastStep(trial) : undefined", 'undefined'],
    ['a rank of a maximum is that of a minimum', 'sign', "const sign = direction === 'maximize' ? -1 : 1;", 'const sign = 1;'],
    ['the best of equal reports counts', 'tie', 'ends[Math.floor((first + last) / 2)]', 'ends[first]'],
    ['the end is that of the neighbour', 'missing term', 'better + ((report - before) / (after - before)) * (worse - better)', 'better'],
    ['reports that are NaN are among the ranks', 'special value', '!Number.isNaN(intermediateValues.get(step) ?? NaN)', 'intermediateValues.has(step)'],
    ['a report of NaN is as good as the best', 'special value', 'isBetter(other, report) || Number.isNaN(report)', 'isBetter(other, report)'],
  ]),
  ...mutantsOf('src/tune/samplers/bayesian/fit.ts', remembered, [
    ['other scores have the same fit', 'state', 'isEqual(last.scores, scores)', 'true'],
    ['a shorter history has the same fit', 'comparison', 'a.length === b.length && a.every', 'a.every'],
  ]),
  ...mutantsOf('src/tune/linear-algebra.ts', algebra, [
    ['the inverse has the other sign beside its diagonal', 'sign', '= -dot(factor, row + j', '= dot(factor, row + j'],
    ['the last three of a row are left out', 'last batch', 'for (; k < length; k++)', 'for (; k < length - 3; k++)'],
    ['the jitter does not grow', 'wrong value', 'jitter === 0 ? 1e-10 * mean : 10 * jitter', '1e-10 * mean'],
  ]),
  ...mutantsOf('src/tune/lbfgs.ts', lbfgs, [
    ['the second loop adds what it should take away', 'sign', '(weights[k] - back) * step[i]', '(weights[k] + back) * step[i]'],
    ['a step need not win', 'comparison', 'if (value <= this.value + SUFFICIENT * promised)', 'if (value < Infinity)'],
    ['the upper bound holds nothing', 'comparison', 'if (upper !== undefined && x > upper[i])', 'if (false)'],
  ]),
  ...mutantsOf('src/tune/samplers/cma-es/strategy.ts', evolution, [
    ['ranks count from 2', 'off by one', 'log((points + 1) / 2) - log(i + 1)', 'log((points + 1) / 2) - log(i + 2)'],
    ['the rank-one rate is another', 'wrong value', '(axes + 1.3) ** 2', '(axes + 1) ** 2'],
    ['the size is damped twice as much', 'scaled', '- 1) + sizePathRate', '- 1) + 2 * sizePathRate'],
    ['the expected length is that of the mean square', 'missing term', '(1 - 1 / (4 * axes) + 1 / (21 * axes * axes))', '1'],
    ['negative weights are not bounded', 'wrong value', '(1 - rankOneRate - rankManyRate) / (axes * rankManyRate)', 'Infinity'],
  ]),
  ...mutantsOf('src/tune/samplers/cma-es/evolution.ts', evolution, [
    ['the mean moves in units of the cube', 'missing term', 'this.#mean[k] += this.#size * shift[k];', 'this.#mean[k] += shift[k];'],
    ['the worst points pull the mean', 'mask', 'if (weight > 0)', 'if (weight !== 0)'],
    ['the path of the size is not whitened', 'missing term', 'follow(this.#sizePath, this.#whiten(shift), sizePathRate, effective);', 'follow(this.#sizePath, shift, sizePathRate, effective);'],
    ['paths forget the wrong share', 'wrong operand', 'path[k] = (1 - rate) * path[k]', 'path[k] = rate * path[k]'],
    ['the variance that a stalled path loses is not made up for', 'missing term', '1 + rankOneRate * lost - rankOneRate', '1 - rankOneRate'],
    ['points pushed away keep their length', 'missing term', '(weight * axes) / Math.max(1e-12, length * length)', 'weight'],
    ['far points are not shortened', 'missing term', 'if (length <= most)', 'if (true)'],
    ['the size grows by its square', 'scaled', 'length / expectedLength - 1)', 'length / expectedLength)'],
    ['steps may become too narrow to leave', 'comparison', 'Math.max(this.#covariance[at], least * least)', 'this.#covariance[at]'],
    ['the spread along an axis is its variance', 'variance', 'this.#size * Math.sqrt(values[j]) * random.normal()', 'this.#size * values[j] * random.normal()'],
  ]),
  ...mutantsOf('src/tune/samplers/cma-es/eigen.ts', evolution, [
    ['vectors are turned the other way', 'sign', 'turn(vectors, k * size + p, k * size + q, cosine, sine)', 'turn(vectors, k * size + p, k * size + q, cosine, -sine)'],
  ]),
  ...mutantsOf('src/tune/samplers/cma-es/cma-es.ts', evolution, [
    ['the best come last', 'sign', 'compare(lossOf(a), lossOf(b))', 'compare(lossOf(b), lossOf(a))'],
    ['a trial that is late is waited for', 'comparison', 'return later === population ? complete : undefined;', 'return undefined;'],
    ['pruned trials take places in a generation', 'mask', "trial.state === 'complete' ? hasAll(trial, space) : isOpen(trial)", "trial.state === 'complete' ? hasAll(trial, space) : true"],
    ['a new search is as small as the last one', 'scaled', 'evolution.population * 2', 'evolution.population'],
    ['generations are as small with many parameters', 'wrong value', '4 + Math.floor(3 * log(space.size))', '4'],
  ]),
  ...mutantsOf('src/tune/samplers/genetic/variation.ts', variation, [
    ['children lie on one side of their parents', 'sign', '(1 + spread) * a + (1 - spread) * b', '(1 + spread) * a - (1 - spread) * b'],
    ['children are nearer to their parents than the index says', 'off by one', '1 / (crossoverIndex + 1)', '1 / (crossoverIndex + 2)'],
    ['mutations go down only', 'sign', '1 - pow(2 * (1 - share), exponent)', 'pow(2 * (1 - share), exponent) - 1'],
    ['a mutated choice may be the old one', 'off by one', 'return other < internal ? other : other + 1;', 'return other;'],
    ['the upper bound is left downward twice', 'off by one', 'Math.max(low, internal - step)', 'Math.max(low, internal - 2 * step)'],
  ]),
  ...mutantsOf('src/tune/samplers/genetic/genetic.ts', variation, [
    ['a tournament has one that takes part', 'wrong value', 'i < tournament; i++', 'i < 1; i++'],
    ['bounds are those of the earlier parent', 'wrong operand', 'first.number < second.number ? [first, second] : [second, first]', 'first.number < second.number ? [second, first] : [first, second]'],
    ['every parameter of a child changes', 'wrong value', 'settings.mutation ?? 1 / space.size', 'settings.mutation ?? 1'],
    ['children have two parents when they should have one', 'comparison', 'random.uniform() < settings.crossover', 'random.uniform() > settings.crossover'],
    ['children may be old', 'state', 'i < MOST_CHANGES && wasTried(child, trials)', 'false', genetic],
    ['the parents are the first trials', 'wrong operand', 'bestTrials(known, directions, population)', 'known.slice(0, population)'],
  ]),
  ...mutantsOf('src/tune/fronts.ts', fronts, [
    ['equal in one objective does not beat', 'comparison', 'other[k] <= point[k]', 'other[k] < point[k]'],
    ['the room is that to one side', 'missing term', 'lossAt(place + 1) - lossAt(place - 1)', 'lossAt(place + 1) - lossAt(place)'],
    ['the extent of a front is forgotten', 'missing term', 'lossAt(place - 1)) / extent', 'lossAt(place - 1))'],
    ['the worst end of a front has no room', 'missing term', 'room[order[0]] = room[order[last]] = Infinity;', 'room[order[0]] = Infinity;'],
    ['those with least room come first', 'comparison', 'compareNumbers(room[g], room[f]) || f - g', 'compareNumbers(room[f], room[g]) || f - g'],
    ['those with most room are dropped', 'comparison', 'compareNumbers(room[f], room[g]) || g - f', 'compareNumbers(room[g], room[f]) || g - f'],
    ['what is maximized is minimized', 'sign', "(direction === 'minimize' ? 1 : -1)", 'Math.min(1, direction.length)'],
    ['the later one of equal values is better', 'tie', 'compareLosses(losses[i], losses[j]) || i - j);\n    return order', 'compareLosses(losses[i], losses[j]) || j - i);\n    return order'],
  ]),
  ...mutantsOf('src/tune/dominance.ts', study, [
    ['equal trials beat each other', 'tie', 'somewhere ||= isBetter(direction, value, other);', 'somewhere = true;'],
    ['better in one objective is enough', 'comparison', 'if (isBetter(direction, other, value))', 'if (false)'],
    ['what is not worse is better', 'comparison', 'value < other : value > other', 'value <= other : value >= other'],
  ]),
  ...mutantsOf('src/tune/pruners/percentile.ts', pruners, [
    ['nothing is interpolated', 'missing term', 'low + (high - low) * (at - lower)', 'low'],
    ['the percentile of a maximum is that of a minimum', 'wrong operand', 'besidePercentile(best, others, 100 - kept) < 0', 'besidePercentile(best, others, kept) < 0'],
    ['one more start-up trial is needed', 'off by one', 'complete < startupTrials', 'complete <= startupTrials'],
    ['what is equal to the value is above it', 'tie', 'if (other <= value)', 'if (other < value)', percentiles],
    ['the nearest one below is the farthest', 'wrong value', 'nextBelow = Math.max(nextBelow, other)', 'nextBelow = other', percentiles],
    ['NaN counts among the others', 'special value', 'if (Number.isNaN(other))', 'if (false)', percentiles],
    ['the first step after the warm-up is spared', 'off by one', 'step < warmupSteps', 'step <= warmupSteps'],
    ['intervals begin at 0', 'missing term', '* intervalSteps + warmupSteps', '* intervalSteps'],
    ['the latest report counts, not the best', 'wrong operand', 'bestOf(direction, trial.intermediateValues.values())', 'trial.intermediateValues.get(step)'],
    ['pruned trials are compared with', 'mask', "if (state !== 'complete')", "if (state !== 'complete' && state !== 'pruned')"],
    ['one report is enough to compare with', 'comparison', 'if (others.length < minTrials)', 'if (others.length < 1)'],
  ]),
  ...mutantsOf('src/tune/pruners/patient.ts', pruners, [
    ['patience is one report short', 'off by one', 'steps.slice(-patience - 1)', 'steps.slice(-patience)'],
    ['the least difference counts the other way', 'sign', 'before + minDelta < after', 'before - minDelta < after'],
  ]),
  ...mutantsOf('src/tune/pruners/successive-halving.ts', pruners, [
    ['one more is promoted', 'off by one', 'competing[promoted - 1]', 'competing[promoted]'],
    ['the share that goes on is rounded up', 'off by one', 'Math.floor(competing.length / rungs.reductionFactor)', 'Math.ceil(competing.length / rungs.reductionFactor)'],
    ['a rung waits for one fewer', 'off by one', 'competing.length <= rungs.bootstrapCount', 'competing.length < rungs.bootstrapCount'],
    ['a rung is reached a step later', 'off by one', 'if (step < rungs.first', 'if (step <= rungs.first'],
    ['the first rung is not moved', 'missing term', 'first: first * integerPower(reductionFactor, minEarlyStoppingRate)', 'first'],
    ['the worst of a maximum go on', 'comparison', "direction === 'maximize' ? b - a : a - b", 'a - b'],
  ]),
  ...mutantsOf('src/tune/pruners/hyperband.ts', pruners, [
    ['there is a bracket too few', 'off by one', '+ 1e-12) + 1', '+ 1e-12) || 1'],
    ['all brackets have the same share', 'wrong value', 'integerPower(factor, left - 1)', 'integerPower(factor, brackets - 1)'],
    ['a trial competes with those of all brackets', 'mask', '{ ...context, trials: inBracket(context, shares, bracket) }', 'context'],
    ['all brackets prune as early', 'wrong value', 'minResource * integerPower(reductionFactor, bracket)', 'minResource'],
  ]),
  ...mutantsOf('src/tune/pruners/threshold.ts', pruners, [
    ['the upper bound ends a trial', 'comparison', 'value <= upper', 'value < upper', ownPruners],
    ['what is no number goes on', 'special value', 'return !(value >= lower && value <= upper);', 'return value < lower || value > upper;'],
    ['the warm-up is a step longer', 'off by one', 'step < warmupSteps', 'step <= warmupSteps'],
  ]),
  ...mutantsOf('src/tune/pruners/wilcoxon.ts', pruners, [
    ['a maximum is compared as a minimum', 'sign', "const sign = direction === 'minimize' ? 1 : -1;", 'const sign = 1;'],
    ['what is better on average is pruned', 'missing term', '< pThreshold && !isBetterOnAverage', '< pThreshold'],
    ['one fold is enough', 'comparison', 'Math.max(2, startupSteps)', '1'],
  ]),
  ...mutantsOf('src/tune/pruners/signed-rank-test.ts', { test: 'test/src/tune/pruners/signed-rank-test.test.ts' }, [
    ['what is as large does not count', 'comparison', 'sum >= observed', 'sum > observed'],
    ['tied ranks are those of the first', 'tie', 'begin + 1 + end', '2 * (begin + 1)'],
    ['ties are not corrected for', 'missing term', 'correction += count ** 3 - count', 'correction += 0 * count', pruners],
    ['zeros are free', 'special value', 'if (difference === 0)', 'if (false)'],
  ]),
  ...mutantsOf('src/tune/importance.ts', importances, [
    ['the best tenth is rounded down', 'off by one', 'Math.ceil(quantile * ranks.length) - 1', 'Math.max(0, Math.floor(quantile * ranks.length) - 1)', importance],
    ['the wider of two deviations counts', 'comparison', 'Math.min(range / 1.34, deviation)', 'Math.max(range / 1.34, deviation)'],
    ['the upper quartile is the place before', 'off by one', 'placeAt(counts, places, wanted + 1)', 'placeAt(counts, places, wanted)'],
    ['branches count by how many trials they have', 'missing term', '(top.length / best.size) ** 2 / (trials.length / all.length)', '(top.length / best.size) ** 2'],
    ['there is no wide kernel', 'missing term', 'add((size - 1) / 2, size, 1 / (total + 1));', ''],
    ['differences are not squared', 'wrong value', '/ here - 1) ** 2', '/ here - 1)'],
  ]),
  ...mutantsOf('src/tune/study.ts', study, [
    ['the later one of equal trials is the best', 'tie', 'isBetter(this.direction, trial.value, best.value)', '!isBetter(this.direction, best.value, trial.value)'],
    ['pruned trials may be the best', 'mask', "if (trial.state !== 'complete')", "if (trial.state !== 'complete' && trial.state !== 'pruned')"],
    ['what ran in another process is not given back first', 'state', "if (free.state === 'running')", 'if (false)', journal],
    ['trials of a writer that is gone are lost', 'state', "trial.state === 'waiting' || isOrphan(trial, gone)", "trial.state === 'waiting'", journal],
    ['an end that was asked for before ends the next run', 'state', 'optimize(objective, options) {\n        this.#isStopped = false;', 'optimize(objective, options) {'],
  ]),
  ...mutantsOf('src/tune/trial-host.ts', study, [
    ['a trial is what its sampler learns from', 'mask', 'all.filter((other) => other !== trial)', 'all'],
    ['all parameters have the same random numbers', 'random key', '`${sampler.name}/${purpose}`', '`${sampler.name}`'],
    ['a pruner is asked for several objectives', 'mask', 'if (study.directions.length > 1)\n        return false;', ''],
  ]),
  ...mutantsOf('src/tune/enqueue.ts', study, [
    ['parameters are enqueued twice when others are there too', 'comparison', 'names.length === Object.keys(has).length && ', ''],
  ]),
  ...mutantsOf('src/tune/param-source.ts', study, [
    ['the sampler goes before what was enqueued', 'wrong operand', 'fixed(record, name, distribution) ??\n        joint(source, name, distribution)', 'joint(source, name, distribution) ??\n        fixed(record, name, distribution)'],
    ['a value chosen for other bounds is taken', 'comparison', 'chosen && sameDistribution(chosen.distribution, distribution)', 'chosen'],
    ['a parameter is chosen anew when it is asked for again', 'state', 'return again(record, name, distribution);', ''],
  ]),
  ...mutantsOf('src/tune/trial.ts', study, [
    ['the second report of a step counts', 'state', 'if (this.#host.record.intermediateValues.has(step))', 'if (false)'],
  ]),
  ...mutantsOf('src/tune/outcome.ts', study, [
    ['the value of a pruned trial is its first report', 'wrong operand', 'lastStep(trial)', 'Math.min(...trial.intermediateValues.keys())'],
    ['NaN is complete', 'special value', "typeof value !== 'number' || Number.isNaN(value)", "typeof value !== 'number'"],
  ]),
  ...mutantsOf('src/tune/study-state.ts', state, [
    ['what has ended may change', 'state', 'place && !isFinished(place.trial) ? place : undefined', 'place'],
    ['a trial belongs to the last who takes it', 'state', "if (state === 'running' && trial.state === 'running')", 'if (false)'],
    ['a study is made twice', 'state', 'if (this.named(record.name))', 'if (false)'],
    ['a deleted name stays taken', 'state', 'this.#names.delete(study.name);', ''],
    ['a deleted study gives its number back', 'off by one', 'this.studies.delete(study.id);', 'this.studies.delete(study.id);\n                this.#studyCount--;'],
    ['a trial is what the last process made of a parameter', 'comparison', 'if (known && !isCompatible(known, distribution))', 'if (false)'],
    ['NaN is complete in a file', 'special value', '|| values.some(Number.isNaN)', ''],
    ['a trial that waits has begun', 'state', "if (record.state !== 'waiting')", 'if (true)'],
    ['trials are numbered over all studies', 'wrong operand', 'new TrialEntry(study.trials.length)', 'new TrialEntry(this.#trials.length)'],
  ]),
  ...mutantsOf('src/tune/study-log.ts', log, [
    ['what is written during an append is lost', 'state', 'this.#pending.splice(0, sent);', 'this.#pending.length = 0;'],
    ['what is decided goes before what was done', 'wrong operand', 'return [...this.#pending, ...decided];', 'return [...decided, ...this.#pending];'],
    ['what is decided is done before it is safe', 'state', 'sent = this.#pending.length;', 'sent = this.#pending.length;\n                for (const record of decided)\n                    this.state.apply(record);'],
    ['what others did is not seen when it is decided', 'state', 'for (const record of news)\n                        this.state.apply(record);\n                    decided = decide', 'decided = decide'],
    ['a log that has failed is stuck', 'state', 'this.#last.catch(() => undefined).then(act)', 'this.#last.then(act)'],
  ]),
  ...mutantsOf('src/tune/heartbeat.ts', heartbeat, [
    ['enqueued trials run', 'state', "(record.state ?? 'running') === 'running' ? 1 : 0", '1'],
    ['who takes a trial over has none', 'mask', "!(record.state === 'waiting' && taken.has(record.trial))", 'true'],
    ['signs come whatever else was appended', 'comparison', 'if (now() - this.#last < this.#interval / 2)', 'if (false)'],
    ['a sign comes after the last trial', 'state', 'this.#running > 0 ? [sign()] : []', '[sign()]'],
    ['a trial that is given back goes on', 'state', "this.#running--", "this.#running -= record.state === 'waiting' ? 0 : 1"],
  ]),
  ...mutantsOf('src/tune/journal-file.ts', journal, [
    ['half a line is not cut off', 'state', 'await this.#cutOff(file);', ''],
    ["one's own lines are read again", 'state', 'this.#offset += bytes.length;', ''],
    ['a journal that became shorter is believed', 'comparison', 'if (size < this.#offset)', 'if (false)'],
    ['the last line is left out', 'off by one', 'bytes.lastIndexOf(NEWLINE) + 1', 'bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1'],
    ['an append returns before it is on the disk', 'state', "await this.#step('syncing it to the disk', () => file.sync());", ''],
    ['half an append stays', 'state', 'await file.truncate(this.#offset).catch(() => undefined)', ';'],
    ['other machines are gone at once', 'scaled', '> 1000 * this.#options.goneAfter', '> this.#options.goneAfter'],
    ['the name of a new file may be lost', 'state', 'if (this.#offset === 0)', 'if (false)'],
    ['a lock that was taken away is ours', 'state', 'if (!(await this.#lock.isHeld()))', 'if (false)'],
    ['what is read while deciding is told to nobody', 'state', 'for (const record of this.#reader.read(lines, size))', 'for (const record of this.#reader.read(lines, size).slice(0, 0))'],
  ]),
  ...mutantsOf('src/tune/journal-lock.ts', lock, [
    ["another's lock is given back", 'state', 'if (await this.isHeld()) {', 'if (true) {'],
    ['a lock that changes is watched on', 'state', 'if (watched?.identity !== identity)', 'if (watched === undefined)'],
    ['the lock of one that lives is free', 'comparison', 'holder !== undefined && (holder === owner || isGone(holder))', 'holder !== undefined'],
    ['who is late frees the new lock', 'state', 'if ((await this.#identity()) === watched.identity)', 'if (true)'],
    ['a lock is never too old', 'comparison', 'if (now() - since > grace)', 'if (false)'],
    ['what others still make is removed', 'mask', 'if (writer !== undefined && (await isGone(writer)))', 'if (writer !== undefined)'],
    ['the freed lock is left under the name of the claim', 'state', 'finally {\n            await files.remove(claim).catch(() => undefined);', 'finally {'],
  ]),
  ...mutantsOf('src/tune/journal-reader.ts', reader, [
    ['what Optuna has added is refused', 'off by one', 'if (op > OP.trialSystemAttribute)', 'if (op > OP.trialSystemAttribute + 9)'],
    ['whole numbers keep their fraction', 'wrong value', "distribution.kind === 'int' ? Math.trunc(value) : value", 'value'],
    ['the index of a choice may be its count', 'off by one', 'index < distribution.choices.length', 'index <= distribution.choices.length'],
    ['names of attributes may be those of objects', 'special value', 'attributes ??= Object.create(null);', 'attributes ??= {};'],
    ['lines count from 0', 'off by one', '++line, fileBytes', 'line++, fileBytes'],
    ["a trial's value is taken for none", 'missing term', "line.has('value') ? [line.number('value')] : undefined", 'undefined'],
  ]),
  ...mutantsOf('src/tune/journal-text.ts', reader, [
    ['microseconds lose their zeros', 'off by one', ".padStart(6, '0')", ''],
    ['a whole trial has one value', 'wrong operand', 'values: isOne ? null : values', 'values: null'],
    ['tenths of a second are millionths', 'scaled', 'Number(`0.${fraction}`)', 'Number(fraction) / 1e6'],
    ['failed and pruned trade places', 'wrong value', "'complete', 'pruned', 'failed', 'waiting'", "'complete', 'failed', 'pruned', 'waiting'"],
    ['a parameter is written as a whole number', 'wrong value', 'param_value_internal: new PythonFloat(record.internal)', 'param_value_internal: record.internal'],
  ]),
  ...mutantsOf('src/tune/journal-distribution.ts', reader, [
    ['old steps are forgotten', 'missing term', 'float(name, { low, high, step: q })', 'float(name, { low, high })'],
    ['old logarithms are forgotten', 'missing term', "['LogUniformDistribution', (name, { low, high }) => float(name, { low, high, log: true })]", "['LogUniformDistribution', (name, { low, high }) => float(name, { low, high })]"],
  ]),
  ...mutantsOf('src/tune/optimize.ts', study, [
    ['one more trial begins', 'off by one', 'this.#begun >= (trials ?? Infinity)', 'this.#begun > (trials ?? Infinity)'],
    ['trials of earlier runs do not count', 'missing term', 'this.#finished() + this.#running < totalTrials', 'this.#begun < totalTrials'],
    ['trials that run do not count', 'missing term', 'this.#finished() + this.#running < totalTrials', 'this.#finished() < totalTrials'],
    ['the timeout is in milliseconds', 'scaled', '(options.timeout ?? Infinity) * 1000', '(options.timeout ?? Infinity)'],
    ['a good trial parts no failures', 'state', 'this.#failuresInRow = 0;\n        return this.#tell', 'return this.#tell'],
    ['a pruned trial parts no failures', 'state', 'this.#failuresInRow = 0;\n                return this.#tell', 'return this.#tell'],
    ['trials that are asked for have no points yet', 'missing term', '+ waiting > this.#asking', '+ waiting > 0', grids],
    ['an end that is asked for is not heard', 'state', 'this.#study.isStopped || ', ''],
    ['a signal that came before is not heard', 'state', 'if (signal?.aborted)', 'if (false)'],
  ]),
  ...mutantsOf('src/tune/tune-model.ts', tuned, [
    ['the weights are those of the last epoch', 'state', 'best.restore();', ''],
    ['of equal trials the later one is kept', 'tie', 'one.trial < other.trial', 'one.trial > other.trial'],
    ['nothing is held out', 'missing term', '{ validationSplit: 0.2 }', '{ validationSplit: 0 }'],
  ]),
  ...mutantsOf('src/tune/pruning-callback.ts', tuned, [
    ['epochs are reported from 1', 'off by one', 'trial.report(watchedValue(where, monitor, logs), epoch);', 'trial.report(watchedValue(where, monitor, logs), epoch + 1);'],
    ['an epoch that is not better is the best', 'comparison', 'if (Number.isNaN(value) || (this.value !== undefined && !this.#isBetter(value, this.value)))', 'if (Number.isNaN(value))'],
  ]),
  ...mutantsOf('src/tune/workers/worker-pool.ts', pool, [
    ['a thread that died is taken again', 'state', 'if (!thread.hasEnded)\n                return thread;', 'return thread;'],
    ['a thread is made for every job', 'state', 'this.#idle.push(thread);', ';'],
    ['a job too many runs', 'comparison', 'if (this.#running >= this.size)', 'if (this.#running > this.size)'],
  ]),
  ...mutantsOf('src/tune/workers/pool-thread.ts', pool, [
    ['a thread that goes on after the signal is left alone', 'state', 'void this.#thread.terminate();\n            }, this.#grace)', '}, this.#grace)'],
    ['a job that ended at once ends the thread later', 'state', 'clearTimeout(timer);\n            signal?.removeEventListener', 'signal?.removeEventListener'],
  ]),
  ...mutantsOf('src/tune/workers/module-fold-runner.ts', folds, [
    ['the model of a fold is not the trained one', 'state', 'model.setWeights(report.weights.map(tensorOf));', ''],
  ]),
  ...mutantsOf('src/tune/workers/fold-job.ts', folds, [
    ['threads have a seed of their own', 'random key', 'seed(globalSeed);', ''],
  ]),
];
