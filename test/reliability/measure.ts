/** What every measure of the scoreboard gives, and how large its samples are. */

export interface Measured {
  /** The measured figure, in words, with what it was measured on. */
  readonly figure: string;
  /** Whether the target holds for all that was measured; undefined when nothing could be. */
  readonly met: boolean | undefined;
  /** The part of the target that nothing measures yet, and why. */
  readonly missing?: string;
  /** How many cases each part had, where the target asks for a number of them. */
  readonly cases?: number;
  /** The figures as numbers, and what failed. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** How much each measure does. */
export interface Counts {
  /** Cases of each op's gradient. */
  readonly gradients: number;
  /** Cases of each op on small integers. */
  readonly integers: number;
  /** Cases of each op on real numbers, for the error of devices. */
  readonly reals: number;
  /** Float32 numbers of each binary exponent. */
  readonly perExponent: number;
  /** A6: tests against fixtures of real Keras, which `npm test` runs all. */
  readonly kerasTests: number;
  /** Training steps, and as many that throw. */
  readonly steps: number;
  /** Training steps of the long run. */
  readonly soak: number;
  /** Wrong calls. */
  readonly calls: number;
  /** Trainings whose weights are compared. */
  readonly runs: number;
  /** Mutated files for each reader. */
  readonly files: number;
  /** Processes killed while they save. */
  readonly kills: number;
  /** Records that each of some processes appends to one journal. */
  readonly appends: number;
  /** Times that one of those processes is killed. */
  readonly appendKills: number;
  /** D4: threads that are ended in the midst of training. */
  readonly threadDeaths: number;
  /** B2: how many numbers of threads are tried, and the longest pause before a part, in milliseconds. */
  readonly threadCounts: number;
  readonly partDelay: number;
  /** Bits flipped on the disk. */
  readonly flips: number;
  /** Times that each training is killed. */
  readonly resumes: number;
  /** Files that would need much memory, at most. */
  readonly bombs: number;
}

/** `quick` is for every change, `normal` meets the targets for one, `deep` those for a release. */
export type Mode = 'quick' | 'normal' | 'deep';

export const countsOf: Readonly<Record<Mode, Counts>> = {
  quick: {
    gradients: 50,
    integers: 50,
    reals: 5,
    perExponent: 20,
    kerasTests: 3,
    steps: 1_000,
    soak: 10_000,
    calls: 10_000,
    runs: 2,
    files: 5_000,
    kills: 60,
    appends: 100,
    appendKills: 16,
    threadDeaths: 10,
    // The test of the golden bits tries all of them at every change.
    threadCounts: 2,
    partDelay: 0.005,
    flips: 1_000,
    resumes: 3,
    bombs: 5,
  },
  normal: {
    gradients: 200,
    integers: 1_000,
    reals: 20,
    perExponent: 200,
    kerasTests: 7,
    steps: 2_000,
    soak: 20_000,
    calls: 20_000,
    runs: 10,
    files: 20_000,
    kills: 200,
    appends: 1_000,
    appendKills: 100,
    threadDeaths: 50,
    threadCounts: 5,
    partDelay: 0.02,
    flips: 10_000,
    resumes: 20,
    bombs: 1_000,
  },
  deep: {
    gradients: 10_000,
    integers: 1_000,
    reals: 200,
    perExponent: 2_000,
    kerasTests: 7,
    steps: 20_000,
    soak: 100_000,
    calls: 100_000,
    runs: 10,
    files: 1_000_000,
    kills: 1_000,
    appends: 1_000,
    appendKills: 100,
    threadDeaths: 50,
    threadCounts: 5,
    partDelay: 0.02,
    flips: 10_000,
    resumes: 20,
    bombs: 1_000,
  },
};

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
