/** The debug mode: every kernel's result is looked at, and the first NaN stops the run with the names of op and layer. */
import type { FloatArray } from '../../kernels/contract.ts';
import { NumericError } from '../errors.ts';

let enabled = false;

/**
 * Switches the debug mode on or off: the first op whose result holds a NaN while its inputs held none throws, naming
 * the op, the layer that called it, and the place. Runs become slower; results stay the same. Default off.
 * @throws NumericError from the running op, function or `fit`, before any weight is changed by it
 * @example debug(true); await net.fit(x, y); // NumericError: NaN made by 'log' in layer 'dense_1' ...
 */
export function debug(on = true): void {
  enabled = on;
}

/** @internal */
export function debugging(): boolean {
  return enabled;
}

/**
 * @internal What was not there before: a NaN among the outputs of a step. Inputs tell whether it came from outside.
 * @param label the op, and the layer that called it
 */
export function refuseNaN(
  label: string,
  inputs: readonly (FloatArray | undefined)[],
  outputs: readonly FloatArray[],
): void {
  for (const output of outputs) {
    const position = firstNaN(output);
    if (position < 0) continue;
    // An output may have taken over its input's memory; what stood there was looked at when it was made.
    const source = inputs.findIndex(
      (input) => input !== undefined && !sameMemory(input, output) && firstNaN(input) >= 0,
    );
    throw new NumericError(
      source < 0
        ? `debug: NaN made by ${label}: element ${position} of its result. Its inputs hold no NaN: look for 0/0, the log or root of a negative number, or infinities that cancel.`
        : `debug: NaN in input ${source} of ${label}. It came from outside the run: from the data, a weight or a state.`,
      { where: label, got: NaN },
    );
  }
}

function sameMemory(a: FloatArray, b: FloatArray): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset;
}

function firstNaN(values: FloatArray): number {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return i;
  return -1;
}
