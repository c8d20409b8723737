/** What follows `npm run bench:keras --`. */

export interface KerasOptions {
  /** Rows whose name contains this; all by default. */
  readonly only: string | undefined;
  /** Counts of threads, each measured in turn. Default 1. */
  readonly threads: readonly number[];
  /** Whether the figures are kept in bench/results. */
  readonly save: boolean;
}

const USAGE = 'Use: npm run bench:keras -- [--threads 1,2] [--only PART OF A NAME] [--save]';

/** @throws RangeError for what it does not know */
export function parseKerasOptions(args: readonly string[]): KerasOptions {
  let [only, threads, save]: [string | undefined, readonly number[], boolean] = [undefined, [1], false];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    if (argument === '--save') save = true;
    else if (argument === '--only') only = valueOf(args, ++i);
    else if (argument === '--threads') threads = valueOf(args, ++i).split(',').map(Number);
    else throw new RangeError(`bench:keras: unknown option '${argument}'. ${USAGE}`);
  }
  if (threads.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new RangeError(`bench:keras: --threads takes whole numbers from 1 on, with commas between. ${USAGE}`);
  }
  if (save && only !== undefined) {
    throw new RangeError(`bench:keras: --save keeps whole runs only, so it does not go with --only. ${USAGE}`);
  }
  return { only, threads, save };
}

function valueOf(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new RangeError(`bench:keras: ${args[index - 1]} needs a value. ${USAGE}`);
  return value;
}
