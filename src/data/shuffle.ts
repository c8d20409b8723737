/** Several arrays in one random order. */
import type { Tensor } from '../tensor/tensor.ts';
import { checkOptions, randomOrder, readColumns, takeRows, type DataArray } from './array.ts';

export interface ShuffleOptions {
  /** The same seed gives the same order. Default 0. */
  readonly seed?: number;
}

/**
 * The rows of all arrays in one random order: what belongs together stays together.
 * @param arrays with one row per sample each
 * @param options seed 0
 * @returns a tensor for each array
 * @throws ArgumentError for arrays of different lengths, or a seed that is no integer
 * @example const [xs, ys] = data.shuffle([x, y], { seed: 1 });
 */
export function shuffle<const Arrays extends readonly DataArray[]>(
  arrays: Arrays,
  options: ShuffleOptions = {},
): { -readonly [Index in keyof Arrays]: Tensor } {
  const where = 'shuffle';
  checkOptions(where, options);
  const columns = readColumns(where, arrays);
  const order = randomOrder(where, columns[0]?.shape[0] ?? 0, options.seed ?? 0);
  return columns.map((one) => takeRows(one, order)) as { -readonly [Index in keyof Arrays]: Tensor };
}
