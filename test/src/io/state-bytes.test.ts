/** States come back from their bytes bit for bit, and bytes that are no state are a FormatError before they cost anything. */
import fc from 'fast-check';
import t from 'tap';
import { FormatError } from '../../../src/errors.ts';
import { readState, writeState } from '../../../src/io/state-bytes.ts';
import type { StateValue } from '../../../src/tensor/state-value.ts';
import { full, Tensor, tensor } from '../../../src/tensor/tensor.ts';
import { mutatedBytes } from '../../support/mutated-bytes.ts';

const deep = process.env['GRADTAPE_DEEP'] === '1';

const tensors = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.boolean())
  .chain(([shape, isWide]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return fc
      .array(fc.double(), { minLength: size, maxLength: size })
      .map((values) => new Tensor(shape, Float32Array.from(values), isWide ? { wide: Float64Array.from(values) } : {}));
  });
const names = fc.oneof(fc.constantFrom('$', '__proto__', 'constructor', 'toString', '', 'a"b', 'é'), fc.string());
const states: fc.Arbitrary<StateValue> = fc.letrec<{ state: StateValue }>((tie) => ({
  state: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double(),
    fc.string(),
    tensors,
    fc.array(fc.double()),
    fc.array(tie('state'), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie('state')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).state;

/** The same state in values that can be compared, every bit of its numbers included. */
const comparable = (state: StateValue | undefined): unknown => {
  if (typeof state === 'number') return Object.is(state, -0) ? '-0' : `number ${state}`;
  if (state instanceof Tensor)
    return ['tensor', state.shape, [...new Uint32Array(state.data.slice().buffer)], state.wide && [...new BigUint64Array(state.wide.slice().buffer)]]; // prettier-ignore
  if (Array.isArray(state)) return state.map((one: StateValue) => comparable(one));
  if (typeof state === 'object' && state !== null)
    return ['object', Object.entries(state as object).map(([name, one]) => [name, comparable(one as StateValue)])];
  return state;
};

t.test('any state comes back bit for bit', (t) => {
  fc.assert(
    fc.property(states, (state) => {
      const bytes = writeState(state);
      if (bytes.length % 8 !== 0) throw new Error(`${bytes.length} bytes are not whole words`);
      // In the middle of other bytes, as a seal leaves it.
      const within = new Uint8Array(bytes.length + 3);
      within.set(bytes, 3);
      t.strictSame(comparable(readState(within.subarray(3), 'test')), comparable(state));
    }),
    { numRuns: deep ? 5_000 : 300 },
  );
  t.end();
});

t.test('the layout is the one that is described', (t) => {
  const bytes = writeState({ a: tensor(Float32Array.of(1.5, -2), [2]), b: [1, 2], c: NaN });
  const text =
    '{"arrays":[{"type":"f32","length":2},{"type":"f64","length":2}],"value":{"a":{"$":"tensor","shape":[2],"data":0},' +
    '"b":{"$":"numbers","data":1},"c":{"$":"number","value":"NaN"}}}';
  const padded = text.padEnd(8 * Math.ceil(text.length / 8));
  const expected = [
    text.length & 255,
    text.length >> 8,
    ...new Uint8Array(6),
    ...new TextEncoder().encode(padded),
    ...new Uint8Array(Float32Array.of(1.5, -2).buffer),
    ...new Uint8Array(Float64Array.of(1, 2).buffer),
  ];
  t.strictSame([...bytes], expected);
  t.end();
});

t.test('fields that are undefined are left out; objects have no prototype', (t) => {
  const state = readState(writeState({ a: undefined, b: { ['__proto__']: { polluted: true } } }), 'test') as {
    b: object;
  };
  t.strictSame(Object.keys(state), ['b']);
  t.equal(Object.getPrototypeOf(state), null);
  t.equal(Object.getPrototypeOf(state.b), null);
  t.equal(({} as { polluted?: boolean }).polluted, undefined);
  t.end();
});

t.test('what no state holds is refused when it is written', (t) => {
  const nested = Array.from({ length: 80 }).reduce<StateValue>((inner) => [inner], null);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [() => 1, /a state holds a function/],
    [{ a: new Map() }, /a state holds a Map/],
    [[1n], /a state holds a bigint/],
    [nested, /nested too deep/],
  ];
  for (const [value, message] of cases)
    t.throws(() => writeState(value as StateValue), { name: 'FormatError', message });
  t.end();
});

const bytesOf = (json: string, arrays = new Uint8Array(0)): Uint8Array => {
  const text = new TextEncoder().encode(json);
  const start = 8 + 8 * Math.ceil(text.length / 8);
  const bytes = new Uint8Array(start + arrays.length).fill(0x20);
  bytes.fill(0, 0, 8);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(arrays, start);
  return bytes;
};

t.test('bytes that are no state are refused, each with what is wrong', (t) => {
  const one = '{"arrays":[{"type":"f32","length":2}],"value":';
  const eight = new Uint8Array(8);
  const cases: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    nothing: [new Uint8Array(0), /0 bytes are too few/],
    'a length beyond the end': [Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0), /the length of the JSON is wrong/],
    'no JSON': [bytesOf('{'), /the JSON cannot be read/],
    'no value': [bytesOf('{"arrays":[]}'), /has no arrays and no value/],
    'a list': [bytesOf('[]'), /has no arrays and no value/],
    'an unknown type': [bytesOf('{"arrays":[{"type":"f16","length":1}],"value":1}'), /the list of arrays is wrong/],
    'a negative length': [bytesOf('{"arrays":[{"type":"f32","length":-1}],"value":1}'), /the list of arrays is wrong/],
    'an array beyond the end': [
      bytesOf('{"arrays":[{"type":"f64","length":9007199254740991}],"value":1}'),
      /goes beyond the end/,
    ],
    'bytes that nothing describes': [bytesOf('{"arrays":[],"value":1}', eight), /bytes where \d+ are described/],
    'a shape of more values': [
      bytesOf(`${one}{"$":"tensor","shape":[1073741824,1073741824],"data":0}}`, eight),
      /has not the values that its shape asks for/,
    ],
    'no shape': [bytesOf(`${one}{"$":"tensor","shape":[0.5],"data":0}}`, eight), /a tensor has no shape/],
    'an array that is not there': [bytesOf(`${one}{"$":"tensor","shape":[2],"data":1}}`, eight), /not there/],
    'an array of another type': [bytesOf(`${one}{"$":"numbers","data":0}}`, eight), /not there/],
    'one array for two values': [
      bytesOf(`${one}[{"$":"tensor","shape":[2],"data":0},{"$":"tensor","shape":[2],"data":0}]}`, eight),
      /two values name the same array/,
    ],
    'an unknown kind': [bytesOf('{"arrays":[],"value":{"$":"function"}}'), /a value is of an unknown kind/],
    'an unknown number': [bytesOf('{"arrays":[],"value":{"$":"number","value":"1"}}'), /a number has an unknown name/],
    'no fields': [bytesOf('{"arrays":[],"value":{"$":"object","value":[["a"]]}}'), /an object is no list of fields/],
    'a tower of lists': [bytesOf(`{"arrays":[],"value":${'['.repeat(100_000)}`), /nested too deep/],
    'a field of lists': [bytesOf(`{"arrays":[],"value":[${'[],'.repeat(300_000)}[]]}`), /the JSON (would take|needs) /],
  };
  for (const [what, [bytes, message]] of Object.entries(cases)) {
    t.throws(() => readState(bytes, 'file'), { name: 'FormatError', message: new RegExp(`^file: .*${message.source}`) }, what); // prettier-ignore
  }
  t.end();
});

t.test('mutated bytes are a state or a FormatError, at once', (t) => {
  const intact = writeState({
    version: 1,
    weights: [full([3, 4], 0.5), full([4], 1)],
    history: { loss: [3, 2, 1], val_loss: [NaN, Infinity, -0] },
    callbacks: [{ callback: 'earlyStopping', best: 0.5, deep: [[{ $: 1 }]] }, null],
  });
  let refused = 0;
  let slowest = 0;
  const count = deep ? 200_000 : 5_000;
  for (let seed = 0; seed < count; seed++) {
    const { bytes } = mutatedBytes(intact, seed);
    const start = performance.now();
    try {
      readState(bytes, 'file');
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  t.comment(`${refused} of ${count} refused, the slowest in ${slowest.toFixed(1)} ms`);
  t.ok(refused > count / 2);
  t.ok(slowest < 1000);
  t.end();
});
