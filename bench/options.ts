/** What follows `npm run bench --`. */

/** Where the graphics card is asked for: in a page of Chromium, or in Node through Dawn. */
export type GpuPlace = 'page' | 'dawn';

export interface BenchOptions {
  /** Fewer rounds, no long runs of slow engines: under two minutes. */
  readonly quick: boolean;
  /** Rows whose name contains this; all by default. */
  readonly only: string | undefined;
  /** Whether the figures are kept in bench/results and drawn in docs/bench.svg. */
  readonly save: boolean;
  /** Undefined: the processor is measured. */
  readonly gpu: GpuPlace | undefined;
}

const USAGE = 'Use: npm run bench -- [--gpu [--dawn]] [--quick] [--only PART OF A NAME] [--save]';

/** @throws RangeError for what it does not know */
export function parseOptions(args: readonly string[]): BenchOptions {
  const flags = new Set<string>();
  let only: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (['--gpu', '--dawn', '--quick', '--save'].includes(argument)) flags.add(argument);
    else if (argument === '--only') {
      only = args[++i];
      if (only === undefined) throw new RangeError(`bench: --only needs a part of a workload's name. ${USAGE}`);
    } else throw new RangeError(`bench: unknown option '${argument}'. ${USAGE}`);
  }
  const quick = flags.has('--quick');
  const save = flags.has('--save');
  if (save && (quick || only !== undefined)) {
    throw new RangeError(`bench: --save keeps whole runs only, so it goes with neither --quick nor --only. ${USAGE}`);
  }
  if (flags.has('--dawn') && !flags.has('--gpu')) {
    throw new RangeError(`bench: --dawn says how --gpu reaches the graphics card. ${USAGE}`);
  }
  const gpu = !flags.has('--gpu') ? undefined : flags.has('--dawn') ? 'dawn' : 'page';
  return { quick, only, save, gpu };
}
