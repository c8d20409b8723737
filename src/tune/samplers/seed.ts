import { ArgumentError, describeValue } from '../../errors.ts';

/** @throws ArgumentError unless the seed is an integer */
export function checkSeed(where: string, seed: unknown): void {
  if (Number.isSafeInteger(seed)) return;
  throw new ArgumentError(`${where}: the seed is ${describeValue(seed)}. Give an integer within 2^53.`, {
    where,
    got: seed,
  });
}
