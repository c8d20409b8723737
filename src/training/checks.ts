/** Options that fit, evaluate and predict share, checked before anything runs. */
import { checkSignal } from './join-signals.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import type { Callback } from './callback.ts';

/** What these calls have in common. */
export interface RunOptions {
  readonly batchSize?: number | undefined;
  readonly verbose?: 0 | 1 | 2 | 'auto' | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ArgumentError unless the options are an object, and no array that came in their place */
export function checkOptionsObject(where: string, options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options) && !('shape' in options)) return;
  throw new ArgumentError(`${where}: the options are ${describeValue(options)}. Give an object, or leave them out.`, {
    where,
    got: options,
  });
}

/** @throws ArgumentError for an option that is not what it should be; the reason of a signal that is aborted already */
export function checkRunOptions(where: string, options: RunOptions): void {
  checkOptionsObject(where, options);
  const { batchSize, verbose, callbacks, signal } = options;
  checkWhole(where, 'batchSize', batchSize, 1);
  if (verbose !== undefined && !([0, 1, 2, 'auto'] as readonly unknown[]).includes(verbose)) {
    throw new ArgumentError(`${where}: verbose is ${describeValue(verbose)}. Give 0, 1, 2 or 'auto'.`, {
      where,
      got: verbose,
    });
  }
  if (callbacks !== undefined && !isListOfObjects(callbacks)) {
    throw new ArgumentError(
      `${where}: callbacks is ${describeValue(callbacks)}. Give a list of callbacks, such as [callbacks.earlyStopping()].`,
      { where, got: callbacks },
    );
  }
  checkSignal(where, signal);
  signal?.throwIfAborted();
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
}

/** @throws ArgumentError unless the option is left out or an integer of at least `least` */
export function checkWhole(where: string, name: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}; it must be an integer of at least ${least}.`, {
    where,
    got: value,
  });
}

/** The verbosity that an option means. */
export function verbosityOf(verbose: 0 | 1 | 2 | 'auto' | undefined): 0 | 1 | 2 {
  return verbose === undefined || verbose === 'auto' ? 1 : verbose;
}
