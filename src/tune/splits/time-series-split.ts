/** Splits that train on the past and test with what follows. Source: scikit-learn `TimeSeriesSplit`. */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import { checkLength, type Split } from './split.ts';

/** Options of `timeSeriesSplit`. */
export interface TimeSeriesOptions {
  /** Splits. Default: 5. */
  readonly k?: number;
  /** Samples between those that are trained on and those that are tested, in none of both. Default: 0. */
  readonly gap?: number;
  /** Samples of each test. Default: `length / (k + 1)`, rounded down. */
  readonly testSize?: number;
  /** The most samples to train on, the last ones before the test. Default: all. */
  readonly maxTrainSize?: number;
}

/**
 * Splits samples in the order of time: the last `k * testSize` of them are k tests, one after the other, and each is
 * trained for on what came before it.
 * @param length number of samples, the oldest first
 * @param options k 5, gap 0, testSize length / (k + 1), maxTrainSize all
 * @throws ArgumentError for a wrong option, and when nothing is left to train on
 * @example timeSeriesSplit(6, { k: 2 }) // trains on 0, 1 and tests 2, 3; trains on 0 to 3 and tests 4, 5
 */
export function timeSeriesSplit(length: number, options?: TimeSeriesOptions): Split[] {
  const where = 'timeSeriesSplit';
  checkLength(where, length);
  const { k = 5, gap = 0, testSize, maxTrainSize } = optionsOf(where, options);
  for (const [name, value, least] of [
    ['k', k, 2],
    ['gap', gap, 0],
    ['testSize', testSize, 1],
    ['maxTrainSize', maxTrainSize, 1],
  ] as const) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give an integer of at least ${least}.`, {
      where,
      got: value,
    });
  }
  const size = testSize ?? Math.floor(length / (k + 1));
  const first = length - k * size;
  if (size === 0 || first - gap <= 0) {
    throw new ArgumentError(
      `${where}: ${k} tests of ${Math.max(1, size)} samples${gap > 0 ? ` and a gap of ${gap}` : ''} leave none of ${length} to train on. Make fewer or smaller tests.`,
      { where, got: length },
    );
  }
  return Array.from({ length: k }, (_, index) => {
    const begin = first + index * size;
    const end = begin - gap;
    return { train: range(Math.max(0, end - (maxTrainSize ?? end)), end), test: range(begin, begin + size) };
  });
}

function range(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, index) => from + index);
}
