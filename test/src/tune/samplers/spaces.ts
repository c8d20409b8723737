/** Random search spaces and objectives over them, with branches, pruned and failed trials. */
import fc from 'fast-check';
import {
  TrialPruned,
  type Direction,
  type Journal,
  type ObjectiveTrial,
  type ParamValue,
  type StudyRecord,
} from '../../../../src/tune/index.ts';

/** A parameter that an objective asks for. */
export type Parameter = {
  /** Asked for only where the parameters so far add up to an even number, rounded. */
  readonly isConditional: boolean;
} & (
  | { readonly kind: 'choice'; readonly choices: readonly ParamValue[] }
  | {
      readonly kind: 'float' | 'int';
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly step: number | undefined;
    }
);

const choice = fc.record({
  kind: fc.constant('choice' as const),
  isConditional: fc.boolean(),
  choices: fc.constantFrom<readonly ParamValue[]>(['a', 'b'], [1, 2, 4, 8], [true, false], ['only'], [null, 'x', 0]),
});

const float = fc
  .record({
    isConditional: fc.boolean(),
    low: fc.constantFrom(-3, 0, 1e-4, 0.5),
    extent: fc.constantFrom(0, 0.3, 1, 250),
    scale: fc.constantFrom('linear', 'log', 'stepped'),
  })
  .map(({ isConditional, low, extent, scale }) => ({
    kind: 'float' as const,
    isConditional,
    low,
    high: low + extent,
    log: scale === 'log' && low > 0,
    step: scale === 'stepped' ? 0.1 : undefined,
  }));

const int = fc
  .record({
    isConditional: fc.boolean(),
    low: fc.constantFrom(-5, 0, 1, 16),
    extent: fc.constantFrom(0, 1, 7, 500),
    scale: fc.constantFrom('linear', 'log', 'stepped'),
  })
  .map(({ isConditional, low, extent, scale }) => ({
    kind: 'int' as const,
    isConditional,
    low,
    high: low + extent,
    log: scale === 'log' && low >= 1,
    step: scale === 'stepped' ? 3 : undefined,
  }));

/** One to six parameters. */
export const spaces: fc.Arbitrary<readonly Parameter[]> = fc.array(fc.oneof(choice, float, int), {
  minLength: 1,
  maxLength: 6,
});

/** Two values of each parameter, or its only one. */
export function gridOf(space: readonly Parameter[]): Record<string, readonly ParamValue[]> {
  return Object.fromEntries(
    space.map((parameter, i) => {
      if (parameter.kind === 'choice') return [`p${i}`, parameter.choices.slice(0, 2)];
      const { low, high, step } = parameter;
      return [
        `p${i}`,
        low === high || (step !== undefined && low + step > high) ? [low] : [low, low + (step ?? high - low)],
      ];
    }),
  );
}

export interface ObjectiveOptions {
  readonly objectives: number;
  /** Whether each third trial asks for half of each range only. */
  readonly hasMovingBounds?: boolean;
}

/**
 * Adds up what it asks for, each parameter as a number. Of eleven trials one is pruned, two fail, one is infinite.
 * @returns an objective
 */
export function objectiveOver(
  space: readonly Parameter[],
  { objectives, hasMovingBounds = false }: ObjectiveOptions,
): (trial: ObjectiveTrial) => number | readonly number[] {
  return (trial) => {
    let sum = 0;
    for (const [i, parameter] of space.entries()) {
      if (parameter.isConditional && Math.round(sum) % 2 !== 0) continue;
      sum += ask(trial, `p${i}`, parameter, hasMovingBounds && trial.number % 3 === 2);
    }
    const turn = trial.number % 11;
    if (turn === 3 && objectives === 1) {
      trial.report(sum, 1);
      throw new TrialPruned();
    }
    if (turn === 5) throw new Error('failed on purpose');
    if (turn === 7) return NaN;
    if (turn === 9) sum = Infinity;
    return objectives === 1 ? sum : Array.from({ length: objectives }, (_, k) => (k === 0 ? sum : -sum * (1 + sum)));
  };
}

function ask(trial: ObjectiveTrial, name: string, parameter: Parameter, isHalf: boolean): number {
  if (parameter.kind === 'choice') {
    const value = trial.suggestCategorical(name, parameter.choices);
    return parameter.choices.indexOf(value);
  }
  const { kind, low, high, log, step } = parameter;
  const middle = kind === 'int' ? Math.floor((low + high) / 2) : (low + high) / 2;
  const options = { log, ...(step !== undefined && { step }) };
  const top = isHalf ? middle : high;
  return kind === 'int' ? trial.suggestInt(name, low, top, options) : trial.suggestFloat(name, low, top, options);
}

/** A journal that keeps its records, and begins with some. */
export class ListJournal implements Journal {
  readonly name = 'list';
  readonly writer = 'list';
  readonly records: StudyRecord[];
  #news: readonly StudyRecord[];

  constructor(records: readonly StudyRecord[] = []) {
    this.records = [...records];
    this.#news = [...records];
  }

  async read(): Promise<readonly StudyRecord[]> {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  async append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void> {
    this.records.push(...decide(await this.read()));
  }

  async isGone(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** One for each objective. */
export function directionsFor(objectives: number): readonly Direction[] {
  return Array.from({ length: objectives }, (_, k) => (k % 2 === 0 ? 'maximize' : 'minimize'));
}
