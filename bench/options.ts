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
  /** Whether plain arithmetic and fastMath are compared, in place of gradtape and its peers. */
  readonly fastMath: boolean;
  /** So many threads are compared with one, in place of gradtape and its peers. */
  readonly threads: number | undefined;
  /** Undefined: the processor is measured. */
  readonly gpu: GpuPlace | undefined;
}

const USAGE =
  'Use: npm run bench -- [--gpu [--dawn] | --fast-math | --threads N] [--quick] [--only PART OF A NAME] [--save]';

/** @throws RangeError for what it does not know */
export function parseOptions(args: readonly string[]): BenchOptions {
  const flags = new Set<string>();
  let only: string | undefined;
  let threads: number | undefined;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] as string;
    if (['--gpu', '--dawn', '--fast-math', '--quick', '--save'].includes(argument)) flags.add(argument);
    else if (argument === '--only') {
      only = args[++i];
      if (only === undefined) throw new RangeError(`bench: --only needs a part of a workload's name. ${USAGE}`);
    } else if (argument === '--threads') {
      threads = Number(args[++i]);
      if (!Number.isInteger(threads) || threads < 2) {
        throw new RangeError(`bench: --threads needs a whole number of at least 2. ${USAGE}`);
      }
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
  const fastMath = flags.has('--fast-math');
  if ([fastMath, threads !== undefined, flags.has('--gpu')].filter(Boolean).length > 1) {
    throw new RangeError(`bench: --gpu, --fast-math and --threads are comparisons of their own. ${USAGE}`);
  }
  const gpu = !flags.has('--gpu') ? undefined : flags.has('--dawn') ? 'dawn' : 'page';
  return { quick, only, save, fastMath, threads, gpu };
}
