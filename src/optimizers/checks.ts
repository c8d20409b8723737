/** Checks of numbers among the options of optimizers and schedules. */
import { ArgumentError, describeValue } from '../errors.ts';

/**
 * @internal
 * @param passes asked of numbers only: other values cannot even be compared
 * @throws ArgumentError unless the option is a finite number that passes its test
 */
export function checkNumber(where: string, name: string, value: number, passes: () => boolean, rule: string): void {
  if (typeof value === 'number' && Number.isFinite(value) && passes()) return;
  throw new ArgumentError(
    `${where}: ${name} is ${typeof value === 'number' ? String(value) : describeValue(value)}. Give ${rule}.`,
    { where, got: value },
  );
}

/** @internal @throws ArgumentError unless the option is an integer of at least `least` */
export function checkInteger(where: string, name: string, value: number, least: number): void {
  checkNumber(where, name, value, () => Number.isInteger(value) && value >= least, `an integer of at least ${least}`);
}
