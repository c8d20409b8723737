/** Samples to train on and samples to test with. Source: scikit-learn `train_test_split`. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  checkFlag,
  checkLengths,
  checkOptions,
  checkSeed,
  randomOrder,
  readColumns,
  readSamples,
  takeRows,
  type Columnar,
  type DataArray,
} from './array.ts';

export interface TrainTestSplitOptions {
  /** A fraction (rounded up), or a number of samples. Default: what `trainSize` leaves, or 0.25. */
  readonly testSize?: number;
  /** A fraction (rounded down), or a number of samples. Default: what `testSize` leaves. */
  readonly trainSize?: number;
  /** Default true; false cuts the data in order. */
  readonly shuffle?: boolean;
  /** The same seed gives the same split. Default 0. */
  readonly seed?: number;
  /** Labels, one per sample: each part gets its share of each label. Default none. */
  readonly stratify?: DataArray;
}

/** For each array its part to train on, then its part to test with. */
export type TrainTestSplit<Arrays extends readonly unknown[]> = Arrays extends readonly [unknown, ...infer Rest]
  ? [Tensor, Tensor, ...TrainTestSplit<Rest>]
  : Arrays extends readonly []
    ? []
    : Tensor[];

/**
 * Splits arrays into a part to train on and a part to test with, alike for all of them.
 * @param arrays with one row per sample each
 * @param options testSize 0.25, trainSize the rest, shuffle true, seed 0, stratify none
 * @returns the two parts of the first array, of the second, ...
 * @throws ArgumentError for sizes that leave a part empty or do not fit, labels with fewer than two samples, and arrays of different lengths
 * @example const [xTrain, xTest, yTrain, yTest] = data.trainTestSplit([x, y], { testSize: 0.2, stratify: y });
 */
export function trainTestSplit<const Arrays extends readonly DataArray[]>(
  arrays: Arrays,
  options: TrainTestSplitOptions = {},
): TrainTestSplit<Arrays> {
  const where = 'trainTestSplit';
  checkOptions(where, options);
  const { shuffle = true, seed = 0, stratify } = options;
  checkFlag(where, 'shuffle', shuffle);
  checkSeed(where, seed);
  const columns = readColumns(where, arrays);
  const length = columns[0]?.shape[0] ?? 0;
  const { train, test } = sizes(where, length, options);
  if (stratify !== undefined && !shuffle) {
    throw new ArgumentError(`${where}: stratify needs shuffle; leave one of them out.`, { where });
  }
  const order = shuffle ? randomOrder(where, length, seed) : Uint32Array.from({ length }, (_, index) => index);
  const parts =
    stratify === undefined
      ? [order.subarray(0, train), order.subarray(train, train + test)]
      : stratified(where, readLabels(where, stratify, columns), order, train, test);
  return columns.flatMap((one) => parts.map((rows) => takeRows(one, rows))) as TrainTestSplit<Arrays>;
}

function sizes(where: string, length: number, options: TrainTestSplitOptions): { train: number; test: number } {
  const { testSize, trainSize } = options;
  const count = (name: string, value: number | undefined, round: (x: number) => number): number | undefined => {
    if (value === undefined) return undefined;
    const isFraction = typeof value === 'number' && value > 0 && value < 1;
    const isCount = Number.isInteger(value) && value >= 1 && value < length;
    if (isFraction || isCount) return isFraction ? round(value * length) : value;
    throw new ArgumentError(
      `${where}: ${name} is ${describeValue(value)} of ${length} samples. Give a fraction between 0 and 1, or an integer from 1 to ${length - 1}.`,
      { where, got: value },
    );
  };
  const givenTest = count('testSize', testSize, Math.ceil);
  const givenTrain = count('trainSize', trainSize, Math.floor);
  const test = givenTest ?? (givenTrain === undefined ? Math.ceil(length * 0.25) : length - givenTrain);
  const train = givenTrain ?? length - test;
  if (train >= 1 && test >= 1 && train + test <= length) return { train, test };
  throw new ArgumentError(
    `${where}: ${length} samples cannot give ${train} to train on and ${test} to test with. Each part needs at least one, and both together no more than there are.`,
    { where, got: { train, test }, expected: length },
  );
}

function readLabels(where: string, stratify: DataArray, columns: readonly Columnar[]): ArrayLike<number> {
  const labels = readSamples(where, 'stratify', stratify);
  const length = checkLengths(where, [...columns, labels]);
  if (labels.data.length === length) return labels.data;
  throw new ArgumentError(
    `${where}: stratify has ${labels.data.length} values for ${length} samples. Give one label per sample.`,
    { where, got: labels.shape },
  );
}

// Shares of each label first, then the samples of each label in the random order that there is.
function stratified(
  where: string,
  labels: ArrayLike<number>,
  order: Uint32Array,
  train: number,
  test: number,
): [Uint32Array, Uint32Array] {
  const groups = new Map<number, number[]>();
  for (const sample of order) {
    const label = labels[sample] as number;
    const group = groups.get(label);
    if (group) group.push(sample);
    else groups.set(label, [sample]);
  }
  const lone = [...groups].find(([, samples]) => samples.length < 2);
  if (lone) {
    throw new ArgumentError(
      `${where}: the label ${lone[0]} has one sample; stratify needs at least two of each label.`,
      { where, got: lone[0] },
    );
  }
  if (Math.min(train, test) < groups.size) {
    throw new ArgumentError(
      `${where}: parts of ${train} and ${test} samples cannot hold all ${groups.size} labels. Leave stratify out, or make the smaller part larger.`,
      { where, got: { train, test }, expected: groups.size },
    );
  }
  const counts = [...groups.values()].map((samples) => samples.length);
  const inTrain = shares(counts, train);
  const inTest = shares(
    counts.map((count, i) => count - (inTrain[i] ?? 0)),
    test,
  );
  const first = new Set<number>();
  const second = new Set<number>();
  [...groups.values()].forEach((samples, i) => {
    const cut = inTrain[i] ?? 0;
    for (const sample of samples.slice(0, cut)) first.add(sample);
    for (const sample of samples.slice(cut, cut + (inTest[i] ?? 0))) second.add(sample);
  });
  return [order.filter((sample) => first.has(sample)), order.filter((sample) => second.has(sample))];
}

/** How many of each label are among `draws`: the whole shares, then one more for the largest remainders. */
function shares(counts: readonly number[], draws: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count * draws) / total);
  const result = exact.map(Math.floor);
  const rest = draws - result.reduce((sum, count) => sum + count, 0);
  // Labels come in the random order of their first samples, so a tie falls to a random one.
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { index } of byRemainder.slice(0, rest)) result[index] = (result[index] ?? 0) + 1;
  return result;
}
