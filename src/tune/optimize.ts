/** The loop of a study: asks, runs the objective, tells; several trials at a time where it is asked for. */
import { now, Yielder } from '../clock.ts';
import { warn } from '../console.ts';
import {
  ArgumentError,
  asSentence,
  checkFunction,
  describeValue,
  GradtapeError,
  optionsOf,
  textOfThrown,
} from '../errors.ts';
import { checkSignal } from '../training/join-signals.ts';
import { isInterruption } from './signals.ts';
import type { TellOptions } from './outcome.ts';
import { StudyProgress } from './study-progress.ts';
import type { Study } from './study.ts';
import { TrialPruned, type ObjectiveTrial, type Trial } from './trial.ts';
import { isFinished, type TrialRecord } from './trial-record.ts';
import type { TrialRunner } from './trial-runner.ts';

type Values = number | readonly number[];

/** What a study optimizes: its value, or one for each direction. */
export type Objective = (trial: ObjectiveTrial) => Values | Promise<Values>;

/** Called after each trial, in order. */
export type StudyCallback = (study: Study, trial: TrialRecord) => void | Promise<void>;

/** Options of `study.optimize`. */
export interface OptimizeOptions {
  /** Trials that this call runs. Default: no limit, or what `totalTrials` leaves. */
  readonly trials?: number;
  /** Runs trials until the study has so many finished ones, those of earlier runs included: what a script resumes with. */
  readonly totalTrials?: number;
  /** Seconds after which no trial begins. Those that run are finished. Default: none. */
  readonly timeout?: number;
  /**
   * Ends the study. Trials that run get the signal too: those that throw its reason, or an AbortError, wait for the next run,
   * which begins them anew with their parameters.
   */
  readonly signal?: AbortSignal;
  /** Trials that overlap in this thread. Default: 1. */
  readonly parallel?: number;
  /**
   * Threads that run the objective's module, each a trial at a time. Default: 1. The study stays in this thread. A thread
   * that dies fails its trial and is replaced; one that goes on for 10 seconds after the signal is ended.
   */
  readonly workers?: number;
  readonly callbacks?: readonly StudyCallback[];
  /** Draws a line with the count, the time and the best value. Default: false. */
  readonly showProgress?: boolean;
  /** Trials in a row that may throw before the study ends with the last error. Default: 3. */
  readonly maxConsecutiveFailures?: number;
}

/** @internal See `Study.optimize`. */
export async function optimize(
  study: Study,
  objective: Objective | URL,
  options: OptimizeOptions | undefined,
): Promise<void> {
  const given = optionsOf('study.optimize', options);
  checkOptions('study.optimize', given);
  const isFunction = typeof objective === 'function';
  if (!isFunction && !(objective instanceof URL)) {
    throw new ArgumentError(
      `study.optimize: the objective is ${describeValue(objective)}. Give a function of a trial, or the URL of a module whose default export is one.`,
      { where: 'study.optimize', got: objective },
    );
  }
  const stray = isFunction ? 'workers' : 'parallel';
  if (given[stray] !== undefined) {
    throw new ArgumentError(
      isFunction
        ? 'study.optimize: workers is given with a function, which threads cannot be handed. Make it the default export of a module and give its URL, or overlap async trials by parallel.'
        : "study.optimize: parallel is given with a module's URL. Say by workers how many threads run it.",
      { where: 'study.optimize', got: given[stray] },
    );
  }
  await runTrials(study, isFunction ? functionRunner(objective, given) : await threadRunner(objective, given), given);
}

/** @internal Runs trials of a study by a runner, which is closed at the end. */
export async function runTrials(study: Study, runner: TrialRunner, options: OptimizeOptions): Promise<void> {
  try {
    await study.refresh();
    await new Run(study, runner, options).all();
  } finally {
    await runner.close();
  }
}

function functionRunner(objective: Objective, { parallel = 1 }: OptimizeOptions): TrialRunner {
  return { where: 'study.optimize', lanes: parallel, run: objective, close: async () => undefined };
}

async function threadRunner(module: URL, { workers = 1 }: OptimizeOptions): Promise<TrialRunner> {
  const { moduleRunner } = await import('./workers/module-runner.ts');
  return moduleRunner('study.optimize', module, workers);
}

class Run {
  readonly #study: Study;
  readonly #runner: TrialRunner;
  readonly #options: OptimizeOptions;
  readonly #progress: StudyProgress | undefined;
  readonly #deadline: number;
  readonly #controller = new AbortController();
  readonly #yielder = new Yielder();
  #begun = 0;
  #running = 0;
  /** Trials that are being asked for. */
  #asking = 0;
  #failuresInRow = 0;
  #error: unknown;

  constructor(study: Study, runner: TrialRunner, options: OptimizeOptions) {
    this.#study = study;
    this.#runner = runner;
    this.#options = options;
    this.#deadline = now() + (options.timeout ?? Infinity) * 1000;
    const { trials, totalTrials } = options;
    const left = totalTrials === undefined ? Infinity : totalTrials - this.#finished();
    const target = Math.max(0, Math.min(trials ?? Infinity, left));
    if (options.showProgress) this.#progress = new StudyProgress(study, Number.isFinite(target) ? target : undefined);
  }

  async all(): Promise<void> {
    const { signal } = this.#options;
    const abort = (): void => this.#controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.all(Array.from({ length: this.#runner.lanes }, () => this.#lane()));
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#progress?.end();
    }
    if (this.#error !== undefined) throw this.#error;
  }

  async #lane(): Promise<void> {
    try {
      while (this.#goesOn()) {
        this.#begun++;
        this.#running++;
        this.#asking++;
        const trial = await this.#study.ask(this.#controller.signal).finally(() => this.#asking--);
        const record = await this.#runTrial(trial).finally(() => this.#running--);
        if (record) await this.#ended(record);
        // Objectives may leave no time for the timers and events that end the study.
        await this.#yielder.pause();
      }
    } catch (error) {
      this.#error ??= error;
    }
  }

  #goesOn(): boolean {
    const { trials, totalTrials } = this.#options;
    if (this.#error !== undefined || this.#study.isStopped || this.#controller.signal.aborted) return false;
    if (now() >= this.#deadline || this.#begun >= (trials ?? Infinity) || !this.#hasPoint()) return false;
    return totalTrials === undefined || this.#finished() + this.#running < totalTrials;
  }

  /** Whether a trial waits or the sampler has a point for a new one. */
  #hasPoint(): boolean {
    const { sampler, trials } = this.#study;
    if (!sampler.pointsLeft) return true;
    const waiting = trials.filter(({ state }) => state === 'waiting').length;
    return sampler.pointsLeft(trials) + waiting > this.#asking;
  }

  #finished(): number {
    let count = 0;
    for (const trial of this.#study.trials) if (isFinished(trial)) count++;
    return count;
  }

  /** @returns undefined for a trial that the signal ended, or that another process has */
  async #runTrial(trial: Trial): Promise<TrialRecord | undefined> {
    let values: Values;
    try {
      values = (await this.#runner.run(trial)) as Values;
    } catch (error) {
      if (error instanceof TrialPruned) {
        this.#failuresInRow = 0;
        return this.#tell(trial, undefined, { state: 'pruned' });
      }
      return isInterruption(error, this.#controller.signal) ? this.#interrupted(trial) : this.#failed(trial, error);
    }
    this.#failuresInRow = 0;
    return this.#tell(trial, values);
  }

  #tell(trial: Trial, values: Values | undefined, options?: TellOptions): Promise<TrialRecord | undefined> {
    return unlessTaken(trial, () => this.#study.tell(trial, values, options));
  }

  async #interrupted(trial: Trial): Promise<undefined> {
    await unlessTaken(trial, () => this.#study.giveBack(trial));
  }

  async #failed(trial: Trial, error: unknown): Promise<TrialRecord | undefined> {
    const record = await this.#tell(trial, undefined, { state: 'failed', failure: textOfThrown(error) });
    if (!record) return undefined;
    const { where } = this.#runner;
    const most = this.#options.maxConsecutiveFailures ?? 3;
    if (++this.#failuresInRow >= most) {
      this.#error ??= new GradtapeError(
        `${where}: ${most === 1 ? 'a trial failed' : `${most} trials in a row failed`}, the last one, ${record.number}, with: ${asSentence(record.failure ?? 'no reason')} Mend the objective, or allow more by maxConsecutiveFailures.`,
        { where, cause: error },
      );
    }
    return record;
  }

  async #ended(record: TrialRecord): Promise<void> {
    if (record.state === 'failed' && this.#error === undefined) {
      warn(`gradtape: trial ${record.number} failed: ${record.failure ?? 'no reason given'}`);
    }
    if (record.number === 0 && record.state === 'complete' && record.distributions.size === 0) {
      warn(
        'gradtape: trial 0 asked for no parameter, so there is nothing to search: call trial.suggestFloat and its like.',
      );
    }
    this.#progress?.update();
    for (const callback of this.#options.callbacks ?? []) await callback(this.#study, record);
  }
}

/** Ends a run, unless another process, which took this one for gone, ended it meanwhile: then it is not ours to end. */
async function unlessTaken<Result>({ record }: Trial, act: () => Promise<Result>): Promise<Result | undefined> {
  const wasOurs = record.state === 'running';
  try {
    return await act();
  } catch (error) {
    if (!wasOurs || record.state === 'running') throw error;
    return undefined;
  }
}

/** @internal @throws ArgumentError for numbers that are none, or too small */
export function checkOptions(where: string, options: OptimizeOptions): void {
  const counts = ['trials', 'totalTrials', 'parallel', 'workers', 'maxConsecutiveFailures'] as const;
  for (const name of counts) {
    const value = options[name];
    const least = name === 'trials' || name === 'totalTrials' ? 0 : 1;
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give an integer of at least ${least}.`, {
      where,
      got: value,
    });
  }
  const { timeout, signal, callbacks } = options as OptimizeOptions & { readonly callbacks?: unknown };
  checkSignal(where, signal);
  if (callbacks !== undefined && !Array.isArray(callbacks)) {
    throw new ArgumentError(`${where}: callbacks is ${describeValue(callbacks)}. Give an array of functions.`, {
      where,
      got: callbacks,
    });
  }
  callbacks?.forEach((callback, index) => checkFunction(where, `callback ${index}`, callback));
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw new ArgumentError(`${where}: timeout is ${describeValue(timeout)}. Give seconds, 0 or more.`, {
      where,
      got: timeout,
    });
  }
}
