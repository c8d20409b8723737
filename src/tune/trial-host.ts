/** What a trial has of its study: values of its parameters, the pruner's word, and records of what it does. */
import { wallTime } from '../clock.ts';
import { suggestFrom, type ParamSource } from './param-source.ts';
import type { Pruner } from './pruner.ts';
import { Random } from './random.ts';
import type { Direction, JsonValue } from './records.ts';
import type { JointValue, Sampler, SamplingContext } from './sampler.ts';
import type { StudyLog } from './study-log.ts';
import type { StudyEntry } from './study-state.ts';
import type { TrialHost } from './trial.ts';
import type { TrialEntry } from './trial-entry.ts';

export interface TrialHostParts {
  readonly log: StudyLog;
  readonly study: StudyEntry;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly trial: TrialEntry;
  readonly signal: AbortSignal | undefined;
}

/** @throws what the sampler throws */
export function trialHost(parts: TrialHostParts): TrialHost {
  const { log, study, sampler, trial, signal = new AbortController().signal } = parts;
  const id = study.trialIds[trial.number] as number;
  const report = (value: number, step: number): void => log.write({ kind: 'intermediate', trial: id, step, value });
  const setAttribute = (owner: 'user' | 'system', key: string, value: JsonValue): void =>
    log.write({ kind: 'trialAttribute', trial: id, owner, key, value });
  const source: ParamSource = {
    record: trial,
    get earlier() {
      return study.earlier?.get(trial.number);
    },
    joint: sampler.sampleJoint?.(contextOf(parts, 'joint')) ?? new Map<string, JointValue>(),
    known: study.distributions,
    sample: (name, distribution) => sampler.sample(contextOf(parts, name), name, distribution),
    setParam: (name, internal, distribution) => log.write({ kind: 'param', trial: id, name, internal, distribution }),
  };
  return {
    record: trial,
    signal,
    suggest: (name, distribution) => suggestFrom(source, name, distribution),
    report,
    shouldPrune: () => shouldPrune(parts, (key, value) => setAttribute('system', key, value)),
    setUserAttribute: (key, value) => setAttribute('user', key, value),
    beginAgain() {
      for (const state of ['waiting', 'running'] as const) {
        log.write({ kind: 'state', trial: id, state, values: undefined, time: wallTime() });
      }
    },
    goOn() {
      const { earlier } = source;
      if (!earlier) return;
      for (const [name, { internal, distribution }] of earlier.params) source.setParam(name, internal, distribution);
      for (const [step, value] of earlier.reports) report(value, step);
      for (const [key, value] of earlier.notes) setAttribute('system', key, value);
    },
  };
}

function shouldPrune({ study, pruner, trial }: TrialHostParts, note: (key: string, value: number) => void): boolean {
  if (study.directions.length > 1) return false;
  const { name, trials } = study;
  return pruner.shouldPrune({ name, direction: study.directions[0] as Direction, trials, trial, note });
}

function contextOf({ study, sampler, trial }: TrialHostParts, purpose: string): SamplingContext {
  const all = study.trials;
  return {
    directions: study.directions,
    // Looked at by few samplers, and long in long studies.
    get trials() {
      return all.filter((other) => other !== trial);
    },
    all,
    trial,
    random: new Random(sampler.seed, `${sampler.name}/${purpose}`, trial.number),
  };
}
