/** Every element type is read as the Python library reads it, every broken file is refused as it refuses it. */
import t from 'tap';
import { ArgumentError, FormatError } from '../../../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../../src/safetensors.ts';
import { tensor } from '../../../../src/tensor/tensor.ts';
import { fixtures } from '../../../safetensors/fixtures.ts';
import { oneTensor, safetensorsFile } from './files.ts';

for (const { case: name, tensors, file } of fixtures.read) {
  t.test(`${name} is read as the Python library reads it`, (t) => {
    const read = readSafetensors(file);
    t.equal(read.tensors.size, tensors.length);
    for (const { name, shape, f32, f64 } of tensors) {
      const value = read.tensors.get(name);
      t.strictSame(value?.shape, shape);
      t.strictSame(value?.data, new Float32Array(f32.slice().buffer));
      t.strictSame(value?.wide, f64 && new Float64Array(f64.slice().buffer));
    }
    t.end();
  });
}

/** Files that the library takes and we do not, and what we say. */
const stricter: ReadonlyMap<string, RegExp> = new Map([
  ['white space before', /does not begin with '\{'/],
  ['a tensor that is a list', /'\{' is missing/],
  ['a name twice', /the tensor 'a' stands there twice/],
  ['a name twice, the first without bytes', /the tensor 'a' stands there twice/],
  ['a text of metadata twice', /the metadata has the key 'a' twice/],
  ['an unknown field', /has the field 'more', and only dtype, shape and data_offsets are known/],
  ['a shape above 2^53 without elements', /a number is above 2\^53/],
  ['a type that numpy lacks', /has elements of F8_E5M2, which are not read\. Give the names of the other tensors/],
]);

t.test('files made by hand are judged as the Python library judges them', (t) => {
  let refusals = 0;
  for (const { case: name, file, refusal } of fixtures.judged) {
    const expected = stricter.get(name) ?? (refusal === null ? undefined : /^readSafetensors: /);
    if (expected === undefined) {
      t.doesNotThrow(() => readSafetensors(file), name);
    } else {
      t.throws(() => readSafetensors(file), { name: 'FormatError', message: expected, where: 'readSafetensors' }, name);
      t.throws(() => readSafetensors(file), FormatError, name);
      refusals += 1;
    }
  }
  t.ok(refusals > 100, `${refusals} refusals`);
  const names = fixtures.judged.map(({ case: name }) => name);
  t.strictSame(
    [...stricter.keys()].filter((name) => !names.includes(name)),
    [],
  );
  t.end();
});

t.test('every float16 and every bfloat16 is the float32 of its value', (t) => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const bytes = new Uint8Array(halves.buffer);
  const valueOf = (bits: number, fractionBits: number): number => {
    const [exponentBits, bias] = [15 - fractionBits, 2 ** (14 - fractionBits) - 1];
    const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
    const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
    const sign = bits & 0x8000 ? -1 : 1;
    if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
  };
  for (const [dtype, fractionBits] of [
    ['F16', 10],
    ['BF16', 7],
  ] as const) {
    const { data } = oneTensor(readSafetensors(safetensorsFile(dtype, [65_536], bytes)));
    const wrong = [...halves].filter((bits) => !Object.is(data[bits], valueOf(bits, fractionBits)));
    t.strictSame(wrong, [], dtype);
  }
  t.end();
});

t.test('a BOOL is 0 or 1, whatever byte says true', (t) => {
  t.strictSame(
    [...oneTensor(readSafetensors(safetensorsFile('BOOL', [4], Uint8Array.of(0, 1, 2, 255)))).data],
    [0, 1, 1, 1],
  );
  t.end();
});

t.test('a header may have 100,000,000 bytes and not one more', (t) => {
  const file = new Uint8Array(8 + 100_000_001).fill(0x20);
  file.set([0x7b, 0x7d], 8);
  const withHeader = (length: number): Uint8Array => {
    new DataView(file.buffer).setUint32(0, length, true);
    new DataView(file.buffer).setUint32(4, 0, true);
    return file.subarray(0, 8 + length);
  };
  t.equal(readSafetensors(withHeader(100_000_000)).tensors.size, 0);
  t.throws(() => readSafetensors(withHeader(100_000_001)), { name: 'FormatError', message: /100000000 at most/ });
  t.throws(() => readSafetensors(withHeader(1_000).subarray(0, 1_007)), {
    message: /can have 999 at most in a file of 1007 bytes/,
  });
  t.end();
});

t.test('integers that float32 holds are read, others are refused by their position', (t) => {
  for (const dtype of ['I32', 'U32', 'I64', 'U64']) {
    const isWide = dtype.endsWith('64');
    const signed = dtype.startsWith('I');
    const values = [
      0n,
      1n,
      2n ** 24n,
      2n ** 24n + 2n,
      2n ** 31n - 128n,
      ...(signed ? [-1n, -(2n ** 31n)] : [2n ** 31n]),
    ];
    if (isWide) values.push(2n ** 53n, 2n ** 62n, 2n ** 62n + 2n ** 39n, ...(signed ? [-(2n ** 63n)] : [2n ** 63n]));
    const file = (all: readonly bigint[]): Uint8Array => {
      const bytes = Buffer.alloc((isWide ? 8 : 4) * all.length);
      all.forEach((value, i) => {
        if (isWide) bytes.writeBigUInt64LE(BigInt.asUintN(64, value), 8 * i);
        else bytes.writeUInt32LE(Number(BigInt.asUintN(32, value)), 4 * i);
      });
      return safetensorsFile(dtype, [all.length], bytes);
    };
    t.strictSame([...oneTensor(readSafetensors(file(values))).data], values.map(Number), dtype);
    const inexact = [2n ** 24n + 1n, 2n ** 31n - 1n, ...(signed ? [-(2n ** 24n) - 1n] : [2n ** 32n - 1n])];
    if (isWide) inexact.push(2n ** 53n + 1n, 2n ** 62n + 1n, 2n ** 63n - 1n, 2n ** 32n + 1n);
    for (const value of inexact) {
      t.throws(() => readSafetensors(file([1n, value, value])), {
        name: 'FormatError',
        message: new RegExp(`'x' has an integer of ${dtype} at position 1 that float32 cannot hold exactly`),
      });
    }
  }
  t.end();
});

t.test('some tensors can be read and others left alone', (t) => {
  const file = writeSafetensors({ a: tensor([1]), b: tensor([2]), c: tensor([3]) });
  t.strictSame([...readSafetensors(file, { names: ['c', 'a'] }).tensors.keys()], ['a', 'c']);
  t.strictSame([...readSafetensors(file, { names: [] }).tensors.keys()], []);
  t.throws(() => readSafetensors(file, { names: ['d'] }), {
    name: 'ArgumentError',
    message: /the file has no tensor 'd'\. It has 3: a, b, c\./,
  });
  const unread = fixtures.judged.find(({ case: name }) => name === 'a type that numpy lacks');
  t.equal(readSafetensors(unread?.file ?? new Uint8Array(), { names: [] }).tensors.size, 0);
  t.end();
});

t.test('tensors do not change with the bytes they were read from, which may stand anywhere', (t) => {
  const file = writeSafetensors({ a: tensor([1, 2]) });
  for (let shift = 0; shift < 8; shift++) {
    const moved = new Uint8Array(file.length + shift).subarray(shift);
    moved.set(file);
    const value = oneTensor(readSafetensors(moved));
    moved.fill(0);
    t.strictSame([...value.data], [1, 2]);
  }
  t.end();
});

t.test('what is no file at all is a wrong argument', (t) => {
  for (const value of [undefined, null, 'a.safetensors', new ArrayBuffer(8), [1], new Float32Array(4)]) {
    t.throws(() => readSafetensors(value as unknown as Uint8Array), ArgumentError);
  }
  t.throws(() => readSafetensors(writeSafetensors({}), 1 as never), ArgumentError);
  for (const names of [1, 'a', [1], {}]) {
    t.throws(() => readSafetensors(writeSafetensors({}), { names: names as never }), ArgumentError);
  }
  t.end();
});
