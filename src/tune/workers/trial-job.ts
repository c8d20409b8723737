/** Runs the objective of one trial in a thread: the trial asks the thread of the study everything. */
import type { ParamValue } from '../distribution.ts';
import { Trial, type TrialHost } from '../trial.ts';
import { TrialEntry } from '../trial-entry.ts';
import type { JobLink, JobProgram } from './job-link.ts';
import { importDefault, type ModulePayload } from './job-module.ts';
import type { TrialCall, TrialStart } from './trial-call.ts';

export interface TrialPayload extends ModulePayload {
  readonly trial: TrialStart;
}

/** @returns what the objective gives */
export const trialJob: JobProgram = async (payload, link) => {
  const { trial, ...module } = payload as TrialPayload;
  const objective = await importDefault(module);
  return objective(new Trial(remoteHost(trial, link)));
};

/** What the study has told of a trial: values, and not what they were chosen from. */
class ToldEntry extends TrialEntry {
  readonly told: Record<string, ParamValue> = Object.create(null) as Record<string, ParamValue>;

  override get params(): Readonly<Record<string, ParamValue>> {
    return this.told;
  }
}

function remoteHost({ number, params }: TrialStart, link: JobLink): TrialHost {
  const record = new ToldEntry(number);
  Object.assign(record.told, params);
  const ask = (call: TrialCall): unknown => link.ask(call);
  return {
    record,
    get signal() {
      return link.signal;
    },
    suggest(name, distribution) {
      const value = ask({ method: 'suggest', name, distribution }) as TrialStart['params'][string];
      record.told[name] = value;
      return value;
    },
    report: (value, step) => void ask({ method: 'report', value, step }),
    shouldPrune: () => ask({ method: 'shouldPrune' }) === true,
    setUserAttribute(key, value) {
      ask({ method: 'setUserAttribute', key, text: JSON.stringify(value) });
      record.setAttribute('user', key, value);
    },
    beginAgain: () => undefined,
    goOn: () => undefined,
  };
}
