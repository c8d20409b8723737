/** A study: trials of one search, chosen by a sampler, ended early by a pruner, kept in a journal. */
import { wallTime } from '../clock.ts';
import { ArgumentError, asSentence, describeValue, optionsOf, textOfThrown } from '../errors.ts';
import { keptAttribute } from './attribute.ts';
import type { ParamValue } from './distribution.ts';
import { isBetter, paretoFront } from './dominance.ts';
import { fixedParams, givenAttributes, hasParams, warnOfUnasked, type EnqueueOptions } from './enqueue.ts';
import { importances, type ImportanceOptions } from './importance.ts';
import { optimize, runTrials, type Objective, type OptimizeOptions } from './optimize.ts';
import { checkTellOptions, outcomeOf, type TellOptions } from './outcome.ts';
import { studyPicture, type StudyPicture, type StudyPictureOptions } from './pictures/study-picture.ts';
import type { Pruner } from './pruner.ts';
import type { Direction, JsonValue, StudyRecord } from './records.ts';
import type { Sampler } from './sampler.ts';
import { checkSignal } from '../training/join-signals.ts';
import type { StudyLog } from './study-log.ts';
import type { StudyEntry } from './study-state.ts';
import { Trial } from './trial.ts';
import type { TrialEntry } from './trial-entry.ts';
import { trialHost } from './trial-host.ts';
import type { TrialRunner } from './trial-runner.ts';
import { FAILURE, FIXED_PARAMS, isFinished, WRITER, type TrialRecord, type TrialState } from './trial-record.ts';

/** Made by `createStudy`. */
export class Study {
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly #log: StudyLog;
  readonly #entry: StudyEntry;
  /** Trials at the beginning that have ended, which changes no more. */
  #ended = 0;
  #isStopped = false;

  /** @internal */
  constructor(log: StudyLog, entry: StudyEntry, { sampler, pruner }: StudyParts) {
    this.#log = log;
    this.#entry = entry;
    this.sampler = sampler;
    this.pruner = pruner;
  }

  get name(): string {
    return this.#entry.name;
  }

  /** One for each objective. */
  get directions(): readonly Direction[] {
    return this.#entry.directions;
  }

  /** @throws ArgumentError for a study with several objectives */
  get direction(): Direction {
    this.#requireOne('direction', 'directions');
    return this.#entry.directions[0] as Direction;
  }

  /** All trials, by number. */
  get trials(): readonly TrialRecord[] {
    return this.#entry.trials;
  }

  get userAttributes(): Readonly<Record<string, JsonValue>> {
    return this.#entry.userAttributes;
  }

  /** @internal */
  get systemAttributes(): Readonly<Record<string, JsonValue>> {
    return this.#entry.systemAttributes;
  }

  /** The finished trial with the best value; the first of equal ones. @throws ArgumentError when none is complete */
  get bestTrial(): TrialRecord {
    this.#requireOne('bestTrial', 'bestTrials');
    let best: TrialRecord | undefined;
    for (const trial of this.#entry.trials) {
      if (trial.state !== 'complete') continue;
      if (!best || isBetter(this.direction, trial.value as number, best.value as number)) best = trial;
    }
    return best ?? this.#refuseEmpty('bestTrial');
  }

  get bestParams(): Readonly<Record<string, ParamValue>> {
    return this.bestTrial.params;
  }

  get bestValue(): number {
    return this.bestTrial.value as number;
  }

  /** Complete trials that no other one beats in every objective, by number. */
  get bestTrials(): readonly TrialRecord[] {
    const complete = this.#entry.trials.filter(({ state }) => state === 'complete');
    return paretoFront(complete, this.directions);
  }

  /**
   * Runs trials: asks the sampler, calls the objective, keeps what it gives.
   * @param objective its value, or one for each direction; or the URL of a module whose default export it is, for workers
   * @throws GradtapeError when the objective failed several times in a row; what is finished is kept
   */
  optimize(objective: Objective | URL, options?: OptimizeOptions): Promise<void> {
    this.#isStopped = false;
    return optimize(this, objective, options);
  }

  /** @internal Runs trials by something else than functions and threads. */
  runBy(runner: TrialRunner, options: OptimizeOptions): Promise<void> {
    this.#isStopped = false;
    return runTrials(this, runner, options);
  }

  /** Ends `optimize` when the trials that run are finished. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @internal */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Begins a trial, to be ended by `tell`: the one that waits longest, or a new one.
   * @param signal what `trial.signal` is to be
   * @throws what the sampler throws; the trial has failed then
   * @example
   * const trial = await study.ask();
   * await study.tell(trial, train(trial.suggestFloat('rate', 1e-4, 1e-1, { log: true })));
   */
  async ask(signal?: AbortSignal): Promise<Trial> {
    checkSignal('ask', signal);
    const gone = await this.#goneWriters();
    let taken = -1;
    await this.#log.transact(() => {
      const { trials, trialIds, id } = this.#entry;
      const { writer } = this.#log.journal;
      // What ran in a process that is gone, with the parameters and the number that it has.
      const free = this.#openTrials().find((trial) => trial.state === 'waiting' || isOrphan(trial, gone));
      taken = free?.number ?? trials.length;
      if (!free) {
        return [{ kind: 'createTrial', study: id, time: wallTime(), systemAttributes: { [WRITER]: writer } }];
      }
      const trial = trialIds[taken] as number;
      const records: StudyRecord[] = [];
      // What waits can be taken, what runs cannot: it is given back first.
      if (free.state === 'running') records.push(stateRecord(trial, 'waiting', undefined));
      records.push(stateRecord(trial, 'running', undefined));
      records.push({ kind: 'trialAttribute', trial, owner: 'system', key: WRITER, value: writer });
      return records;
    });
    const trial = this.#entry.trials[taken] as TrialEntry;
    const { sampler, pruner } = this;
    try {
      return new Trial(trialHost({ log: this.#log, study: this.#entry, sampler, pruner, trial, signal }));
    } catch (error) {
      await this.tell(taken, undefined, { state: 'failed', failure: textOfThrown(error) }).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Ends a trial.
   * @param trial from `ask`, or its number
   * @param values the objective's value, or one for each direction. What is no number, or NaN, makes it a failed one
   * @param options `state`, `failure`
   * @throws ArgumentError for a trial that is not running, or not of this study, and for options that are none
   */
  async tell(trial: Trial | number, values?: number | readonly number[], options?: TellOptions): Promise<TrialRecord> {
    const given = checkTellOptions(options);
    const number = this.#numberOf(trial);
    await this.#log.transact(() => {
      const outcome = outcomeOf(this.#running('tell', number), this.directions.length, values, given);
      const id = this.#entry.trialIds[number] as number;
      const end = stateRecord(id, outcome.state, outcome.values);
      if (outcome.failure === undefined) return [end];
      return [{ kind: 'trialAttribute', trial: id, owner: 'system', key: FAILURE, value: outcome.failure }, end];
    });
    const entry = this.#entry.trials[number] as TrialEntry;
    warnOfUnasked(entry);
    return entry;
  }

  /** @internal Gives a trial that was not finished back: it waits for the next `ask`. */
  async giveBack(trial: Trial): Promise<void> {
    await this.#log.transact(() => {
      this.#running('giveBack', trial.number);
      return [stateRecord(this.#entry.trialIds[trial.number] as number, 'waiting', undefined)];
    });
  }

  /**
   * Adds a trial with these parameters, which the next `ask` takes; what it does not name the sampler chooses.
   * @param params strings, finite numbers, booleans or null by name
   * @param options `skipIfExists`, `userAttributes`
   * @throws ArgumentError for what is no object of values, or has none, and for options that are none
   */
  async enqueueTrial(params: Readonly<Record<string, ParamValue>>, options?: EnqueueOptions): Promise<void> {
    const { skipIfExists = false, userAttributes } = optionsOf('enqueueTrial', options);
    const fixed = fixedParams(params);
    const attributes = givenAttributes(userAttributes);
    await this.#log.transact(() => {
      if (skipIfExists && this.#entry.trials.some((trial) => hasParams(trial, fixed))) return [];
      return [
        {
          kind: 'createTrial',
          study: this.#entry.id,
          time: wallTime(),
          state: 'waiting',
          systemAttributes: { [FIXED_PARAMS]: fixed },
          ...(attributes && { userAttributes: attributes }),
        },
      ];
    });
  }

  /** Keeps something with the study: anything that JSON can hold. */
  async setUserAttribute(key: string, value: JsonValue): Promise<void> {
    await this.#setAttribute('user', key, keptAttribute('study.setUserAttribute', key, value));
  }

  /** @internal Keeps something of ours with the study. */
  async setSystemAttribute(key: string, value: JsonValue): Promise<void> {
    await this.#setAttribute('system', key, value);
  }

  /** How much each parameter has to do with good values: see `ImportanceOptions`. Shares that sum to 1, the largest first. */
  importances(options?: ImportanceOptions): Readonly<Record<string, number>> {
    return importances(this, options);
  }

  /**
   * Draws the study: the history of its values, the importances of its parameters, a line for each trial through all of
   * them (`parallel`), or each against the value (`slices`). With several objectives the last two show the first one.
   * @returns a whole SVG picture
   * @throws ArgumentError for an unknown picture, and options out of range
   */
  async toSvg(kind: StudyPicture = 'history', options?: StudyPictureOptions): Promise<string> {
    return studyPicture(this, kind, options);
  }

  /** Reads what other processes did. `ask` and `tell` do too. */
  refresh(): Promise<void> {
    return this.#log.refresh();
  }

  /** Waits until everything is in the journal, and ends its use. */
  close(): Promise<void> {
    return this.#log.close();
  }

  #setAttribute(owner: 'user' | 'system', key: string, value: JsonValue): Promise<void> {
    return this.#log.transact(() => [{ kind: 'studyAttribute', study: this.#entry.id, owner, key, value }]);
  }

  /** The trials from the first one that has not ended. */
  #openTrials(): readonly TrialEntry[] {
    const { trials } = this.#entry;
    while (this.#ended < trials.length && isFinished(trials[this.#ended] as TrialEntry)) this.#ended++;
    return trials.slice(this.#ended);
  }

  /** Writers of trials that run which are gone. */
  async #goneWriters(): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    const { writer } = this.#log.journal;
    const seen = new Set([writer]);
    for (const { state, systemAttributes } of this.#openTrials()) {
      const other = systemAttributes[WRITER];
      if (state !== 'running' || typeof other !== 'string' || seen.has(other)) continue;
      seen.add(other);
      if (await this.#log.journal.isGone(other)) gone.add(other);
    }
    return gone;
  }

  #numberOf(trial: unknown): number {
    if (trial instanceof Trial) {
      if (trial.record === this.#entry.trials[trial.number]) return trial.number;
      throw new ArgumentError(
        `tell: trial ${trial.number} is one of another study, not of '${this.name}'. Tell the study that was asked for it.`,
        { where: 'tell', got: trial },
      );
    }
    if (typeof trial === 'number') return trial;
    throw new ArgumentError(`tell: the trial is ${describeValue(trial)}. Give what ask gave, or its number.`, {
      where: 'tell',
      got: trial,
    });
  }

  #running(where: string, number: number): TrialEntry {
    const entry = this.#entry.trials[number];
    if (entry?.state === 'running') return entry;
    const found = entry ? `is ${entry.state}` : `is not there: the study has ${this.#entry.trials.length}`;
    throw new ArgumentError(`${where}: trial ${describeValue(number)} ${found}. A trial from ask is told of once.`, {
      where,
      got: number,
    });
  }

  #requireOne(what: string, instead: string): void {
    if (this.#entry.directions.length === 1) return;
    throw new ArgumentError(
      `study.${what}: the study '${this.name}' has ${this.#entry.directions.length} objectives. Use ${instead}.`,
      { where: `study.${what}` },
    );
  }

  #refuseEmpty(what: string): never {
    const counts = new Map<TrialState, number>();
    for (const { state } of this.#entry.trials) counts.set(state, (counts.get(state) ?? 0) + 1);
    const found = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
    const failure = this.#entry.trials.findLast((trial) => trial.failure !== undefined)?.failure;
    throw new ArgumentError(
      `study.${what}: no trial of the study '${this.name}' is complete (${found === '' ? 'it has none' : found}).${
        failure === undefined ? '' : ` The last failure: ${asSentence(failure)}`
      } ${counts.has('pruned') ? 'Prune later, or run more trials.' : 'Run more trials.'}`,
      { where: `study.${what}` },
    );
  }
}

interface StudyParts {
  readonly sampler: Sampler;
  readonly pruner: Pruner;
}

function stateRecord(trial: number, state: TrialState, values: readonly number[] | undefined): StudyRecord {
  return { kind: 'state', trial, state, values, time: wallTime() };
}

function isOrphan({ state, systemAttributes }: TrialEntry, gone: ReadonlySet<string>): boolean {
  return state === 'running' && gone.has(systemAttributes[WRITER] as string);
}
