/** One signal of several: what `AbortSignal.any` does, which Node 20.0 and older browsers lack. */
import { ArgumentError, describeValue } from '../errors.ts';

/** @internal */
export interface JoinedSignals {
  /** Aborted with the reason of the first one that is. */
  readonly signal: AbortSignal;
  /** Aborts it from here; of several reasons the first counts. */
  readonly abort: (reason: unknown) => void;
  /** Ends the listening, so that signals that live long do not keep what they would have ended. */
  readonly release: () => void;
}

/** @internal @throws ArgumentError for anything but signals */
export function joinSignals(where: string, signals: readonly (AbortSignal | undefined)[]): JoinedSignals {
  const controller = new AbortController();
  const given = signals.filter((one) => one !== undefined);
  for (const signal of given) checkSignal(where, signal);
  const heard = given.map((signal) => ({ signal, act: () => controller.abort(signal.reason) }));
  for (const { signal, act } of heard) {
    if (signal.aborted) act();
    else signal.addEventListener('abort', act, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const { signal, act } of heard) signal.removeEventListener('abort', act);
    },
  };
}

/** @internal @throws ArgumentError for anything but a signal, or none */
export function checkSignal(where: string, signal: unknown): void {
  if (signal === undefined) return;
  const { addEventListener, aborted, signal: inner } = Object(signal) as Readonly<Record<string, unknown>>;
  if (typeof addEventListener === 'function' && typeof aborted === 'boolean') return;
  throw new ArgumentError(
    `${where}: the signal is ${inner === undefined ? describeValue(signal) : 'a controller'}. Give that of an AbortController: controller.signal.`,
    { where, got: signal },
  );
}
