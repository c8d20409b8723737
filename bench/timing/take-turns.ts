/**
 * Engines take turns: each round every one of them runs for a while, so that a machine that slows down slows all, and the
 * median over the rounds stands for each.
 */
import { now } from '../../src/clock.ts';
import { median } from './median.ts';

export interface Contestant {
  readonly run: () => unknown;
  readonly turn?: (() => unknown) | undefined;
}

export interface TurnOptions {
  readonly rounds: number;
  /** A turn of runs that take less lasts so long, in ms. */
  readonly turn: number;
  /** Ms before the rounds in which runs that take less are repeated: engines compile what is hot. */
  readonly warmUp: number;
  /** Ms after which a contestant takes no further turn; it has at least one. */
  readonly budget: number;
  /** Ms of a first run above which there is no second one. */
  readonly patience: number;
  /** Tells the time of runs so short that the loop around them counts. Default: they are measured as all others. */
  readonly timeTiny?: TimeTiny;
}

/** @returns milliseconds of one run */
export type TimeTiny = (
  run: () => unknown,
  options: {
    /** How long to measure, in ms. */
    readonly turn: number;
    /** How many runs that may take. */
    readonly runs: number;
  },
) => number;

export interface Timing {
  /** Milliseconds of one run, the median over the turns. */
  readonly milliseconds: number;
  readonly turns: number;
}

/** Below this many ms the test for a promise and the loop around a run are no longer nothing. */
const TINY = 0.02;

interface State {
  readonly contestant: Contestant;
  readonly samples: number[];
  runsPerTurn: number;
  /** Runs so short, and without a promise, that only a loop made for them can tell their time. */
  tiny: boolean;
  spent: number;
}

/** @returns one timing for each contestant */
export async function takeTurns(contestants: readonly Contestant[], options: TurnOptions): Promise<Timing[]> {
  const states: State[] = [];
  for (const contestant of contestants) states.push(await warmUp(contestant, options));
  for (let round = 0; round < options.rounds; round++) {
    for (let place = 0; place < states.length; place++) {
      // Who goes first, and so behind whom everyone goes, changes with the round.
      const state = states[(place + round) % states.length] as State;
      if (state.samples.length > 0 && state.spent > options.budget) continue;
      const { contestant, runsPerTurn, tiny } = state;
      await contestant.turn?.();
      const start = now();
      state.samples.push(
        tiny && options.timeTiny
          ? options.timeTiny(contestant.run, { turn: options.turn, runs: runsPerTurn })
          : (await timeRuns(contestant, runsPerTurn)) / runsPerTurn,
      );
      state.spent += now() - start;
    }
  }
  return states.map(({ samples }) => ({ milliseconds: median(samples), turns: samples.length }));
}

async function warmUp(contestant: Contestant, options: TurnOptions): Promise<State> {
  await contestant.turn?.();
  const state: State = { contestant, samples: [], runsPerTurn: 1, tiny: false, spent: 0 };
  // The first run may compile, so it counts only where nobody wants to wait for a second one.
  const first = await timeRuns(contestant, 1);
  if (first > options.patience) {
    state.samples.push(first);
    state.spent = first;
    return state;
  }
  const start = now();
  let runs = 0;
  let last = 0;
  do {
    last = await timeRuns(contestant, 1);
    runs++;
  } while (now() - start < options.warmUp);
  // A run that takes the whole budget is its own measurement.
  if (last > options.budget) {
    state.samples.push(last);
    state.spent = last;
  }
  if (last < options.turn) {
    // Single runs may be shorter than the clock can tell: count on a short series, the better of two on a busy machine.
    const series = Math.max(1, Math.min(runs, 100) >> 1);
    const each = Math.min(await timeRuns(contestant, series), await timeRuns(contestant, series)) / series;
    state.runsPerTurn = Math.max(1, Math.round(options.turn / Math.max(each, 1e-5)));
    state.tiny = each < TINY && !(contestant.run() instanceof Promise);
  }
  return state;
}

async function timeRuns({ run }: Contestant, count: number): Promise<number> {
  const start = now();
  for (let i = 0; i < count; i++) {
    const pending = run();
    // An await costs as much as a small op: only who gives a promise pays it.
    if (pending instanceof Promise) await pending;
  }
  return now() - start;
}
