/** Everything that is in a journal, as plain JSON that Python dumps alike: `dump.py` says the same of Optuna's view. */
import { createStudy, type Study } from '../../src/tune/index.ts';
import type { Distribution } from '../../src/tune/distribution.ts';
import type { TrialRecord } from '../../src/tune/trial-record.ts';

/** JSON has no NaN and no infinities: they are texts here. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function distributionDump(distribution: Distribution): object {
  if (distribution.kind === 'categorical') return { kind: 'categorical', choices: distribution.choices };
  const { kind, low, high, log, step } = distribution;
  return { kind, low, high, log, step };
}

const microseconds = (time: number | undefined): number | null => (time === undefined ? null : Math.round(time * 1e6));

function trialDump(trial: TrialRecord): object {
  return {
    number: trial.number,
    state: trial.state,
    values: trial.values ?? null,
    params: { ...trial.params },
    distributions: Object.fromEntries([...trial.distributions].map(([name, one]) => [name, distributionDump(one)])),
    reports: [...trial.intermediateValues].sort(([a], [b]) => a - b),
    userAttributes: trial.userAttributes,
    systemAttributes: trial.systemAttributes,
    start: microseconds(trial.startTime),
    end: microseconds(trial.endTime),
  };
}

/** Of the studies in this order. */
export function studiesDump(studies: readonly Study[]): unknown {
  return plain(
    studies.map((study) => ({
      name: study.name,
      directions: study.directions,
      userAttributes: study.userAttributes,
      trials: study.trials.map(trialDump),
    })),
  );
}

/** @param names of the studies, all that there are */
export async function journalDump(path: string, names: readonly string[]): Promise<unknown> {
  const studies: Study[] = [];
  for (const name of names) studies.push(await createStudy({ storage: path, name }));
  return studiesDump(studies);
}
