/** Folds that part no group. Source: scikit-learn `GroupKFold`. */
import { optionsOf } from '../../errors.ts';
import { Random } from '../random.ts';
import { checkLength, foldPlan, readLabels, splitsOf, type FoldOptions, type Labels, type Split } from './split.ts';

/**
 * Splits samples into k folds such that all samples of a group (a patient, a writer) are in one; each split tests one
 * fold. The largest group goes first, each into the fold that has the fewest samples.
 * @param groups one per sample: numbers or strings
 * @param options k 5, shuffle true (chance decides between groups of equal size; false: the first one in the data), seed 0,
 *   repeats 1
 * @returns k splits for each repeat
 * @throws ArgumentError for a wrong option, and for more folds than groups
 * @example const splits = groupKFold(patients, { k: 4 });
 */
export function groupKFold(groups: Labels, options?: FoldOptions): Split[] {
  const where = 'groupKFold';
  const { codes, counts } = readLabels(where, 'the groups', groups);
  checkLength(where, codes.length);
  const { k, shuffle, seed, repeats } = foldPlan(where, optionsOf(where, options), counts.length, 'groups');
  return Array.from({ length: repeats }, (_, repeat) => {
    const order = [...counts.keys()];
    if (shuffle) new Random(seed, where, repeat).shuffle(order);
    order.sort((a, b) => (counts[b] as number) - (counts[a] as number));
    const foldOfGroup = packed(order, counts, k);
    return splitsOf(
      codes.map((code) => foldOfGroup[code] as number),
      k,
    );
  }).flat();
}

function packed(order: readonly number[], counts: readonly number[], k: number): number[] {
  const sizes = new Array<number>(k).fill(0);
  const foldOf: number[] = [];
  for (const group of order) {
    const lightest = sizes.indexOf(Math.min(...sizes));
    sizes[lightest] = (sizes[lightest] as number) + (counts[group] as number);
    foldOf[group] = lightest;
  }
  return foldOf;
}
