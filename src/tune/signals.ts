/** Signals that end trials, and how an objective that ended by one is told from one that failed. */
import { GradtapeError } from '../errors.ts';

/** Thrown in place of an objective that is ended: by its name it is what aborted work throws. */
export class Interruption extends GradtapeError {
  static override readonly errorName: string = 'AbortError';
}

/** Whether the error is the signal's doing: its reason, or an AbortError, or what either caused. */
export function isInterruption(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  const seen = new Set<unknown>();
  for (let one = error; ; one = (one as { readonly cause?: unknown }).cause) {
    if (one === signal.reason) return true;
    if (typeof one !== 'object' || one === null || seen.has(one)) return false;
    if ((one as { readonly name?: unknown }).name === 'AbortError') return true;
    seen.add(one);
  }
}
