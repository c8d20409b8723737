/** What follows `npm run bench:tune --`. */

export interface TuneOptions {
  /** Problems whose name contains this; all by default. */
  readonly only: string | undefined;
  /** Whether the figures are kept in bench/results. */
  readonly save: boolean;
}

const USAGE = 'Use: npm run bench:tune -- [--only PART OF A NAME] [--save]';

/** @throws RangeError for what it does not know */
export function parseTuneOptions(args: readonly string[]): TuneOptions {
  const [first, second] = args;
  if (args.length === 0) return { only: undefined, save: false };
  if (args.length === 1 && first === '--save') return { only: undefined, save: true };
  if (args.length === 2 && first === '--only') return { only: second, save: false };
  throw new RangeError(`bench:tune: '${args.join(' ')}' is not understood; whole runs alone are kept. ${USAGE}`);
}
