/** What the objective of a trial that runs elsewhere asks the thread of the study, and the answers. */
import type { Distribution, ParamValue } from '../distribution.ts';
import type { JsonValue } from '../records.ts';
import type { Trial } from '../trial.ts';

/** The text of an attribute is JSON, because another copy could fail. */
export type TrialCall =
  | { readonly method: 'suggest'; readonly name: string; readonly distribution: Distribution }
  | { readonly method: 'report'; readonly value: number; readonly step: number }
  | { readonly method: 'shouldPrune' }
  | { readonly method: 'setUserAttribute'; readonly key: string; readonly text: string };

/** What a trial is when it is sent away. */
export interface TrialStart {
  readonly number: number;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** @throws what the trial throws */
export function answerCall(trial: Trial, call: TrialCall): unknown {
  switch (call.method) {
    case 'suggest':
      return trial.suggest(call.name, call.distribution);
    case 'report':
      return trial.report(call.value, call.step);
    case 'shouldPrune':
      return trial.shouldPrune();
    case 'setUserAttribute':
      return trial.setUserAttribute(call.key, JSON.parse(call.text) as JsonValue);
  }
}
