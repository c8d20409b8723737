/** What follows `npm run bench --`. */

export interface BenchOptions {
  /** Fewer rounds, no long runs of slow engines: under two minutes. */
  readonly quick: boolean;
  /** Rows whose name contains this; all by default. */
  readonly only: string | undefined;
  /** Whether the figures are kept in bench/results and drawn in docs/bench.svg. */
  readonly save: boolean;
}

const USAGE = 'Use: npm run bench -- [--quick] [--only PART OF A NAME] [--save]';

/** @throws RangeError for what it does not know */
export function parseOptions(args: readonly string[]): BenchOptions {
  let quick = false;
  let save = false;
  let only: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (argument === '--quick') quick = true;
    else if (argument === '--save') save = true;
    else if (argument === '--only') {
      only = args[++i];
      if (only === undefined) throw new RangeError(`bench: --only needs a part of a workload's name. ${USAGE}`);
    } else throw new RangeError(`bench: unknown option '${argument}'. ${USAGE}`);
  }
  if (save && (quick || only !== undefined)) {
    throw new RangeError(`bench: --save keeps whole runs only, so it goes with neither --quick nor --only. ${USAGE}`);
  }
  return { quick, only, save };
}
