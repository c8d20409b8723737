/** Folds that part no group and have of each class what that allows. Source: scikit-learn `StratifiedGroupKFold`. */
import { ArgumentError, optionsOf } from '../../errors.ts';
import { Random } from '../random.ts';
import {
  checkClasses,
  checkLength,
  foldPlan,
  readLabels,
  splitsOf,
  warnOfRare,
  type Coded,
  type FoldOptions,
  type Labels,
  type Split,
} from './split.ts';

/**
 * Splits samples into k folds such that all samples of a group are in one, and each has the classes in the proportion of
 * the whole as far as the groups allow; each split tests one fold. The group whose samples are spread least evenly over
 * the classes goes first, each into the fold with which the shares that folds have of a class then deviate least, in the
 * mean over classes; where that is level, into the fold that has the fewest samples.
 * @param labels one per sample: numbers, strings, or one-hot rows
 * @param groups one per sample: numbers or strings
 * @param options k 5, shuffle true (chance decides between groups of equal spread; false: the first one in the data), seed
 *   0, repeats 1
 * @returns k splits for each repeat
 * @throws ArgumentError for a wrong option, when there are not as many labels as groups, for more folds than different
 *   groups, and when no class has k samples; a class in fewer groups than there are folds is a warning
 * @example const splits = stratifiedGroupKFold(diagnoses, patients, { k: 4 });
 */
export function stratifiedGroupKFold(labels: Labels, groups: Labels, options?: FoldOptions): Split[] {
  const where = 'stratifiedGroupKFold';
  const classes = readLabels(where, 'the labels', labels);
  const parts = readLabels(where, 'the groups', groups);
  checkPairs(where, classes, parts);
  checkLength(where, classes.codes.length);
  const { k, shuffle, seed, repeats } = foldPlan(where, optionsOf(where, options), parts.counts.length, 'groups');
  checkClasses(where, classes, k);
  const table = countsIn(classes, parts);
  const holders = classes.counts.map((_, one) => table.filter((counts) => counts[one] !== 0).length);
  warnOfRare(where, classes.names, holders, 'groups', k);
  const spreads = table.map((counts) => scatter(counts.length, sumOf(counts), squaresOf(counts)));
  return Array.from({ length: repeats }, (_, repeat) => {
    const order = [...table.keys()];
    if (shuffle) new Random(seed, where, repeat).shuffle(order);
    order.sort((a, b) => (spreads[b] as number) - (spreads[a] as number));
    const foldOfGroup = placed(order, table, classes.counts, k);
    return splitsOf(
      parts.codes.map((code) => foldOfGroup[code] as number),
      k,
    );
  }).flat();
}

/** The fold of each group. @param table samples of [group][class] @param totals samples of each class */
function placed(
  order: readonly number[],
  table: readonly (readonly number[])[],
  totals: readonly number[],
  k: number,
): number[] {
  const folds = Array.from({ length: k }, () => totals.map(() => 0)); // samples of [fold][class]
  const sizes = new Array<number>(k).fill(0);
  const sums = totals.map(() => 0); // over folds, of each class
  const squares = totals.map(() => 0);
  const foldOf: number[] = [];
  for (const group of order) {
    const added = table[group] as readonly number[];
    const deviations = folds.map((fold) => {
      let total = 0;
      for (let c = 0; c < totals.length; c++) {
        const more = added[c]!;
        total += Math.sqrt(scatter(k, sums[c]! + more, squares[c]! + more * (2 * fold[c]! + more))) / totals[c]!;
      }
      return total / (k * totals.length);
    });
    const best = lowest(deviations, sizes);
    const fold = folds[best] as number[];
    for (let c = 0; c < totals.length; c++) {
      const more = added[c]!;
      sums[c]! += more;
      squares[c]! += more * (2 * fold[c]! + more);
      fold[c]! += more;
      sizes[best]! += more;
    }
    foldOf[group] = best;
  }
  return foldOf;
}

/**
 * n² times the variance of n counts: a whole number, so that folds that are level have the same one. Those of scikit-learn
 * differ in last bits then, which decide a third of random draws.
 */
function scatter(n: number, sum: number, squares: number): number {
  return n * squares - sum * sum;
}

/** The fold with the lowest deviation; of nearly equal ones, by the margins of NumPy's `isclose`, that of fewer samples. */
function lowest(deviations: readonly number[], sizes: readonly number[]): number {
  let best = 0;
  for (let fold = 1; fold < deviations.length; fold++) {
    const [found, least] = [deviations[fold] as number, deviations[best] as number];
    const isLevel = Math.abs(found - least) <= 1e-8 + 1e-5 * least;
    if (found < least || (isLevel && (sizes[fold] as number) < (sizes[best] as number))) best = fold;
  }
  return best;
}

/** Samples of each class in each group: [group][class]. */
function countsIn(classes: Coded, groups: Coded): number[][] {
  const table = groups.counts.map(() => classes.counts.map(() => 0));
  for (const [sample, group] of groups.codes.entries()) {
    const counts = table[group] as number[];
    const code = classes.codes[sample] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return table;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const squaresOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count * count, 0);

function checkPairs(where: string, classes: Coded, groups: Coded): void {
  const [count, expected] = [groups.codes.length, classes.codes.length];
  if (count === expected) return;
  throw new ArgumentError(
    `${where}: there are groups of ${count} samples and labels of ${expected}. Give a group and a label for each sample.`,
    { where, got: count, expected },
  );
}
