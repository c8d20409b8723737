/** Integers of every length, as WABT encodes them. */
import fc from 'fast-check';
import t from 'tap';
import { Bytes, i32, i64, ModuleBuilder } from '../../../src/wasm/index.ts';
import { bytesOfText } from '../../support/wabt.ts';

/** Both sides of every length that seven bits a byte may have, and both ends. */
const UNSIGNED = [0, 1, ...[7, 14, 21, 28].flatMap((bits) => [2 ** bits - 1, 2 ** bits]), 2 ** 31, 2 ** 32 - 1];
const SIGNED = [0, ...[6, 13, 20, 27, 31].flatMap((bits) => [2 ** bits - 1, -(2 ** bits)])];
const SIGNED_BEYOND = [6, 13, 20, 27].flatMap((bits) => [2 ** bits, -(2 ** bits) - 1]);
const LONG = [
  0n,
  ...[6n, 13n, 34n, 41n, 55n, 62n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, -(2n ** bits), -(2n ** bits) - 1n]),
];
const LONG_ENDS = [2n ** 63n - 1n, -(2n ** 63n)];

interface Numbers {
  readonly offsets: readonly number[];
  readonly integers: readonly number[];
  readonly longs: readonly bigint[];
}

/** A module with each number as an immediate: offsets are unsigned, constants signed. */
function assembled({ offsets, integers, longs }: Numbers): string {
  const module = new ModuleBuilder();
  module.importMemory({ module: 'host', name: 'memory', initial: 1 });
  module.define({ name: 'run', params: ['i32', 'i64'] }, (f, x, y) => {
    for (const offset of offsets) f.set(x, i32.load(x, offset));
    for (const value of integers) f.set(x, i32.const(value));
    for (const value of longs) f.set(y, i64.const(value));
  });
  return hex(module.toBytes());
}

function expected({ offsets, integers, longs }: Numbers): string {
  const body = [
    ...offsets.map((offset) => `local.get 0 i32.load offset=${offset} local.set 0`),
    ...integers.map((value) => `i32.const ${value} local.set 0`),
    ...longs.map((value) => `i64.const ${value} local.set 1`),
  ].join('\n');
  return hex(bytesOfText(`(module (import "host" "memory" (memory 1)) (func (param i32 i64) ${body}))`));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

t.test('integers at the edges of every length', (t) => {
  for (const offset of UNSIGNED) {
    const numbers = { offsets: [offset], integers: [], longs: [] };
    t.equal(assembled(numbers), expected(numbers), `offset ${offset}`);
  }
  for (const value of [...SIGNED, ...SIGNED_BEYOND, 2 ** 32 - 1]) {
    const numbers = { offsets: [], integers: [value], longs: [] };
    t.equal(assembled(numbers), expected(numbers), `i32 ${value}`);
  }
  for (const value of [...LONG, ...LONG_ENDS]) {
    const numbers = { offsets: [], integers: [], longs: [value] };
    t.equal(assembled(numbers), expected(numbers), `i64 ${value}`);
  }
  t.end();
});

t.test('any integers', (t) => {
  const numbers = fc.record<Numbers>({
    offsets: fc.array(fc.nat({ max: 2 ** 32 - 1 })),
    integers: fc.array(fc.integer()),
    longs: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  });
  let encoded = 0;
  fc.assert(
    fc.property(numbers, (some) => {
      encoded += some.offsets.length + some.integers.length + some.longs.length;
      return assembled(some) === expected(some);
    }),
    { seed: 42, numRuns: 200 },
  );
  t.ok(encoded > 1000, `${encoded} numbers`);
  t.end();
});

t.test('a buffer holds what was written however often it grew', (t) => {
  const bytes = new Bytes();
  const block = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);
  for (let i = 0; i < 1023; i++) bytes.byte(i % 256);
  bytes.u32(2 ** 32 - 1);
  bytes.bytes(block);
  bytes.append(bytes);
  const once = [...Array.from({ length: 1023 }, (_, i) => i % 256), 255, 255, 255, 255, 15, ...block];
  t.equal(bytes.length, 2 * once.length);
  t.strictSame([...bytes.toUint8Array()], [...once, ...once]);
  t.end();
});
