/** Folds in which each class has its share. Source: scikit-learn `StratifiedKFold`, `RepeatedStratifiedKFold`. */
import { optionsOf } from '../../errors.ts';
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
 * Splits samples into k folds that have each class in the proportion of the whole, up to one sample; each split tests one.
 * @param labels one per sample: numbers, strings, or one-hot rows
 * @param options k 5, shuffle true (false takes each class's samples in order), seed 0, repeats 1
 * @returns k splits for each repeat
 * @throws ArgumentError for a wrong option, and when no class has k samples; one with fewer is a warning
 * @example const splits = stratifiedKFold(y, { k: 5, repeats: 3 });
 */
export function stratifiedKFold(labels: Labels, options?: FoldOptions): Split[] {
  const where = 'stratifiedKFold';
  const coded = readLabels(where, 'the labels', labels);
  checkLength(where, coded.codes.length);
  const plan = foldPlan(where, optionsOf(where, options), coded.codes.length, 'samples');
  const { k, shuffle, seed, repeats } = plan;
  checkClasses(where, coded, k);
  warnOfRare(where, coded.names, coded.counts, 'samples', k);
  const perFold = allocation(coded, k);
  return Array.from({ length: repeats }, (_, repeat) => {
    const random = shuffle ? new Random(seed, where, repeat) : undefined;
    return splitsOf(assigned(coded, perFold, random), k);
  }).flat();
}

/** How many samples of each class each fold takes: the classes in a row, every k-th sample to one fold. */
function allocation({ counts }: Coded, k: number): readonly (readonly number[])[] {
  let begin = 0;
  return counts.map((count) => {
    const taken = new Array<number>(k).fill(0);
    for (let i = begin; i < begin + count; i++) taken[i % k] = (taken[i % k] as number) + 1;
    begin += count;
    return taken;
  });
}

function assigned({ codes }: Coded, perFold: readonly (readonly number[])[], random: Random | undefined): Uint32Array {
  const folds = perFold.map((taken) => {
    const all = taken.flatMap((count, fold) => new Array<number>(count).fill(fold));
    return random ? random.shuffle(all) : all;
  });
  const next = folds.map(() => 0);
  return codes.map((code) => (folds[code] as number[])[(next[code] = (next[code] as number) + 1) - 1] as number);
}
