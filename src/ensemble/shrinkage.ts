/** Weights that leave equal ones only as far as the samples can tell: a ridge around equal weights, as strong as they allow. */
import { hashKey } from '../../kernels/random/key.ts';
import { permutation } from '../../kernels/random/permutation.ts';
import { minimizeOnSimplex, type Objective } from './simplex.ts';

/** What is minimized where each sample counts for so much; the shares sum to 1. */
export type WeightedObjective = (shares: Float64Array) => Objective;

/** In units of the loss's curvature; Infinity, which gives equal weights, is tried beside them. */
const STRENGTHS = [0, 0.015625, 0.0625, 0.25, 1, 4, 16, 64, 256];
const FOLDS = 10;

/**
 * The weights of the least loss with a penalty on their distance from equal ones. `auto` takes the strongest penalty that
 * costs no more than one standard error in cross-validation: what the samples cannot tell is left equal.
 * @param shares what each sample counts; those of 0 are left out
 * @param shrinkage strength of the penalty: a quadratic loss with the same curvature all around goes to
 *   `1 / (1 + shrinkage)` of its way
 * @see Hastie, Tibshirani, Friedman (2009), The Elements of Statistical Learning, 7.10
 */
export function learnWeights(
  objectiveOf: WeightedObjective,
  shares: Float64Array,
  shrinkage: number | 'auto',
): Float64Array {
  const objective = objectiveOf(shares);
  const { size } = objective;
  const unit = curvature(objective);
  const strength = shrinkage === 'auto' ? strongest(objectiveOf, shares, unit) : shrinkage;
  const alone = Array.from({ length: size }, (_, own) => new Float64Array(size).fill(1, own, own + 1));
  return leastOf(objective, strength, unit, [equal(size), ...alone]);
}

function strongest(objectiveOf: WeightedObjective, shares: Float64Array, unit: number): number {
  const order = permutation(shares.length, hashKey(0, 'ensemble.fit', 0)).filter((sample) => shares[sample]! > 0);
  const folds = Math.min(FOLDS, order.length);
  if (folds < 2) return Infinity;
  const strengths = [...STRENGTHS, Infinity];
  const losses = strengths.map(() => new Float64Array(folds));
  for (let fold = 0; fold < folds; fold++) {
    const [rest, held] = [shares.slice(), new Float64Array(shares.length)];
    for (let at = fold; at < order.length; at += folds) {
      const sample = order[at]!;
      held[sample] = shares[sample]!;
      rest[sample] = 0;
    }
    const [training, test] = [objectiveOf(normalized(rest)), objectiveOf(normalized(held))];
    // From the strongest on, each search begins where the one before ended.
    let weights = equal(training.size);
    for (let i = strengths.length - 1; i >= 0; i--) {
      weights = leastOf(training, strengths[i]!, unit, [weights]);
      losses[i]![fold] = test.value(weights);
    }
  }
  const means = losses.map(mean);
  const best = means.indexOf(Math.min(...means));
  const level = losses.findLastIndex((own, i) => i >= best && isLevel(own, losses[best]!));
  return strengths[level]!;
}

/** Whether the mean difference is within its standard error. */
function isLevel(losses: Float64Array, least: Float64Array): boolean {
  const differences = losses.map((loss, fold) => loss - least[fold]!);
  const average = mean(differences);
  const spread = differences.reduce((sum, one) => sum + (one - average) ** 2, 0) / (differences.length - 1);
  return average <= Math.sqrt(spread / differences.length);
}

function leastOf(objective: Objective, strength: number, unit: number, starts: readonly Float64Array[]): Float64Array {
  if (strength === Infinity) return equal(objective.size);
  return minimizeOnSimplex(drawn(objective, strength * unit), starts);
}

function equal(size: number): Float64Array {
  return new Float64Array(size).fill(1 / size);
}

/** The objective and half the factor of the squared weights, whose sum is least where they are equal. */
function drawn(objective: Objective, factor: number): Objective {
  if (factor === 0) return objective;
  const { size } = objective;
  return {
    size,
    value(weights) {
      let squares = 0;
      for (let i = 0; i < size; i++) squares += weights[i]! ** 2;
      return objective.value(weights) + 0.5 * factor * squares;
    },
    derivatives(weights) {
      const { gradient, hessian } = objective.derivatives(weights);
      return {
        gradient: gradient.map((one, i) => one + factor * weights[i]!),
        hessian: hessian.map((one, at) => (at % (size + 1) === 0 ? one + factor : one)),
      };
    },
  };
}

/** The mean curvature at equal weights along the directions that keep the sum. */
function curvature(objective: Objective): number {
  const { size } = objective;
  if (size === 1) return 0;
  const { hessian } = objective.derivatives(equal(size));
  let trace = 0;
  for (let i = 0; i < size; i++) trace += hessian[i * size + i]!;
  return Math.max(0, (trace - hessian.reduce((sum, one) => sum + one, 0) / size) / (size - 1));
}

function normalized(shares: Float64Array): Float64Array {
  const total = shares.reduce((sum, one) => sum + one, 0);
  return shares.map((one) => one / total);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
