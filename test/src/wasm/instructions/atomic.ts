/** Every atomic expression; the atomic store is a statement. */
import { atomic } from '../../../../src/wasm/index.ts';
import { loads, type Rows, type Table } from './row.ts';

function updates(name: 'add' | 'sub' | 'and' | 'or' | 'exchange', instruction: string): Rows {
  return loads(['i32', 'i32'], (offset, at, value) => atomic[name](at, value, offset), instruction);
}

export const atomicRows: Table<typeof atomic> = {
  load: loads(['i32'], (offset, at) => atomic.load(at, offset), 'i32.atomic.load'),
  add: updates('add', 'i32.atomic.rmw.add'),
  sub: updates('sub', 'i32.atomic.rmw.sub'),
  and: updates('and', 'i32.atomic.rmw.and'),
  or: updates('or', 'i32.atomic.rmw.or'),
  exchange: updates('exchange', 'i32.atomic.rmw.xchg'),
  compareExchange: loads(
    ['i32', 'i32', 'i32'],
    (offset, at, expected, replacement) => atomic.compareExchange(at, expected, replacement, offset),
    'i32.atomic.rmw.cmpxchg',
  ),
  wait: loads(
    ['i32', 'i32', 'i64'],
    (offset, at, expected, nanoseconds) => atomic.wait(at, expected, nanoseconds, offset),
    'memory.atomic.wait32',
  ),
  notify: loads(['i32', 'i32'], (offset, at, count) => atomic.notify(at, count, offset), 'memory.atomic.notify'),
};
