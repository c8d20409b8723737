/** Which of several trials with several objectives are the best ones: fronts, and on a front those with most room around. */
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** What is to be small: values of objectives to be maximized change their signs. */
export function lossesOf({ values }: TrialRecord, directions: readonly Direction[]): readonly number[] {
  return directions.map((direction, i) => (direction === 'minimize' ? 1 : -1) * (values?.[i] as number));
}

/**
 * Splits points into fronts: no point of the first is beaten by any, none of the second by any but those of the first, and
 * so on. Ends when the fronts have `count` points or more.
 * @param losses one array for each point, all of one length
 * @returns indices of points, in the order of their losses
 */
export function frontsOf(losses: readonly (readonly number[])[], count: number = losses.length): number[][] {
  // Beaten by later ones is none: what is nowhere worse and somewhere better comes first in this order.
  let left = losses.map((_, i) => i).sort((i, j) => compareLosses(losses[i]!, losses[j]!) || i - j);
  const fronts: number[][] = [];
  for (let found = 0; left.length > 0 && found < count; found += (fronts.at(-1) as number[]).length) {
    const front: number[] = [];
    const beaten: number[] = [];
    for (const i of left) (isBeaten(losses, i, front) ? beaten : front).push(i);
    fronts.push(front);
    left = beaten;
  }
  return fronts;
}

function compareLosses(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! < b[k]! ? -1 : 1;
  return 0;
}

function isBeaten(losses: readonly (readonly number[])[], index: number, by: readonly number[]): boolean {
  const point = losses[index]!;
  // The last ones of the front are the nearest, and beat most often.
  for (let f = by.length - 1; f >= 0; f--) {
    const other = losses[by[f]!]!;
    let isBetter = false;
    let k = 0;
    for (; k < point.length && other[k]! <= point[k]!; k++) isBetter ||= other[k]! < point[k]!;
    if (k === point.length && isBetter) return true;
  }
  return false;
}

/**
 * The room around each point of a front: for each objective the distance of its two neighbours as a share of the front's
 * extent, added up; Infinity for the ends (K. Deb and others, A fast and elitist multiobjective genetic algorithm:
 * NSGA-II, 2002).
 * @param front indices of points
 * @returns one number for each of them
 */
export function crowdingDistances(losses: readonly (readonly number[])[], front: readonly number[]): Float64Array {
  const room = new Float64Array(front.length);
  const order = front.map((_, f) => f);
  const objectives = losses[front[0] ?? 0]?.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const lossAt = (place: number): number => losses[front[order[place] as number] as number]![k]!;
    order.sort((f, g) => compareNumbers(losses[front[f]!]![k]!, losses[front[g]!]![k]!) || f - g);
    const last = order.length - 1;
    const extent = lossAt(last) - lossAt(0);
    room[order[0]!] = room[order[last]!] = Infinity;
    if (!(extent > 0 && extent < Infinity)) continue;
    for (let place = 1; place < last; place++) room[order[place]!]! += (lossAt(place + 1) - lossAt(place - 1)) / extent;
  }
  return room;
}

/**
 * The best `count` points: whole fronts, and of the last one those that leave the front most evenly covered, dropping one
 * after the other the one with the least room.
 * @returns indices, front by front; within a front those with more room first
 */
export function selectBest(losses: readonly (readonly number[])[], count: number): number[] {
  const selected: number[] = [];
  for (const front of frontsOf(losses, count)) {
    const kept = thin(losses, front, count - selected.length);
    const room = crowdingDistances(losses, kept);
    const order = kept.map((_, f) => f).sort((f, g) => compareNumbers(room[g]!, room[f]!) || f - g);
    for (const f of order) selected.push(kept[f]!);
  }
  return selected;
}

function thin(losses: readonly (readonly number[])[], front: readonly number[], count: number): readonly number[] {
  let kept = front;
  while (kept.length > count) {
    const room = crowdingDistances(losses, kept);
    // In a front that is much too large neighbours may go together.
    const drop = Math.max(1, Math.floor((kept.length - count) / 4));
    const order = kept.map((_, f) => f).sort((f, g) => compareNumbers(room[f]!, room[g]!) || g - f);
    const dropped = new Set(order.slice(0, drop));
    kept = kept.filter((_, f) => !dropped.has(f));
  }
  return kept;
}

function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** So many of the trials with the best values, the best first; the earlier one of equal values. */
export function bestTrials(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
  count: number,
): readonly TrialRecord[] {
  const losses = trials.map((trial) => lossesOf(trial, directions));
  if (directions.length > 1) return selectBest(losses, count).map((i) => trials[i] as TrialRecord);
  const order = trials.map((_, i) => i).sort((i, j) => compareLosses(losses[i]!, losses[j]!) || i - j);
  return order.slice(0, count).map((i) => trials[i] as TrialRecord);
}
