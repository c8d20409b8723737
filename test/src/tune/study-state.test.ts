/** What a journal says, of whoever wrote it: as Optuna understands it, where two records contradict each other. */
import t from 'tap';
import type { Distribution } from '../../../src/tune/distribution.ts';
import type { StudyRecord } from '../../../src/tune/records.ts';
import { JournalState } from '../../../src/tune/study-state.ts';

const float: Distribution = { kind: 'float', low: 0, high: 1, log: false, step: null };
const int: Distribution = { kind: 'int', low: 0, high: 1, log: false, step: 1 };
const stateOf = (...records: readonly StudyRecord[]): JournalState => {
  const state = new JournalState();
  for (const record of records) state.apply(record);
  return state;
};
const make = (name: string): StudyRecord => ({ kind: 'createStudy', name, directions: ['minimize'] });
const begin = (study = 0): StudyRecord => ({ kind: 'createTrial', study, time: 1 });
const end = (values: readonly number[] | undefined, trial = 0): StudyRecord => ({
  kind: 'state',
  trial,
  state: 'complete',
  values,
  time: 2,
});
const param = (trial: number, internal: number, distribution: Distribution): StudyRecord => ({
  kind: 'param',
  trial,
  name: 'x',
  internal,
  distribution,
});

t.test('studies and trials are counted over the whole journal; a name is free when its study was deleted', (t) => {
  const state = stateOf(make('a'), make('a'), make('b'), begin(1), begin(7), { kind: 'deleteStudy', study: 0 }, make('a'), begin(2), end([1], 1)); // prettier-ignore
  t.strictSame([...state.studies.keys()], [1, 2]);
  t.equal(state.named('a')?.id, 2);
  t.equal(state.named('a')?.trials[0]?.state, 'complete', 'no number for the trial of a study that is not there');
  t.equal(state.named('b')?.trials[0]?.state, 'running');
  t.equal(state.named('a')?.trials[0]?.number, 0, 'each study counts its own');
  t.same(state.named('a')?.trialIds, [1]);
  t.end();
});

t.test('a parameter is what it was first: of two processes that make it at once, one wins', (t) => {
  const trials = stateOf(make('a'), begin(), begin(), begin(), param(0, 0.5, float), param(1, 1, int), param(2, 0.25, { ...float, high: 5 })).named('a')?.trials; // prettier-ignore
  t.strictSame({ ...trials?.[0]?.params }, { x: 0.5 });
  t.strictSame({ ...trials?.[1]?.params }, {});
  t.strictSame({ ...trials?.[2]?.params }, { x: 0.25 }, 'other bounds are taken');
  t.end();
});

t.test('what has ended does not change', (t) => {
  const trial = stateOf(make('a'), begin(), end([1]), param(0, 0.5, float), end([2]), {
    kind: 'trialAttribute',
    trial: 0,
    owner: 'user',
    key: 'k',
    value: 1,
  }).named('a')?.trials[0];
  t.strictSame([trial?.value, { ...trial?.params }, { ...trial?.userAttributes }], [1, {}, {}]);
  t.end();
});

t.test('a waiting trial belongs to the first who takes it, and one that was given back to the next', (t) => {
  const take = (state: 'running' | 'waiting', time: number): StudyRecord => ({
    kind: 'state',
    trial: 0,
    state,
    values: undefined,
    time,
  });
  const waiting: StudyRecord = { kind: 'createTrial', study: 0, time: 1, state: 'waiting' };
  t.equal(stateOf(make('a'), waiting).named('a')?.trials[0]?.startTime, undefined, 'it has not begun');
  const twice = stateOf(make('a'), waiting, take('running', 5), take('running', 6)).named('a')?.trials[0];
  t.equal(twice?.startTime, 5);
  const given = stateOf(make('a'), waiting, take('running', 5), take('waiting', 6), take('running', 7));
  t.equal(given.named('a')?.trials[0]?.startTime, 7);
  t.end();
});

t.test('a trial that runs again has nothing of its earlier run but the parameters that it asks for again', (t) => {
  const turn = (state: 'running' | 'waiting'): StudyRecord => ({ kind: 'state', trial: 0, state, values: undefined, time: 3 }); // prettier-ignore
  const noted = (key: string): StudyRecord => ({ kind: 'trialAttribute', trial: 0, owner: 'system', key, value: 1 });
  const first: readonly StudyRecord[] = [
    { kind: 'createTrial', study: 0, time: 1, systemAttributes: { made: 1 } },
    noted('gradtape:writer'),
    param(0, 0.5, float),
    { kind: 'intermediate', trial: 0, step: 3, value: 7 },
    noted('completed_rung_0'),
    { kind: 'trialAttribute', trial: 0, owner: 'user', key: 'k', value: 1 },
    turn('waiting'),
  ];
  const waiting = stateOf(make('a'), ...first).named('a')?.trials[0];
  t.strictSame({ ...waiting?.params }, { x: 0.5 }, 'what waits shows what it had');
  const study = stateOf(make('a'), ...first, turn('running')).named('a');
  const trial = study?.trials[0];
  t.strictSame([trial?.intermediateValues.size, { ...trial?.params }], [0, {}]);
  t.strictSame({ ...trial?.systemAttributes }, { made: 1, 'gradtape:writer': 1 });
  t.strictSame({ ...trial?.userAttributes }, { k: 1 });
  t.equal(study?.earlier?.get(0)?.params.get('x')?.internal, 0.5);
  const twice = stateOf(make('a'), ...first, turn('running'), turn('waiting'), turn('running'), end([1])).named('a');
  t.strictSame([twice?.earlier?.size, twice?.notes?.size], [0, 0], 'nothing is kept of what has ended');
  t.end();
});

t.test('a complete trial without a number for each objective has failed, and says why', (t) => {
  for (const [values, found] of [
    [undefined, 'no value'],
    [[1, 2], 'the values 1, 2'],
    [[NaN], 'the values NaN'],
  ] as const) {
    const trial = stateOf(make('a'), begin(), end(values)).named('a')?.trials[0];
    t.equal(trial?.state, 'failed');
    t.equal(trial?.failure, `it is complete with ${found}, where 1 can be compared`);
  }
  t.end();
});
