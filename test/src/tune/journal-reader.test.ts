/** Records become Optuna's lines and come back; what is no line of Optuna's is refused with its number. */
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { writeDistribution } from '../../../src/tune/journal-distribution.ts';
import { JournalReader, MAX_LINE_BYTES } from '../../../src/tune/journal-reader.ts';
import { readTime, writeRecord, writeTime } from '../../../src/tune/journal-text.ts';
import type { JsonValue, StudyRecord } from '../../../src/tune/records.ts';
import { StoredJson } from '../../../src/tune/stored-json.ts';
import { JournalState } from '../../../src/tune/study-state.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parsed = (record: StudyRecord): StudyRecord =>
  'value' in record && record.value instanceof StoredJson
    ? ({ ...record, value: record.value.value } as StudyRecord)
    : record;
const read = (text: string): readonly StudyRecord[] =>
  new JournalReader('f').read(encode(text), text.length).map(parsed);
const float = { kind: 'float', low: 1e-4, high: 1, log: true, step: null } as const;
const stepped = { kind: 'float', low: 0, high: 1, log: false, step: 0.25 } as const;
const int = { kind: 'int', low: 1, high: 9, log: true, step: 1 } as const;
const choice = { kind: 'categorical', choices: ['a', 1, 0.5, true, null] } as const;
/** Without a prototype, as what is read. */
const named = <Fields extends object>(fields: Fields): Fields => Object.assign(Object.create(null) as Fields, fields);

const records: readonly StudyRecord[] = [
  { kind: 'createStudy', name: '__proto__', directions: ['minimize', 'maximize'] },
  { kind: 'deleteStudy', study: 0 },
  { kind: 'studyAttribute', study: 0, owner: 'user', key: '__proto__', value: [1, 'ü', null, named({ x: true })] },
  { kind: 'studyAttribute', study: 0, owner: 'system', key: 'k', value: NaN },
  { kind: 'param', trial: 3, name: 'constructor', internal: 1e-4, distribution: float },
  { kind: 'param', trial: 3, name: 'n', internal: 3, distribution: int },
  { kind: 'param', trial: 3, name: 's', internal: 0.5, distribution: stepped },
  { kind: 'param', trial: 3, name: 'c', internal: 4, distribution: choice },
  { kind: 'state', trial: 3, state: 'complete', values: [1, -Infinity], time: 1_764_150_000.123456 },
  { kind: 'state', trial: 3, state: 'running', values: undefined, time: 1 },
  { kind: 'intermediate', trial: 3, step: 7, value: NaN },
  { kind: 'trialAttribute', trial: 3, owner: 'user', key: 'k', value: 'v' },
  { kind: 'trialAttribute', trial: 3, owner: 'system', key: 'k', value: -0 },
];

t.test('records come back as they were written', (t) => {
  t.strictSame(read(records.map((record) => writeRecord(record, 'w')).join('')), records);
  const trial: StudyRecord & { readonly finished: object } = {
    kind: 'createTrial',
    study: 0,
    time: 2.5,
    endTime: 3.000001,
    state: 'pruned',
    userAttributes: { a: 1 },
    systemAttributes: {},
    finished: {
      values: [0.5],
      params: new Map([['__proto__', { internal: 0.5, distribution: stepped }]]),
      intermediateValues: new Map([[3, Infinity]]),
    },
  };
  t.strictSame(read(writeRecord(trial, 'w')), [{ ...trial, userAttributes: named({ a: 1 }) }]);
  const several: StudyRecord = { ...trial, finished: { ...trial.finished, values: [0.5, Infinity] } };
  t.match(read(writeRecord(several, 'w')), [{ finished: { values: [0.5, Infinity] } }]);
  t.match(read(writeRecord({ kind: 'createTrial', study: 1, state: 'waiting' }, 'w')), [
    { kind: 'createTrial', state: 'waiting', time: undefined },
  ]);
  t.end();
});

t.test("the lines are Optuna's: its names, floats as floats, times in microseconds", (t) => {
  const line = (record: StudyRecord | undefined): string => writeRecord(record as StudyRecord, 'w');
  t.equal(line(records[0]), '{"op_code":0,"worker_id":"w","study_name":"__proto__","directions":[1,2]}\n');
  t.equal(
    line(records[8]),
    '{"op_code":6,"worker_id":"w","trial_id":3,"state":1,"values":[1.0,-Infinity],"datetime_complete":"2025-11-26T09:40:00.123456+00:00"}\n',
  );
  t.match(line(records[5]), '"param_name":"n","param_value_internal":3.0,');
  const states = ['running', 'complete', 'pruned', 'failed', 'waiting'] as const;
  for (const [number, state] of states.entries())
    t.match(line({ kind: 'state', trial: 3, state, values: undefined, time: 1 }), `"state":${number},"values":null`);
  t.equal(writeDistribution(int), '{"name":"IntDistribution","attributes":{"log":true,"step":1,"low":1,"high":9}}');
  t.equal(
    writeDistribution(stepped),
    '{"name":"FloatDistribution","attributes":{"step":0.25,"low":0.0,"high":1.0,"log":false}}',
  );
  t.end();
});

t.test('times with and without offsets', (t) => {
  t.equal(writeTime(0.5), '1970-01-01T00:00:00.500000+00:00');
  t.equal(readTime('1970-01-01T02:30:00.000001+02:30'), 1e-6);
  t.equal(readTime('1970-01-01T00:00:01Z'), 1);
  t.equal(readTime('1970-01-01 00:00:01.5-0030'), 1801.5);
  t.equal(readTime('1970-01-02T00:00:00'), new Date(1970, 0, 2).getTime() / 1000, 'local time');
  t.equal(readTime('1970-13-02T00:00:00Z'), undefined);
  t.equal(readTime('yesterday'), undefined);
  t.end();
});

t.test("distributions of Optuna's first versions", (t) => {
  const old = (name: string, attributes: object): unknown => {
    const distribution = JSON.stringify({ name, attributes });
    const [record] = read(
      `{"op_code":5,"worker_id":"","trial_id":0,"param_name":"x","param_value_internal":1.0,"distribution":${JSON.stringify(distribution)}}\n`,
    );
    return record?.kind === 'param' && record.distribution;
  };
  t.match(old('UniformDistribution', { low: 0, high: 2 }), { kind: 'float', log: false, step: null });
  t.match(old('LogUniformDistribution', { low: 0.1, high: 2 }), { kind: 'float', log: true });
  t.match(old('DiscreteUniformDistribution', { low: 0, high: 2, q: 0.5 }), { kind: 'float', step: 0.5 });
  t.match(old('IntUniformDistribution', { low: 0, high: 4, step: 2 }), { kind: 'int', step: 2 });
  t.match(old('IntLogUniformDistribution', { low: 1, high: 4, step: 1 }), { kind: 'int', log: true });
  t.end();
});

t.test('whole numbers lose their fraction, as in Optuna', (t) => {
  const lines = [2.9, -2.9].map((internal) => writeRecord({ kind: 'param', trial: 0, name: 'n', internal, distribution: { ...int, low: -9, log: false } }, 'w')); // prettier-ignore
  t.match(read(lines.join('')), [{ internal: 2 }, { internal: -2 }]);
  t.end();
});

t.test('what Optuna has added is passed over, half a line is left for later, names are names', (t) => {
  t.strictSame(read('{"op_code":10,"study_id":0,"trial_ids":[1]}\n{"op_code":11}\n{"op_code":0,"wor'), []);
  const [record] = read(
    '{"op_code":2,"worker_id":"","study_id":0,"user_attr":{"__proto__":{"__proto__":{"x":1}}}}\r\n',
  );
  t.match(record, { key: '__proto__' });
  const { value } = record as { readonly value: object };
  t.equal(Object.getPrototypeOf(value), null);
  t.strictSame(Object.keys(value), ['__proto__']);
  t.end();
});

const param = (part: string): string =>
  `{"op_code":5,"worker_id":"","trial_id":0,"param_name":"x","param_value_internal":0.5,${part}}`;
const distribution = (text: string): string => param(`"distribution":${JSON.stringify(text)}`);
const refused: readonly (readonly [line: string, message: RegExp])[] = [
  ['', /it is no JSON; expected one JSON object/],
  ['[]', /an array of 0; expected one JSON object/],
  ['{"op_code":0,"worker_id":""', /no JSON/],
  ['{"worker_id":""}', /there is no 'op_code'; expected an integer from 0/],
  ['{"op_code":-1,"worker_id":""}', /'op_code' is -1/],
  ['{"op_code":0,"study_name":"s","directions":[1]}', /there is no 'worker_id'; expected a text/],
  ['{"op_code":0,"worker_id":"","study_name":3,"directions":[1]}', /'study_name' is 3; expected a text/],
  ['{"op_code":0,"worker_id":"","study_name":"s","directions":[0]}', /directions.*1, minimize, and 2, maximize/],
  ['{"op_code":0,"worker_id":"","study_name":"s","directions":[]}', /directions/],
  ['{"op_code":1,"worker_id":"","study_id":0.5}', /'study_id' is 0.5/],
  ['{"op_code":2,"worker_id":"","study_id":0,"user_attr":{"a":1,"b":2}}', /2 attributes; expected one/],
  ['{"op_code":4,"worker_id":"","study_id":0,"datetime_start":"now"}', /'datetime_start' is 'now'; expected a time/],
  ['{"op_code":4,"worker_id":"","study_id":0,"params":{"x":1}}', /'x' has no distribution/],
  ['{"op_code":4,"worker_id":"","study_id":0,"intermediate_values":{"x":1}}', /the report 'x'/],
  ['{"op_code":6,"worker_id":"","trial_id":0,"state":5,"values":null}', /the state is 5; expected one of 0 to 4/],
  [
    '{"op_code":6,"worker_id":"","trial_id":0,"state":1,"values":["1"]}',
    /'values' is an array of 1; expected a list of n/,
  ],
  ['{"op_code":6,"worker_id":"","trial_id":0,"state":1,"values":[1]}', /there is no 'datetime_complete'/],
  ['{"op_code":7,"worker_id":"","trial_id":0,"step":"1","intermediate_value":1}', /'step' is '1'/],
  ['{"op_code":8,"worker_id":"","trial_id":0,"user_attr":[]}', /'user_attr' is an array/],
  [param('"distribution":"{"'), /the distribution is no JSON/],
  [distribution('{"name":"toString","attributes":{}}'), /none of FloatDistribution/],
  [distribution('{"name":"FloatDistribution","attributes":{"low":2,"high":1}}'), /bounds are reversed/],
  [distribution('{"name":"FloatDistribution","attributes":{"low":0,"high":1,"log":1}}'), /log is neither/],
  [distribution('{"name":"CategoricalDistribution","attributes":{"choices":[]}}'), /choices of 'x'/],
  [distribution('{"name":"CategoricalDistribution","attributes":{"choices":["a"]}}'), /choice 0.5; expected the index/],
  [
    distribution('{"name":"CategoricalDistribution","attributes":{"choices":["a"]}}').replace('0.5', '1.0'),
    /choice 1; expected the index of one of 1/,
  ],
  [`{"op_code":9,"worker_id":"","trial_id":0,"system_attr":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`, /too deep/],
  [`{"op_code":9,"worker_id":"","trial_id":0,"system_attr":{"a":"${'x'.repeat(MAX_LINE_BYTES)}"}}`, /at most 8388608/],
  ['\ud800', /no JSON/],
];

t.test('a line that is none is refused by its number, with what should stand there', (t) => {
  const good = writeRecord(records[0] as StudyRecord, 'w');
  for (const [line, message] of refused) {
    const reader = new JournalReader('my.journal');
    const text = `${good}${line}\n${good}`;
    let error: unknown;
    try {
      reader.read(encode(text), 2 * text.length);
    } catch (caught) {
      error = caught;
    }
    t.type(error, FormatError, line.slice(0, 100));
    t.match(String(error), /FormatError: my\.journal: line 2: /);
    t.match(String(error), message);
    t.equal(reader.lines, 0, 'nothing of the piece counts as read');
  }
  t.throws(() => read(`\xff${good}`), FormatError);
  t.throws(() => new JournalReader('f').read(Uint8Array.of(0x22, 0xff, 0x22, 0x0a), 4), /no JSON/, 'bad UTF-8');
  t.end();
});

t.test('ordinary journals are far from the limit of memory, hostile ones are refused at it', (t) => {
  const trials = 10_000;
  const writer = 'ada/1f0c9a2e/4026531836:4711:88214:0-0';
  const lines = [writeRecord(records[0] as StudyRecord, writer)];
  for (let trial = 0; trial < trials; trial++) {
    lines.push(
      writeRecord(
        { kind: 'createTrial', study: 0, time: trial, systemAttributes: { 'gradtape:writer': writer } },
        writer,
      ),
      writeRecord({ kind: 'param', trial, name: 'x', internal: trial / trials, distribution: stepped }, writer),
      writeRecord({ kind: 'state', trial, state: 'complete', values: [trial], time: trial }, writer),
    );
  }
  const text = encode(lines.join(''));
  // As if it went on for ever: what trials cost is less than twice what they are written with.
  for (let round = 0, reader = new JournalReader('f'); round < 5; round++) {
    t.equal(reader.read(text, (round + 1) * text.length - 16 * 1024 * 1024).length, 3 * trials + 1);
  }
  // Many reports and attributes of each trial, while others run.
  const busy = Array.from({ length: 120_000 }, (_, i): StudyRecord => {
    const trial = 8 * Math.floor(i / 800) + (i % 8);
    const step = Math.floor((i % 800) / 8);
    return i % 2 === 0
      ? { kind: 'intermediate', trial, step, value: 1 / (i + 1) }
      : { kind: 'trialAttribute', trial, owner: 'user', key: `metric ${step % 20}`, value: 1 / (i + 1) };
  });
  const busyText = encode(busy.map((record) => writeRecord(record, writer)).join(''));
  for (let round = 0, reader = new JournalReader('f'); round < 4; round++) {
    t.equal(reader.read(busyText, (round + 1) * busyText.length - 15.9 * 1024 * 1024).length, busy.length);
  }
  for (const line of [
    '{"op_code":0,"worker_id":"","study_name":"","directions":[1]}\n',
    '{"op_code":4,"worker_id":"","study_id":0}\n',
    '{"op_code":4,"worker_id":"","study_id":0}\n{"op_code":8,"worker_id":"","trial_id":0,"user_attr":{"a":0}}\n',
    '{"op_code":4,"worker_id":"","study_id":0,"user_attrs":{"a":[[],{}]}}\n',
  ]) {
    const hostile = encode(line.repeat(250_000));
    t.throws(() => new JournalReader('f').read(hostile, hostile.length), {
      name: 'FormatError',
      message: /f: what its lines say needs \d+ bytes of memory/,
    });
  }
  t.end();
});

t.test('what studies keep with their trials is read again, however many parts it has', (t) => {
  const parts = (count: number, part: (i: number) => JsonValue): JsonValue =>
    Array.from({ length: count }, (_, i) => part(i));
  const cases: readonly (readonly [trials: number, value: JsonValue])[] = [
    [1000, parts(10_000, (i) => (i * 7) % 10)],
    [60, parts(5000, (i) => ({ i, y: i / 8 }))],
    [12, parts(20_000, () => ({}))],
    [400, { note: 'grün', wide: '語', parts: parts(1000, (i) => [i % 2 === 0, null, `${i}`]) }],
    [100, `${'x'.repeat(500_000)}語`],
    [20_000, parts(20, () => ({}))],
  ];
  for (const [trials, value] of cases) {
    const line = (trial: number): Uint8Array =>
      encode(writeRecord({ kind: 'trialAttribute', trial, owner: 'user', key: 'k', value }, 'w'));
    const bytes = trials * line(1000).length;
    const reader = new JournalReader('f');
    const state = new JournalState();
    for (const record of [
      records[0] as StudyRecord,
      ...Array<StudyRecord>(trials).fill({ kind: 'createTrial', study: 0 }),
    ]) {
      state.apply(record);
    }
    const [first] = reader.read(line(0), bytes);
    for (let trial = 1; trial < trials; trial++) reader.read(line(trial), bytes);
    state.apply(first as StudyRecord);
    const attributes = state.studies.get(0)?.trials[0]?.userAttributes ?? {};
    t.same(attributes, { k: value });
    t.equal(state.studies.get(0)?.trials[0]?.userAttributes['k'], attributes['k'], 'parsed once');
    t.equal(
      JSON.stringify(first),
      JSON.stringify({ kind: 'trialAttribute', trial: 0, owner: 'user', key: 'k', value }),
    );
  }
  t.end();
});

t.test('the attributes of trials that are written whole are read as JSON, too', (t) => {
  const objects = Array.from({ length: 100 }, () => ({ __proto__: null, x: [] }));
  const text = `{"op_code":4,"worker_id":"","study_id":0, "user_attrs" : {"a":1, "b\\u0022" : ${JSON.stringify(objects)} , "c": [1, "]}\\"", NaN] ,"a":2}}\n`;
  const [record] = read(text);
  const state = new JournalState();
  state.apply(records[0] as StudyRecord);
  state.apply(record as StudyRecord);
  t.match(record, { userAttributes: { 'b"': StoredJson } });
  const attributes = state.studies.get(0)?.trials[0]?.userAttributes;
  t.strictSame({ ...attributes }, { a: 2, 'b"': objects, c: [1, ']}"', NaN] });
  t.end();
});
