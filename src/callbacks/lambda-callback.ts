/** A callback made of functions. */
import { ArgumentError, optionsOf, suggestName } from '../errors.ts';
import type { Callback, CallbackHooks } from '../training/callback.ts';

// A record, so that the compiler misses a hook that is not here.
const hooks: Readonly<Record<Exclude<keyof CallbackHooks, 'runKeeper'>, true>> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTrainBatchBegin: true,
  onTrainBatchEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onTestBatchBegin: true,
  onTestBatchEnd: true,
  onPredictBegin: true,
  onPredictEnd: true,
  onPredictBatchBegin: true,
  onPredictBatchEnd: true,
  getState: true,
  setState: true,
  onTrainResume: true,
  setModel: true,
  setParams: true,
};

/**
 * A callback of the given hooks; unlike a plain object, it refuses a hook that does not exist.
 * @throws ArgumentError for an unknown hook, or one that is no function
 * @example
 * lambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) });
 */
export function lambdaCallback(functions: Callback): Callback {
  const where = 'lambdaCallback';
  optionsOf(where, functions);
  for (const [name, hook] of Object.entries(functions ?? {})) {
    if (!Object.hasOwn(hooks, name)) {
      throw new ArgumentError(`${where}: unknown hook '${name}'; ${suggestName(name, Object.keys(hooks))}`, {
        where,
        got: name,
        expected: Object.keys(hooks),
      });
    }
    if (hook !== undefined && typeof hook !== 'function') {
      throw new ArgumentError(`${where}: ${name} is ${typeof hook}; it must be a function.`, { where, got: hook });
    }
  }
  return { ...functions };
}
