/** What a split of samples is, and what all ways to split share. */
import { warn } from '../../console.ts';
import { ArgumentError, describeValue } from '../../errors.ts';
import { readArray, type DataArray } from '../../data/array.ts';

/** Samples to train on and samples to test with, in rising order. */
export interface Split {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** Options of splits into folds of which each is tested once. */
export interface FoldOptions {
  /** Folds. Default: 5. */
  readonly k?: number;
  /** Whether chance decides which samples make a fold. Default: true. */
  readonly shuffle?: boolean;
  /** An integer: the same seed, the same folds. Default: 0. */
  readonly seed?: number;
  /** How often all samples are split anew; needs `shuffle`. Default: 1. */
  readonly repeats?: number;
}

/** Something per sample: numbers (for classes also one-hot rows), or strings. */
export type Labels = Exclude<DataArray, number | boolean> | readonly string[];

/** @internal The options with their defaults. @throws ArgumentError */
export interface FoldPlan {
  readonly k: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly repeats: number;
}

/** @internal @throws ArgumentError for a wrong option, and for more folds than there are samples or groups */
export function foldPlan(where: string, options: FoldOptions, count: number, noun: string): FoldPlan {
  const { k = 5, shuffle = true, seed = 0, repeats = 1 } = options;
  const refuse = (name: string, value: unknown, rule: string): never => {
    throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. ${rule}`, { where, got: value });
  };
  if (!Number.isSafeInteger(k) || k < 2) refuse('k', k, 'Give an integer of at least 2.');
  if (k > count) refuse('k', k, `There are ${count} ${noun}, and each fold needs one.`);
  if (typeof shuffle !== 'boolean') refuse('shuffle', shuffle, 'Give true or false.');
  if (!Number.isSafeInteger(seed)) refuse('the seed', seed, 'Give an integer.');
  if (!Number.isSafeInteger(repeats) || repeats < 1) refuse('repeats', repeats, 'Give an integer of at least 1.');
  if (repeats > 1 && !shuffle) refuse('shuffle', shuffle, 'Without it all repeats are alike.');
  return { k, shuffle, seed, repeats };
}

/** @internal @throws ArgumentError unless it is a number of samples */
export function checkLength(where: string, length: unknown): void {
  if (Number.isSafeInteger(length) && (length as number) >= 2) return;
  throw new ArgumentError(
    `${where}: the number of samples is ${describeValue(length)}. Give an integer of at least 2.`,
    { where, got: length },
  );
}

/** @internal The splits that test one fold after another. @param foldOf the fold of each sample */
export function splitsOf(foldOf: Uint32Array, k: number): Split[] {
  return Array.from({ length: k }, (_, fold) => {
    const samples = Uint32Array.from(foldOf.keys());
    return {
      train: samples.filter((sample) => foldOf[sample] !== fold),
      test: samples.filter((sample) => foldOf[sample] === fold),
    };
  });
}

/** @internal Labels as numbers from 0, in the order in which they come first. */
export interface Coded {
  readonly codes: Uint32Array;
  /** How many samples each has. */
  readonly counts: readonly number[];
  /** As in messages. */
  readonly names: readonly string[];
}

/** @internal @throws ArgumentError for what is neither numbers nor strings, one per sample */
export function readLabels(where: string, name: string, labels: unknown): Coded {
  const values = isStrings(labels) ? labels : numbersIn(where, name, labels);
  const seen = new Map<unknown, number>();
  const counts: number[] = [];
  const codes = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const code = seen.get(values[i]) ?? seen.size;
    seen.set(values[i], code);
    codes[i] = code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return { codes, counts, names: [...seen.keys()].map(describeValue) };
}

/** @internal @throws ArgumentError when no class has a sample for each of k folds */
export function checkClasses(where: string, { counts }: Coded, k: number): void {
  const largest = counts.reduce((most, count) => Math.max(most, count), 0);
  if (largest >= k) return;
  throw new ArgumentError(
    `${where}: none of the ${counts.length} classes has ${k} samples, the largest has ${largest}. Make fewer folds, or, if the targets are no classes, leave stratified out.`,
    { where, got: largest, expected: k },
  );
}

/** @internal Warns of the first class that has too few of what is not parted to be in every fold. */
export function warnOfRare(
  where: string,
  names: readonly string[],
  counts: readonly number[],
  noun: string,
  k: number,
): void {
  const rare = counts.findIndex((count) => count < k);
  if (rare < 0) return;
  warn(
    `gradtape: ${where}: the class ${names[rare]} has ${counts[rare]} ${noun}; some of the ${k} folds have none of it.`,
  );
}

function isStrings(labels: unknown): labels is readonly string[] {
  return Array.isArray(labels) && labels.length > 0 && labels.every((one) => typeof one === 'string');
}

function numbersIn(where: string, name: string, labels: unknown): ArrayLike<number> {
  const { data, shape } = readArray(where, name, labels);
  const [samples = 0, ...rest] = shape;
  const width = rest.reduce((product, size) => product * size, 1);
  if (shape.length > 0 && width === 1) return data;
  const rows =
    shape.length === 2 ? Array.from({ length: samples }, (_, row) => hotPlace(data, row * width, width)) : [];
  if (rows.length > 0 && !rows.includes(-1)) return rows;
  throw new ArgumentError(
    `${where}: ${name} are of shape [${shape.join(', ')}]. Give one label per sample, or one-hot rows of classes.`,
    { where, got: shape },
  );
}

/** Where the 1 among zeros is; -1 for other numbers. */
function hotPlace(data: ArrayLike<number>, from: number, width: number): number {
  let place = -1;
  for (let i = 0; i < width; i++) {
    const value = data[from + i] as number;
    if (value === 0) continue;
    if (value !== 1 || place >= 0) return -1;
    place = i;
  }
  return place;
}
