/** Folds of equal size. Source: scikit-learn `KFold`, `RepeatedKFold`. */
import { permutation } from '../../../kernels/random/permutation.ts';
import { hashKey } from '../../../kernels/random/key.ts';
import { optionsOf } from '../../errors.ts';
import { checkLength, foldPlan, splitsOf, type FoldOptions, type Split } from './split.ts';

/**
 * Splits samples into k folds of equal size, the first `length mod k` of them one larger; each split tests one fold.
 * @param length number of samples
 * @param options k 5, shuffle true (false takes the samples in order), seed 0, repeats 1
 * @returns k splits for each repeat
 * @throws ArgumentError for a wrong option, and for more folds than samples
 * @example for (const { train, test } of kFold(100, { k: 4 })) { ... }
 */
export function kFold(length: number, options?: FoldOptions): Split[] {
  const where = 'kFold';
  checkLength(where, length);
  const { k, shuffle, seed, repeats } = foldPlan(where, optionsOf(where, options), length, 'samples');
  return Array.from({ length: repeats }, (_, repeat) => {
    const order = shuffle
      ? permutation(length, hashKey(seed, where, repeat))
      : Uint32Array.from({ length }, (_, i) => i);
    return splitsOf(inRuns(order, k), k);
  }).flat();
}

/** The fold of each sample, where folds take samples in an order. */
function inRuns(order: Uint32Array, k: number): Uint32Array {
  const { length } = order;
  const foldOf = new Uint32Array(length);
  const [size, larger] = [Math.floor(length / k), length % k];
  let at = 0;
  for (let fold = 0; fold < k; fold++) {
    const end = at + size + (fold < larger ? 1 : 0);
    for (; at < end; at++) foldOf[order[at] as number] = fold;
  }
  return foldOf;
}
