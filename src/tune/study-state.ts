/** Studies and their trials, from the records of a journal. */
import type { Direction, JsonValue, StudyRecord } from './records.ts';
import { TrialEntry, isFinished } from './trial-record.ts';

/** One study of a journal. */
export class StudyEntry {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly trials: TrialEntry[] = [];
  /** The numbers of its trials over all studies of the journal. */
  readonly trialIds: number[] = [];
  readonly userAttributes: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  readonly systemAttributes: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;

  constructor(id: number, name: string, directions: readonly Direction[]) {
    this.id = id;
    this.name = name;
    this.directions = directions;
  }
}

/** Everything that the records of a journal say. A record about what is not there, or has ended, changes nothing. */
export class JournalState {
  readonly studies: Map<number, StudyEntry> = new Map();
  #studyCount = 0;
  readonly #trials: { readonly study: StudyEntry; readonly trial: TrialEntry }[] = [];

  /** The study with this name, unless there is none. */
  named(name: string): StudyEntry | undefined {
    return [...this.studies.values()].find((study) => study.name === name);
  }

  apply(record: StudyRecord): void {
    switch (record.kind) {
      case 'createStudy': {
        // Two processes may make it at the same time; the second record counts for nothing.
        if (this.named(record.name)) return;
        const id = this.#studyCount++;
        this.studies.set(id, new StudyEntry(id, record.name, record.directions));
        return;
      }
      case 'deleteStudy':
        this.studies.delete(record.study);
        return;
      case 'studyAttribute': {
        const study = this.studies.get(record.study);
        if (study) attributesOf(study, record.owner)[record.key] = record.value;
        return;
      }
      case 'createTrial':
        this.#createTrial(record);
        return;
      case 'param':
        this.#open(record.trial)?.setParam(record.name, record.internal, record.distribution);
        return;
      case 'intermediate':
        this.#open(record.trial)?.intermediateValues.set(record.step, record.value);
        return;
      case 'trialAttribute': {
        const trial = this.#open(record.trial);
        if (trial) attributesOf(trial, record.owner)[record.key] = record.value;
        return;
      }
      case 'state':
        this.#setState(record);
    }
  }

  #createTrial(record: StudyRecord & { readonly kind: 'createTrial' }): void {
    const study = this.studies.get(record.study);
    if (!study) return;
    const trial = new TrialEntry(study.trials.length);
    trial.state = record.state ?? 'running';
    if (trial.state !== 'waiting') trial.startTime = record.time;
    trial.endTime = record.endTime;
    Object.assign(trial.userAttributes, record.userAttributes);
    Object.assign(trial.systemAttributes, record.systemAttributes);
    const { finished } = record;
    if (finished) {
      trial.values = finished.values;
      for (const [name, { internal, distribution }] of finished.params) trial.setParam(name, internal, distribution);
      for (const [step, value] of finished.intermediateValues) trial.intermediateValues.set(step, value);
    }
    study.trialIds.push(this.#trials.length);
    study.trials.push(trial);
    this.#trials.push({ study, trial });
  }

  #setState({ trial: id, state, values, time }: StudyRecord & { readonly kind: 'state' }): void {
    const trial = this.#open(id);
    // Two processes may take the same waiting trial; it belongs to the first.
    if (!trial || (state === 'running' && trial.state === 'running')) return;
    trial.state = state;
    if (values !== undefined) trial.values = values;
    if (state === 'running') trial.startTime = time;
    if (isFinished(trial)) trial.endTime = time;
  }

  /** The trial, unless it has ended: what has ended does not change. */
  #open(id: number): TrialEntry | undefined {
    const trial = this.#trials[id]?.trial;
    return trial && !isFinished(trial) ? trial : undefined;
  }
}

function attributesOf(owner: StudyEntry | TrialEntry, kind: 'user' | 'system'): Record<string, JsonValue> {
  return kind === 'user' ? owner.userAttributes : owner.systemAttributes;
}
