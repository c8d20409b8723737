/** What chooses the values of parameters. */
import type { Distribution } from './distribution.ts';
import type { Random } from './random.ts';
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** What a sampler may look at. Its answer depends on this alone, so that the same history asks the same points. */
export interface SamplingContext {
  readonly directions: readonly Direction[];
  /** The other trials, by number: finished, pruned, failed, running, waiting. */
  readonly trials: readonly TrialRecord[];
  /** All trials of the study by number, this one too. */
  readonly all: readonly TrialRecord[];
  /** The trial that values are for; its parameters so far are in it. */
  readonly trial: TrialRecord;
  /** Random numbers of this trial alone, for this use. */
  readonly random: Random;
}

export interface Sampler {
  /** As in messages: `tpe`. */
  readonly name: string;
  /** An integer; with the trial's number it makes the random numbers. Default: 0. */
  readonly seed: number;
  /**
   * Values for the parameters that the trial will probably ask for, chosen together when the trial begins: what an
   * objective asks for beside them goes to `sample`.
   * @returns numbers as in `TrialRecord.internalParams`
   */
  sampleJoint?(context: SamplingContext): ReadonlyMap<string, JointValue>;
  /** A value for one parameter. @returns a number that `contains` accepts */
  sample(context: SamplingContext, name: string, distribution: Distribution): number;
  /** How many new trials there are points for: with none, `optimize` ends. Default: any number. */
  pointsLeft?(trials: readonly TrialRecord[]): number;
}

/** A value that was chosen before the parameter was asked for: it holds if the parameter is what it was taken for. */
export interface JointValue {
  readonly internal: number;
  readonly distribution: Distribution;
}

/** Options that every sampler takes. */
export interface SamplerOptions {
  /** An integer: the same seed, the same points. Default: 0. */
  readonly seed?: number;
}
