import { ArgumentError, describeValue } from '../../errors.ts';

/** @throws ArgumentError unless the option is an integer of at least `least` */
export function checkCount(where: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  refuse(where, name, value, `an integer of at least ${least}`);
}

/** @throws ArgumentError unless the option is a number from `least` to `most` */
export function checkNumber(where: string, name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  refuse(where, name, value, most === Infinity ? `a number of at least ${least}` : `a number from ${least} to ${most}`);
}

function refuse(where: string, name: string, value: unknown, wanted: string): never {
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give ${wanted}.`, { where, got: value });
}
