/** Measures one workload on every engine that can do it. */
import { now } from '../src/clock.ts';
import type { Engine, Prepared } from './engines/engine.ts';
import { firstRunMilliseconds } from './engines/gradtape.ts';
import { messageOf } from './engines/index.ts';
import type { Cell, Row } from './report/results.ts';
import { differenceLimit, relativeDifference } from './timing/agreement.ts';
import { takeTurns, type TurnOptions } from './timing/take-turns.ts';
import { isTraining, type Workload } from './workloads/workload.ts';

export interface MeasureOptions {
  readonly turns: TurnOptions;
  /** Ms above which a single run of a slow engine is not even begun. */
  readonly longest: number;
}

interface Ready {
  readonly engine: Engine;
  readonly prepared: Prepared;
  readonly difference: number;
  /** Ms of the run with transfers that gave the results. */
  readonly milliseconds: number;
}

/**
 * @param engines the first one's results are what the others' are compared with
 * @throws RangeError when an engine's result differs by more than rounding explains
 */
export async function measure(workload: Workload, engines: readonly Engine[], options: MeasureOptions): Promise<Row> {
  const limit = differenceLimit(workload.depth);
  const firstRun = firstRunMilliseconds(workload);
  const ready: Ready[] = [];
  const left = new Map<string, string>();
  let reference: readonly Float32Array[] | undefined;
  for (const engine of engines) {
    const expected = expectedMilliseconds(workload, engine);
    if (reference && expected > options.longest) {
      left.set(engine.name, `about ${Math.ceil(expected / 1000)} s a run, measured without --quick`);
      continue;
    }
    try {
      const prepared = await engine.prepare(workload);
      if (typeof prepared === 'string') {
        left.set(engine.name, prepared);
        continue;
      }
      const { results, milliseconds } = await resultsOf(workload, prepared);
      reference ??= results;
      ready.push({ engine, prepared, difference: relativeDifference(results, reference), milliseconds });
    } catch (error) {
      left.set(engine.name, `throws: ${messageOf(error)}`);
    }
  }
  for (const { engine, difference } of ready) {
    if (difference <= limit) continue;
    throw new RangeError(
      `bench: ${workload.name}: the results of ${engine.name} differ from those of ${engines[0]?.name} by ${difference.toExponential(1)} ` +
        `of the largest value, and rounding explains ${limit.toExponential(1)}. One of the two computes something else.`,
    );
  }
  const cells = await timeAll(workload, ready, options.turns);
  for (const { prepared } of ready) await prepared.dispose();
  return {
    workload: workload.name,
    ...(workload.flops !== undefined && { flops: workload.flops }),
    firstRun,
    limit,
    cells: [...cells, ...[...left].map(([engine, reason]) => ({ engine, reason }))],
  };
}

async function timeAll(workload: Workload, ready: readonly Ready[], turns: TurnOptions): Promise<Cell[]> {
  const resident = await takeTurns(
    ready.map(({ prepared }) => prepared),
    turns,
  );
  // A run that took all of its time to give the results is not repeated.
  const short = ready.filter(({ milliseconds }) => milliseconds <= turns.budget);
  const timings = await takeTurns(
    short.map(({ prepared }) => ({ run: prepared.transfer, turn: prepared.turn })),
    turns,
  );
  const withTransfers = (one: Ready): number => timings[short.indexOf(one)]?.milliseconds ?? one.milliseconds;
  const parts = workload.parts ?? 1;
  return ready.map((one, index) => ({
    engine: one.engine.name,
    milliseconds: (resident[index]?.milliseconds ?? NaN) / parts,
    turns: resident[index]?.turns ?? 0,
    withTransfers: withTransfers(one) / parts,
    difference: one.difference,
  }));
}

/** Training: the losses of two steps, of which the second tells of the update. */
async function resultsOf(
  workload: Workload,
  { turn, transfer, arrange }: Prepared,
): Promise<{ readonly results: readonly Float32Array[]; readonly milliseconds: number }> {
  await turn?.();
  const first = isTraining(workload) ? await transfer() : [];
  const start = now();
  const results = [...first, ...(await transfer())];
  const milliseconds = now() - start;
  return { results: arrange?.(results) ?? results, milliseconds };
}

function expectedMilliseconds({ flops }: Workload, { slow }: Engine): number {
  return flops !== undefined && slow !== undefined ? flops / slow / 1e6 : 0;
}
