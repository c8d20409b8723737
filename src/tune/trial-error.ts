/** Errors of objectives that come from another thread or machine. */
import { unpackError, type PackedError } from '../workers/packed-error.ts';
import { TrialPruned } from './trial.ts';

const CLASSES = /* @__PURE__ */ new Map([['TrialPruned', TrialPruned]]);

/** @returns an error of the class that it had where it was thrown, or an Error with its name */
export function unpackTrialError(packed: PackedError): Error {
  return unpackError(packed, CLASSES);
}
