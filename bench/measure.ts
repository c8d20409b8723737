/** Measures one workload on every engine that can do it. */
import type { Engine, Prepared } from './engines/engine.ts';
import { messageOf } from './engines/start.ts';
import type { Cell, Row } from './report/results.ts';
import { differenceLimit, relativeDifference } from './timing/agreement.ts';
import { takeTurns, type TurnOptions } from './timing/take-turns.ts';
import { isTraining, type Workload } from './workloads/workload.ts';

export interface MeasureOptions {
  readonly turns: TurnOptions;
  /** Ms above which a single run of a slow engine is not even begun. */
  readonly longest: number;
  /** What a row says of such a run. */
  readonly tooLong: string;
  /** Milliseconds of our first run. Left out: it is not measured. */
  readonly firstRun?: (workload: Workload) => number;
}

interface Ready {
  readonly engine: Engine;
  readonly prepared: Prepared;
  readonly difference: number;
}

/**
 * @param engines the first one's results are what the others' are compared with
 * @throws RangeError when an engine's result differs by more than rounding explains
 */
export async function measure(workload: Workload, engines: readonly Engine[], options: MeasureOptions): Promise<Row> {
  const limit = differenceLimit(workload.depth);
  const firstRun = options.firstRun?.(workload);
  const ready: Ready[] = [];
  const left = new Map<string, string>();
  let reference: readonly Float32Array[] | undefined;
  for (const engine of engines) {
    try {
      const prepared = await engine.prepare(workload);
      if (typeof prepared === 'string') {
        left.set(engine.name, prepared);
        continue;
      }
      if (reference && expectedMilliseconds(workload, engine) > options.longest) {
        left.set(engine.name, options.tooLong);
        await prepared.dispose();
        continue;
      }
      const results = await resultsOf(workload, prepared);
      reference ??= results;
      ready.push({ engine, prepared, difference: relativeDifference(results, reference) });
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
    ...(firstRun !== undefined && { firstRun }),
    limit,
    cells: [...cells, ...[...left].map(([engine, reason]) => ({ engine, reason }))],
  };
}

async function timeAll(workload: Workload, ready: readonly Ready[], turns: TurnOptions): Promise<Cell[]> {
  const resident = await takeTurns(
    ready.map(({ prepared }) => prepared),
    turns,
  );
  const withTransfers = await takeTurns(
    ready.map(({ prepared }) => ({ run: prepared.transfer, turn: prepared.turn })),
    turns,
  );
  const parts = workload.parts ?? 1;
  return ready.map(({ engine, difference }, index) => ({
    engine: engine.name,
    milliseconds: (resident[index]?.milliseconds ?? NaN) / parts,
    turns: resident[index]?.turns ?? 0,
    withTransfers: (withTransfers[index]?.milliseconds ?? NaN) / parts,
    difference,
  }));
}

/** Training: the losses of two steps, of which the second tells of the update. */
async function resultsOf(workload: Workload, { turn, transfer, arrange }: Prepared): Promise<readonly Float32Array[]> {
  await turn?.();
  const results = [...(await transfer())];
  if (isTraining(workload)) results.push(...(await transfer()));
  return arrange?.(results) ?? results;
}

function expectedMilliseconds({ flops }: Workload, { slow }: Engine): number {
  return flops !== undefined && slow !== undefined ? flops / slow / 1e6 : 0;
}
