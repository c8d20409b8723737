/** What stands behind the last newline of a journal: half a line, a whole one, or what makes the file something else. */
import { isPythonJson } from '../io/json-syntax.ts';

/** What Optuna's journals and ours begin with. */
const BEGINNING: Uint8Array = /* @__PURE__ */ new TextEncoder().encode('{"op_code":0,"worker_id":"');

/**
 * - `whole`: JSON that only the newline is missing of. No part of a line is JSON, so that nothing is missing else;
 * - `torn`: what a process that was killed, or a power cut, left of a line;
 * - `foreign`: at the beginning of a file, what no part of a journal's first line is.
 *
 * @param isFirst whether no line comes before
 */
export function kindOfTail(tail: Uint8Array, isFirst: boolean): 'whole' | 'torn' | 'foreign' {
  if (isPythonJson(tail)) return 'whole';
  return isFirst && !isTornBeginning(tail) ? 'foreign' : 'torn';
}

/** A power cut may leave zeros in the place of what was not written yet. */
function isTornBeginning(tail: Uint8Array): boolean {
  const zero = tail.indexOf(0);
  const length = zero < 0 ? tail.length : zero;
  if (!BEGINNING.subarray(0, length).every((byte, i) => tail[i] === byte)) return false;
  // What is written as JSON has no control characters.
  return tail.every((byte, i) => (i < length ? byte >= 0x20 : byte === 0));
}
