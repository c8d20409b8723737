/** What targets may be, by the loss that they are for. */
import { ArgumentError } from '../errors.ts';

/** What targets say: shares of classes along the last axis, a probability each, or any numbers. */
export type TargetKind = 'classes' | 'independent' | 'numbers';

/** How targets of one output lie. */
export interface TargetLayout {
  readonly kind: TargetKind;
  /** Name of the output, for messages. */
  readonly name: string;
  /** Classes, or other numbers of a row. */
  readonly width: number;
  /** What each sample counts; nobody asks what stands in those of 0. */
  readonly shares: ArrayLike<number>;
  /** What to do with targets that are meant as they are. */
  readonly instead: string;
}

/**
 * How far rows of probabilities may be off: the square root of the spacing of float32 at 1, as scikit-learn's log loss has
 * it. Smoothed labels and means of probabilities are off by a few roundings.
 */
const SLACK = 2 ** -11.5;

/** @throws ArgumentError for what is not finite, and for what is no probability where the log loss needs them */
export function checkTargets(where: string, values: ArrayLike<number>, layout: TargetLayout): void {
  const { kind, name, width, shares, instead } = layout;
  const perSample = values.length / shares.length;
  const refuse = (sample: number, found: string, rule: string, got: number): never => {
    throw new ArgumentError(
      `${where}: sample ${sample} has ${found} in the targets of '${name}'. ${rule} A sampleWeight of 0 leaves a sample out.`,
      { where, got },
    );
  };
  for (let sample = 0; sample < shares.length; sample++) {
    if (shares[sample] === 0) continue;
    let sum = 0;
    for (let at = sample * perSample; at < (sample + 1) * perSample; at++) {
      const value = values[at] as number;
      if (kind === 'numbers') {
        if (!Number.isFinite(value)) refuse(sample, String(value), 'Give finite numbers.', value);
        continue;
      }
      if (!(value >= -SLACK && value <= 1 + SLACK)) {
        const rule = kind === 'classes' ? 'labels, or a 1 for the class and 0 for the others' : '1 for a yes and 0 for a no'; // prettier-ignore
        refuse(sample, String(value), `The log loss takes probabilities, from 0 to 1: give ${rule}, or ${instead}.`, value); // prettier-ignore
      }
      sum += value;
      if (kind !== 'classes' || (at + 1) % width !== 0) continue;
      if (Math.abs(sum - 1) > SLACK) {
        refuse(sample, `classes that sum to ${sum}`, `The log loss takes probabilities, which sum to 1: divide them by their sum, or ${instead}.`, sum); // prettier-ignore
      }
      sum = 0;
    }
  }
}
