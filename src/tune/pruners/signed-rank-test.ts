/** Wilcoxon's signed-rank test, one-sided, with zeros split between both sides. */
import { erf } from '../../../kernels/math.ts';

/** Differences up to which the distribution is counted out. */
const MOST_EXACT = 50;

/**
 * The probability of a sum of ranks of positive differences as large as this or larger, if each difference had either sign
 * as likely: small when the differences are rather positive. Exact, with ties too, up to 50 differences; normal with the
 * correction for ties beyond.
 * @param differences at least one
 */
export function signedRankTest(differences: readonly number[]): number {
  const ranks = doubledRanks(differences.map(Math.abs));
  let positive = 0;
  let zeros = 0;
  const free: number[] = [];
  for (const [i, difference] of differences.entries()) {
    const rank = ranks[i] as number;
    if (difference === 0) zeros += rank / 2;
    else free.push(rank);
    if (difference > 0) positive += rank;
  }
  return differences.length <= MOST_EXACT ? countedOut(free, positive) : byNormal(ranks, (positive + zeros) / 2);
}

/** Twice the ranks, which are whole numbers with ties too: equal values share the mean of their ranks. */
function doubledRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length).fill(0);
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1;
    while (end < order.length && values[order[end] as number] === values[order[begin] as number]) end++;
    for (let i = begin; i < end; i++) ranks[order[i] as number] = begin + 1 + end;
    begin = end;
  }
  return ranks;
}

/** P(sum of a random half of the ranks >= observed): each rank is in or out, so their sums are counted one by one. */
function countedOut(ranks: readonly number[], observed: number): number {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(most + 1);
  probability[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      probability[sum] = (probability[sum]! + (sum >= rank ? probability[sum - rank]! : 0)) / 2;
    }
  }
  let p = 0;
  for (let sum = most; sum >= observed; sum--) p += probability[sum]!;
  return p;
}

function byNormal(doubled: readonly number[], observed: number): number {
  const n = doubled.length;
  const ties = new Map<number, number>();
  for (const rank of doubled) ties.set(rank, (ties.get(rank) ?? 0) + 1);
  let correction = 0;
  for (const count of ties.values()) correction += count ** 3 - count;
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - correction / 2) / 24);
  const z = (observed - (n * (n + 1)) / 4) / deviation;
  return 0.5 * (1 - erf(z / Math.SQRT2));
}
