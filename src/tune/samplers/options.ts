/** What samplers check of their options. */
import { ArgumentError, describeValue } from '../../errors.ts';

/** @throws ArgumentError unless the value is an integer of at least `least` */
export function checkCount(where: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give an integer of at least ${least}.`, {
    where,
    got: value,
  });
}

/** @throws ArgumentError unless the value is a number from `low` to `high` */
export function checkNumber(where: string, name: string, value: unknown, [low, high]: readonly [number, number]): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  const range = high === Infinity ? `of at least ${low}` : `from ${low} to ${high}`;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give a number ${range}.`, {
    where,
    got: value,
  });
}
