/** Atomics: what threads over one shared memory wait for and count with. Addresses are multiples of 4. */
import { i32Value, i64Value, instruction, memoryArgument, type I32, type I64, type Value } from './value.ts';

const PREFIX = 0xfe;

type Update = (address: I32, value: I32, offset?: number) => Value<'i32'>;

const update =
  (code: number): Update =>
  (address, value, offset = 0) =>
    instruction('i32', { prefix: PREFIX, code }, [i32Value(address), i32Value(value)], memoryArgument(offset));

export const atomic: {
  readonly load: (address: I32, offset?: number) => Value<'i32'>;
  /** Each gives the value before. */
  readonly add: Update;
  readonly sub: Update;
  readonly and: Update;
  readonly or: Update;
  readonly exchange: Update;
  /** Writes `replacement` where `expected` stands; gives the value before. */
  readonly compareExchange: (address: I32, expected: I32, replacement: I32, offset?: number) => Value<'i32'>;
  /** Sleeps while `expected` stands there, at most so many nanoseconds. Gives 0 woken, 1 another value, 2 timed out. */
  readonly wait: (address: I32, expected: I32, nanoseconds: I64, offset?: number) => Value<'i32'>;
  /** Wakes up to `count` sleepers; gives their number. */
  readonly notify: (address: I32, count: I32, offset?: number) => Value<'i32'>;
} = {
  load: (address, offset = 0) =>
    instruction('i32', { prefix: PREFIX, code: 0x10 }, [i32Value(address)], memoryArgument(offset)),
  add: update(0x1e),
  sub: update(0x25),
  and: update(0x2c),
  or: update(0x33),
  exchange: update(0x41),
  compareExchange: (address, expected, replacement, offset = 0) =>
    instruction(
      'i32',
      { prefix: PREFIX, code: 0x48 },
      [i32Value(address), i32Value(expected), i32Value(replacement)],
      memoryArgument(offset),
    ),
  wait: (address, expected, nanoseconds, offset = 0) =>
    instruction(
      'i32',
      { prefix: PREFIX, code: 0x01 },
      [i32Value(address), i32Value(expected), i64Value(nanoseconds)],
      memoryArgument(offset),
    ),
  notify: (address, count, offset = 0) =>
    instruction('i32', { prefix: PREFIX, code: 0x00 }, [i32Value(address), i32Value(count)], memoryArgument(offset)),
};
