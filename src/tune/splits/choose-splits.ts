/** Which way to split a cross-validation takes. */
import { ArgumentError, describeValue } from '../../errors.ts';
import { groupKFold } from './group-k-fold.ts';
import { kFold } from './k-fold.ts';
import { readLabels, type FoldOptions, type Labels, type Split } from './split.ts';
import { stratifiedGroupKFold } from './stratified-group-k-fold.ts';
import { stratifiedKFold } from './stratified-k-fold.ts';
import { timeSeriesSplit, type TimeSeriesOptions } from './time-series-split.ts';

/** How samples are split; by default in k folds. */
export interface SplitChoice extends FoldOptions {
  /** Every fold has its share of each class: true for those of y, or labels, one per sample. Default: false. */
  readonly stratified?: boolean | Labels;
  /**
   * Numbers or strings, one per sample: no group is parted. With `stratified`, folds have of each class what the groups
   * allow. Default: none.
   */
  readonly groups?: Labels;
  /** Trains on the past and tests with what follows; samples stand in the order of time. Default: false. */
  readonly timeSeries?: boolean | Omit<TimeSeriesOptions, 'k'>;
  /**
   * Splits of one's own, in place of all the above. No sample of a test is trained on; one that is named several times, as
   * in a bootstrap, counts as often.
   */
  readonly splits?: readonly Split[];
}

/** @internal The splits of `length` samples with the targets y. @throws ArgumentError for options that exclude each other */
export function chooseSplits(where: string, length: number, y: unknown, choice: SplitChoice): readonly Split[] {
  const { stratified = false, groups, timeSeries = false, splits, k, shuffle, seed, repeats } = choice;
  const byLabels = stratified === false ? 'groups' : groups === undefined ? 'stratified' : 'stratified with groups';
  const ways = {
    [byLabels]: stratified !== false || groups !== undefined,
    timeSeries: timeSeries !== false,
    splits: splits !== undefined,
  };
  const taken = Object.entries(ways).filter(([, isTaken]) => isTaken);
  if (taken.length > 1) {
    throw new ArgumentError(
      `${where}: ${taken.map(([name]) => name).join(' and ')} exclude each other. Give one of them, or splits of your own.`,
      { where },
    );
  }
  if (splits !== undefined) return checkSplits(where, splits, length);
  const options = withoutUndefined({ k, shuffle, seed, repeats });
  if (timeSeries !== false) {
    if (repeats !== undefined || shuffle === true) {
      throw new ArgumentError(
        `${where}: a time series has one order, which shuffle and repeats would break. Leave them out.`,
        { where },
      );
    }
    return timeSeriesSplit(length, { ...(timeSeries === true ? {} : timeSeries), ...withoutUndefined({ k }) });
  }
  if (groups !== undefined) checkLabels(where, 'groups', groups, length);
  if (stratified === false) return groups === undefined ? kFold(length, options) : groupKFold(groups, options);
  const labels = stratified === true ? y : stratified;
  checkLabels(where, stratified === true ? 'y, by which stratified splits,' : 'stratified', labels, length);
  return groups === undefined ? stratifiedKFold(labels, options) : stratifiedGroupKFold(labels, groups, options);
}

function withoutUndefined<Options extends object>(
  options: Options,
): { [Key in keyof Options]: Exclude<Options[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function checkLabels(where: string, name: string, labels: unknown, length: number): asserts labels is Labels {
  const count = readLabels(where, name, labels).codes.length;
  if (count === length) return;
  throw new ArgumentError(`${where}: ${name} has ${count} labels for ${length} samples. Give one per sample.`, {
    where,
    got: count,
    expected: length,
  });
}

function checkSplits(where: string, splits: unknown, length: number): readonly Split[] {
  const isSamples = (one: unknown): one is ArrayLike<number> =>
    (Array.isArray(one) || one instanceof Uint32Array || one instanceof Int32Array) &&
    one.length > 0 &&
    [...(one as ArrayLike<number> & Iterable<unknown>)].every(
      (sample) => Number.isSafeInteger(sample) && (sample as number) >= 0 && (sample as number) < length,
    );
  const list = Array.isArray(splits) ? (splits as readonly unknown[]) : [];
  const made = list.map((one, index) => {
    const { train, test } = Object(one) as { readonly train?: unknown; readonly test?: unknown };
    if (isSamples(train) && isSamples(test)) {
      checkApart(where, index, new Set(Uint32Array.from(train)), test);
      return { train: Uint32Array.from(train), test: Uint32Array.from(test) };
    }
    throw new ArgumentError(
      `${where}: split ${index} is ${describeValue(one)}. Give { train, test } with the numbers of samples, from 0 to ${length - 1}, at least one each.`,
      { where, got: one },
    );
  });
  if (made.length >= 2) return made;
  throw new ArgumentError(`${where}: splits are ${describeValue(splits)}. Give a list of at least two.`, {
    where,
    got: splits,
  });
}

function checkApart(where: string, split: number, trained: ReadonlySet<number>, test: ArrayLike<number>): void {
  const both = Array.from(test).find((sample) => trained.has(sample));
  if (both === undefined) return;
  throw new ArgumentError(
    `${where}: split ${split} trains on sample ${both} and tests with it, so that its score would say nothing of new samples. Leave it out of train or of test.`,
    { where, got: both },
  );
}
