/** Studies and their trials, from the records of a journal. */
import { attributeFields, parsedFields, setField } from './attribute-fields.ts';
import { isCompatible, type Distribution } from './distribution.ts';
import type { AttributeValue, Direction, JsonValue, StudyRecord } from './records.ts';
import { TrialEntry } from './trial-entry.ts';
import { FAILURE, WRITER, isFinished, type EarlierParam, type EarlierRun, type TrialState } from './trial-record.ts';

/** One study of a journal. */
export class StudyEntry {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly trials: TrialEntry[] = [];
  /** The numbers of its trials over all studies of the journal. */
  readonly trialIds: number[] = [];
  /** What each parameter was first: others that have its name must be of its kind. */
  readonly distributions: Map<string, Distribution> = new Map();
  /** By the numbers of trials that have not ended: what they had when their run was broken off. */
  earlier: Map<number, EarlierRun> | undefined = undefined;
  /** By the numbers of trials that have not ended: the names of what pruners noted. */
  notes: Map<number, string[]> | undefined = undefined;
  readonly #userAttributes = attributeFields();
  readonly #systemAttributes = attributeFields();

  constructor(id: number, name: string, directions: readonly Direction[]) {
    this.id = id;
    this.name = name;
    this.directions = directions;
  }

  get userAttributes(): Readonly<Record<string, JsonValue>> {
    return parsedFields(this.#userAttributes);
  }

  get systemAttributes(): Readonly<Record<string, JsonValue>> {
    return parsedFields(this.#systemAttributes);
  }

  setAttribute(owner: 'user' | 'system', key: string, value: AttributeValue): void {
    setField(owner === 'user' ? this.#userAttributes : this.#systemAttributes, key, value);
  }
}

/** A trial and where it belongs. */
interface Place {
  readonly study: StudyEntry;
  readonly trial: TrialEntry;
}

/** Everything that the records of a journal say. A record about what is not there, or has ended, changes nothing. */
export class JournalState {
  readonly studies: Map<number, StudyEntry> = new Map();
  readonly #names = new Map<string, StudyEntry>();
  #studyCount = 0;
  readonly #trials: Place[] = [];

  /** The study with this name, unless there is none. */
  named(name: string): StudyEntry | undefined {
    return this.#names.get(name);
  }

  apply(record: StudyRecord): void {
    switch (record.kind) {
      case 'createStudy': {
        // Two processes may make it at the same time; the second record counts for nothing.
        if (this.named(record.name)) return;
        const study = new StudyEntry(this.#studyCount++, record.name, record.directions);
        this.studies.set(study.id, study);
        this.#names.set(study.name, study);
        return;
      }
      case 'deleteStudy': {
        const study = this.studies.get(record.study);
        if (!study) return;
        this.studies.delete(study.id);
        this.#names.delete(study.name);
        return;
      }
      case 'studyAttribute':
        this.studies.get(record.study)?.setAttribute(record.owner, record.key, record.value);
        return;
      case 'createTrial':
        this.#createTrial(record);
        return;
      case 'param':
        this.#setParam(record);
        return;
      case 'intermediate':
        this.#open(record.trial)?.trial.report(record.step, record.value);
        return;
      case 'trialAttribute':
        this.#setAttribute(record);
        return;
      case 'state':
        this.#setState(record);
    }
  }

  #createTrial(record: StudyRecord & { readonly kind: 'createTrial' }): void {
    const study = this.studies.get(record.study);
    if (!study) return;
    const trial = new TrialEntry(study.trials.length);
    if (record.state !== 'waiting') trial.startTime = record.time;
    trial.endTime = record.endTime;
    const { finished, userAttributes = {}, systemAttributes = {} } = record;
    for (const key of Object.keys(userAttributes)) trial.setAttribute('user', key, userAttributes[key] ?? null);
    for (const key of Object.keys(systemAttributes)) trial.setAttribute('system', key, systemAttributes[key] ?? null);
    if (finished) {
      trial.values = finished.values;
      for (const [name, { internal, distribution }] of finished.params) {
        study.distributions.set(name, study.distributions.get(name) ?? distribution);
        trial.setParam(name, internal, distribution);
      }
      for (const [step, value] of finished.intermediateValues) trial.report(step, value);
    }
    const place: Place = { study, trial };
    enter(place, record.state ?? 'running');
    study.trialIds.push(this.#trials.length);
    study.trials.push(trial);
    this.#trials.push(place);
  }

  #setParam({ trial: id, name, internal, distribution }: StudyRecord & { readonly kind: 'param' }): void {
    const place = this.#open(id);
    if (!place) return;
    const known = place.study.distributions.get(name);
    // Two processes may ask for a new parameter at the same time; what it is belongs to the first.
    if (known && !isCompatible(known, distribution)) return;
    if (!known) place.study.distributions.set(name, distribution);
    place.trial.setParam(name, internal, distribution);
  }

  #setAttribute({ trial: id, owner, key, value }: StudyRecord & { readonly kind: 'trialAttribute' }): void {
    const place = this.#open(id);
    if (!place) return;
    const { study, trial } = place;
    trial.setAttribute(owner, key, value);
    if (owner === 'user' || key === WRITER || trial.state !== 'running') return;
    const notes = study.notes?.get(trial.number);
    if (notes) notes.push(key);
    else (study.notes ??= new Map()).set(trial.number, [key]);
  }

  #setState({ trial: id, state, values, time }: StudyRecord & { readonly kind: 'state' }): void {
    const place = this.#open(id);
    if (!place) return;
    const { trial } = place;
    // Two processes may take the same waiting trial; it belongs to the first.
    if (state === 'running' && trial.state === 'running') return;
    if (values !== undefined) trial.values = values;
    if (state === 'running') beginAgain(place);
    enter(place, state);
    if (state === 'running') trial.startTime = time;
    if (!isFinished(trial)) return;
    trial.endTime = time;
    place.study.earlier?.delete(trial.number);
    place.study.notes?.delete(trial.number);
  }

  /** The trial, unless it has ended: what has ended does not change. */
  #open(id: number): Place | undefined {
    const place = this.#trials[id];
    return place && !isFinished(place.trial) ? place : undefined;
  }
}

/**
 * A run begins without what an earlier one of the trial reported, noted and asked for: that would be judged, and would be
 * learned from, as if it were its own. Parameters that it asks for are those that the trial had. Optuna, which runs no trial
 * again, shows also the reports, notes and parameters of earlier runs that the last one did not write over.
 */
function beginAgain({ study, trial }: Place): void {
  const had = trial.beginAgain(study.notes?.get(trial.number) ?? []);
  study.notes?.delete(trial.number);
  if (!had) return;
  const params = study.earlier?.get(trial.number)?.params ?? new Map<string, EarlierParam>();
  for (const [name, param] of had.params) params.set(name, param);
  (study.earlier ??= new Map()).set(trial.number, { ...had, params });
}

/** A complete trial has a number for each objective: one that another program left without them has failed. */
function enter({ study, trial }: Place, state: TrialState): void {
  const { values = [] } = trial;
  const count = study.directions.length;
  const isWrong = state === 'complete' && (values.length !== count || values.some(Number.isNaN));
  trial.state = isWrong ? 'failed' : state;
  if (!isWrong) return;
  const found = values.length === 0 ? 'no value' : `the values ${values.join(', ')}`;
  trial.setAttribute('system', FAILURE, `it is complete with ${found}, where ${count} can be compared`);
}
