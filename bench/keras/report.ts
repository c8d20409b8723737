/** The comparison with Keras, as it is printed and kept. */
import { align, formatTime } from '../report/table.ts';
import { median } from '../timing/median.ts';
import type { EngineName, Run } from './runs.ts';

/** The runs of one engine in a row. */
export interface Side {
  readonly engine: EngineName;
  readonly runs: readonly Run[];
  /** Why there are none. */
  readonly reason?: string;
}

export interface KerasRow {
  readonly job: string;
  readonly threads: number;
  /** Steps of an epoch. */
  readonly steps: number;
  readonly epochs: number;
  /** Two trainings draw other numbers. */
  readonly random: boolean;
  readonly sides: readonly Side[];
}

export interface KerasResults {
  readonly version: string;
  readonly date: string;
  readonly machine: string;
  /** Of Node, Python, Keras and its backends. */
  readonly versions: Readonly<Record<string, string>>;
  /** Processes that wanted to run when the benchmark began, averaged over a minute: 0 on a quiet machine. */
  readonly load: number;
  readonly rows: readonly KerasRow[];
}

/** Middle, smallest and largest. */
export interface Spread {
  readonly middle: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Milliseconds of a warm step: of the later half of the epochs behind the first one, since engines compile what is hot. Of
 * an epoch with validation, its share. Undefined without runs.
 */
export function stepTime(side: Side | undefined, steps: number): Spread | undefined {
  return spread(side?.runs.flatMap(({ epochs }) => epochs.slice(epochs.length >> 1).map((epoch) => epoch / steps)));
}

/** Milliseconds from the start of a process to the end of its first epoch. Undefined without runs. */
export function firstEpochTime(side: Side | undefined): Spread | undefined {
  return spread(side?.runs.map(({ firstEpoch }) => firstEpoch));
}

function spread(values: readonly number[] = []): Spread | undefined {
  if (values.length === 0) return undefined;
  return { middle: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * What would make a comparison void.
 * @returns the first finding, a sentence; undefined for none
 */
export function flawOf({ job, sides }: KerasRow): string | undefined {
  const runs = sides.flatMap(({ engine, runs: all }) => all.map((run) => ({ ...run, engine })));
  for (const { engine, parameters, losses } of runs) {
    if (parameters !== runs[0]?.parameters) {
      return `${job}: the model of ${engine} has ${parameters} parameters, that of ${runs[0]?.engine} ${runs[0]?.parameters}.`;
    }
    const [first = NaN] = losses;
    const last = losses.at(-1) ?? NaN;
    if (!(last < first)) return `${job}: ${engine} has not learned: its loss went from ${first} to ${last}.`;
  }
  return undefined;
}

/** The largest relative difference of a first epoch's loss from ours: same weights, same batches. Undefined without both. */
export function lossDifference({ random, sides }: KerasRow): number | undefined {
  const [ours, ...others] = sides.map(({ runs }) => runs[0]?.losses[0]);
  const differences = others.flatMap((other) => (other === undefined ? [] : [Math.abs(other / (ours ?? NaN) - 1)]));
  return random || ours === undefined || differences.length === 0 ? undefined : Math.max(...differences);
}

/**
 * Warm steps: medians in ms with the fastest and the slowest epoch, how many times as fast as the faster
 * Keras ours is, the cores that worked on each side, the difference of the first epoch's losses.
 */
export function stepTable(rows: readonly KerasRow[]): string {
  return comparison(rows, (side, { steps }) => stepTime(side, steps), ['cores at work', 'difference']);
}

/** Process start to the end of the first epoch, in ms. */
export function startTable(rows: readonly KerasRow[]): string {
  return comparison(rows, firstEpochTime, []);
}

function comparison(
  rows: readonly KerasRow[],
  timeOf: (side: Side | undefined, row: KerasRow) => Spread | undefined,
  further: readonly string[],
): string {
  const lines = rows.map((row) => {
    const [ours, ...others] = row.sides.map((side) => timeOf(side, row));
    const cells = [row.job, String(row.threads), ...[ours, ...others].map(formatSpread), ratioOf(ours, others)];
    if (further.length === 0) return cells;
    const difference = lossDifference(row);
    const cores = row.sides.map(({ runs }) => formatCores(runs)).join(' / ');
    return [...cells, cores, difference?.toExponential(0) ?? '-'];
  });
  return align([['model', 'threads', ...engineNames(rows), 'vs best Keras', ...further], ...lines]);
}

/** Peak memory in MiB, and the loss of the last epoch, or the accuracy on held-out data. */
export function endTable(rows: readonly KerasRow[]): string {
  const lines = rows.map(({ job, threads, sides }) => [
    job,
    String(threads),
    ...sides.map(({ runs }) =>
      runs.length === 0 ? '-' : (Math.max(...runs.map(({ peak }) => peak)) / 2 ** 20).toFixed(0),
    ),
    ...sides.map(({ runs }) => formatEnd(runs)),
  ]);
  const names = engineNames(rows);
  return align([['model', 'threads', ...names, ...names.map((name) => `loss ${name}`)], ...lines]);
}

/** Why an engine has no figures, one line for each. */
export function missing(rows: readonly KerasRow[]): string {
  const reasons = rows.flatMap(({ threads, sides }) =>
    sides.flatMap(({ engine, reason }) => (reason === undefined ? [] : [`${engine}, ${threads} threads: ${reason}`])),
  );
  return [...new Set(reasons)].join('\n');
}

function engineNames(rows: readonly KerasRow[]): readonly string[] {
  return rows[0]?.sides.map(({ engine }) => engine) ?? [];
}

function ratioOf(ours: Spread | undefined, others: readonly (Spread | undefined)[]): string {
  const best = Math.min(...others.map((other) => other?.middle ?? Infinity));
  return ours && best < Infinity ? `${(best / ours.middle).toFixed(2)}x` : '-';
}

function formatSpread(time: Spread | undefined): string {
  return time ? `${formatTime(time.middle)} [${formatTime(time.least)}, ${formatTime(time.most)}]` : '-';
}

function formatCores(runs: readonly Run[]): string {
  return runs.length === 0 ? '-' : median(runs.map(({ processor }) => processor)).toFixed(2);
}

function formatEnd(runs: readonly Run[]): string {
  const [run] = runs;
  if (!run) return '-';
  const accuracy = run.accuracy === undefined ? '' : ` (${(100 * run.accuracy).toFixed(2)} %)`;
  return `${(run.losses[0] ?? NaN).toPrecision(3)} to ${(run.losses.at(-1) ?? NaN).toPrecision(3)}${accuracy}`;
}
