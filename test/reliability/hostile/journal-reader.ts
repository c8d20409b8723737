/** Journals of studies: lines of JSON that several processes share, Optuna's among them. */
import { JournalReader } from '../../../src/tune/journal-reader.ts';
import { writeRecord } from '../../../src/tune/journal-text.ts';
import type { StudyRecord } from '../../../src/tune/records.ts';
import { JournalState, type StudyEntry } from '../../../src/tune/study-state.ts';
import type { HostileReader } from '../hostile-readers.ts';

const MB = 1024 * 1024;
/** As much as is read of a file at a time. */
const PIECE = 64 * 1024;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const float = { kind: 'float', low: 1e-4, high: 0.1, log: true, step: null } as const;
const choice = { kind: 'categorical', choices: ['conv', 2, true, null] } as const;
const param = { trial: 0, internal: 1, distribution: choice } as const;

const records: readonly StudyRecord[] = [
  { kind: 'createStudy', name: 'digits', directions: ['maximize'] },
  { kind: 'createTrial', study: 0, time: 1_764_150_000.5, systemAttributes: { 'gradtape:writer': 'ada:1:2:0-0' } },
  { kind: 'param', name: 'kind', ...param },
  { kind: 'param', trial: 0, name: 'rate', internal: 0.01, distribution: float },
  { kind: 'intermediate', trial: 0, step: 1, value: NaN },
  { kind: 'trialAttribute', trial: 0, owner: 'user', key: 'note', value: ['grüße', { deep: [1, 2.5] }] },
  { kind: 'state', trial: 0, state: 'complete', values: [0.97], time: 1_764_150_009.25 },
  { kind: 'studyAttribute', study: 0, owner: 'user', key: 'author', value: 'ada' },
  {
    kind: 'createTrial',
    study: 0,
    time: 5,
    endTime: 6,
    state: 'pruned',
    finished: {
      values: [0.5],
      params: new Map([['kind', { internal: 0, distribution: choice }]]),
      intermediateValues: new Map([[0, 0.5]]),
    },
  },
  { kind: 'createStudy', name: 'other', directions: ['minimize', 'maximize'] },
  { kind: 'deleteStudy', study: 1 },
];
const intact = records.map((record) => writeRecord(record, 'ada:1:2:0-0')).join('');

/** What a study does with the bytes, a piece at a time. */
function read(bytes: Uint8Array): Readonly<Record<string, ReadonlyMap<string, unknown>>> {
  const reader = new JournalReader('file');
  const state = new JournalState();
  for (let start = 0; start < bytes.length;) {
    let length = PIECE;
    let end = 0;
    do {
      end = start + bytes.subarray(start, start + length).lastIndexOf(0x0a) + 1;
      length *= 2;
    } while (end === start && length < 2 * bytes.length);
    if (end === start) break;
    for (const record of reader.read(bytes.subarray(start, end), bytes.length)) state.apply(record);
    start = end;
  }
  return namesOf([...state.studies.values()]);
}

/** Everything that has a name in a file, of the studies and the last trial. */
function namesOf(studies: readonly StudyEntry[]): Readonly<Record<string, ReadonlyMap<string, unknown>>> {
  const trial = studies.at(-1)?.trials.at(-1);
  return {
    studies: new Map(studies.map((study) => [study.name, study])),
    params: new Map(Object.entries(trial?.params ?? {})),
    attributes: new Map(Object.entries(trial?.userAttributes ?? {})),
  };
}

/** So many bytes of lines, behind a study and a trial. */
const lines = (bytes: number, line: (i: number) => string): Uint8Array => {
  const head = records.slice(0, 2).map((record) => writeRecord(record, ''));
  const count = Math.floor(bytes / (line(1e6).length + 1));
  return encode(`${head.join('')}${Array.from({ length: count }, (_, i) => line(i)).join('\n')}\n`);
};
const attribute = (value: string): string => `{"op_code":8,"worker_id":"","trial_id":0,"user_attr":{"a":${value}}}`;
/** A list as a study keeps it with each of its trials, so many lines of it. */
const attributes = (count: number, parts: number, part: (i: number) => string): Uint8Array => {
  const value = `[${Array.from({ length: parts }, (_, i) => part(i)).join(',')}]`;
  const line = (i: number): string =>
    `{"op_code":4,"worker_id":"","study_id":0}\n${attribute(value).replace('"trial_id":0', `"trial_id":${i}`)}`;
  return lines(count * (line(1e6).length + 1), line);
};
const repeated = (text: string, bytes: number): string =>
  Array.from({ length: Math.floor(bytes / (text.length + 1)) }, () => text).join(',');

export const journalReader: HostileReader = {
  name: 'study journals',
  files: () => [encode(intact), encode(intact.replace(/(\n.*){4}$/, ''))],
  read,
  bombs: {
    'trials without anything': () => lines(16 * MB, () => '{"op_code":4,"worker_id":"","study_id":0}'),
    'as many as are taken': () => lines(5 * MB, () => '{"op_code":4,"worker_id":"","study_id":0}'),
    'trials with attributes': () =>
      lines(16 * MB, () => '{"op_code":4,"worker_id":"","study_id":0,"user_attrs":{"a":1},"system_attrs":{"a":1}}'),
    'trials with a parameter': () =>
      lines(16 * MB, (i) => {
        const record = writeRecord({ kind: 'param', name: 'p', ...param, trial: i }, '');
        return `{"op_code":4,"worker_id":"","study_id":0}\n${record.trimEnd()}`;
      }),
    'trials with a report': () =>
      lines(16 * MB, (i) => {
        const record = writeRecord({ kind: 'intermediate', trial: i, step: 0, value: 0 }, '');
        return `{"op_code":4,"worker_id":"","study_id":0}\n${record.trimEnd()}`;
      }),
    'parameters of one trial': () =>
      lines(16 * MB, (i) => writeRecord({ kind: 'param', name: `p${i}`, ...param }, '').trimEnd()),
    'distributions that all differ': () =>
      lines(16 * MB, (i) => {
        const distribution = { kind: 'categorical', choices: [`a${i}`, `b${i}`, i] } as const;
        return writeRecord({ kind: 'param', trial: 0, name: 'p', internal: 1, distribution }, '').trimEnd();
      }),
    'reports of one trial': () =>
      lines(16 * MB, (i) => `{"op_code":7,"worker_id":"","trial_id":0,"step":${i},"intermediate_value":1.5}`),
    studies: () => lines(16 * MB, (i) => `{"op_code":0,"worker_id":"","study_name":"s${i}","directions":[1]}`),
    'attributes of one study': () =>
      lines(16 * MB, (i) => `{"op_code":2,"worker_id":"","study_id":0,"user_attr":{"a${i}":"b"}}`),
    'a list of millions': () => lines(8 * MB, () => attribute(`[${repeated('1', 7.9 * MB)}]`)),
    'lists of lists': () => lines(16 * MB, () => attribute(`[${repeated('[]', 60_000)}]`)),
    'objects of objects': () => lines(16 * MB, () => attribute(`[${repeated('{"a":{}}', 60_000)}]`)),
    'long texts of wide characters': () => lines(16 * MB, (i) => attribute(`"${'語'.repeat(100_000)}${i}"`)),
    'reports of each trial': () =>
      lines(16 * MB, (i) => {
        const trial = Math.floor(i / 5);
        const report = `{"op_code":7,"worker_id":"","trial_id":${trial},"step":${i},"intermediate_value":1.5}`;
        return i % 5 === 0 ? `{"op_code":4,"worker_id":"","study_id":0}\n${report}` : report;
      }),
    'attributes of each trial': () =>
      lines(16 * MB, (i) => {
        const trial = Math.floor(i / 17);
        const line = `{"op_code":8,"worker_id":"","trial_id":${trial},"user_attr":{"a${i % 17}":${i}.5}}`;
        return i % 17 === 0 ? `{"op_code":4,"worker_id":"","study_id":0}\n${line}` : line;
      }),
    'predicted classes with each trial': () => attributes(1000, 10_000, (i) => String((i * 7) % 10)),
    'points with each trial': () => attributes(60, 5000, (i) => `{"i":${i},"y":${i / 8}}`),
    'empty objects with each trial': () => attributes(12, 20_000, () => '{}'),
    'texts with one wide character': () => lines(16 * MB, () => attribute(`"${'x'.repeat(100_000)}語"`)),
    'short lists': () => lines(16 * MB, () => attribute('[[],[],{}]')),
    'one line without an end': () => encode('[1,'.repeat(5 * MB)),
    'a long line': () => lines(16 * MB, () => attribute(`"${'x'.repeat(15 * MB)}"`)),
    'values of one trial': () =>
      lines(7 * MB, () => `{"op_code":6,"worker_id":"","trial_id":0,"state":4,"values":[${repeated('1', 6 * MB)}]}`),
    'white space': () => lines(16 * MB, () => ' '.repeat(1000)),
  },
  named: (name) =>
    encode(
      [
        { kind: 'createStudy', name, directions: ['minimize'] } as const,
        records[1] as StudyRecord,
        { kind: 'param', name, ...param } as const,
        { kind: 'trialAttribute', trial: 0, owner: 'user', key: name, value: { [name]: name } } as const,
      ]
        .map((record) => writeRecord(record, ''))
        .join(''),
    ),
};
