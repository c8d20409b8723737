/** What the engine does with assembled functions. */
import t from 'tap';
import {
  atomic,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  v128,
  type I32,
  type Value,
} from '../../../src/wasm/index.ts';
import { runModule } from '../../support/run-module.ts';

t.test('for runs while the index is below the end, and not at all from there on', (t) => {
  const { run } = runModule(['i32', 'i32', 'i32'], 'i32', (f, start, end, step) => {
    const i = f.local('i32');
    const sum = f.local('i32');
    f.for(i, start, end, step, () => f.increment(sum, i));
    f.return(sum);
  });
  const sum = (start: number, end: number, step: number): number => {
    let result = 0;
    for (let i = start; i < end; i += step) result += i;
    return result;
  };
  const cases: readonly (readonly [start: number, end: number, step: number])[] = [
    [0, 10, 1],
    [0, 10, 3],
    [5, 6, 100],
    [-7, 7, 2],
    [3, 3, 1],
    [4, 3, 1],
    [0, -1, 1],
  ];
  for (const bounds of cases) {
    t.equal(run(...bounds), sum(...bounds), bounds.join());
  }
  t.end();
});

t.test('a nest of for loops runs the inner one anew at each turn', (t) => {
  const { run } = runModule(['i32'], 'i32', (f, n) => {
    const [i, j, count] = [f.local('i32'), f.local('i32'), f.local('i32')];
    f.for(i, 0, n, 1, () => f.for(j, i, n, 1, () => f.increment(count, 1)));
    f.return(count);
  });
  for (const n of [0, 1, 2, 9]) t.equal(run(n), (n * (n + 1)) / 2, `${n}`);
  t.end();
});

t.test('branches leave the block and repeat the loop of their label from any depth', (t) => {
  // The greatest common divisor, by remainders.
  const { run } = runModule(['i32', 'i32'], 'i32', (f, a, b) => {
    const rest = f.local('i32');
    f.block((done) =>
      f.loop((again) => {
        f.brIf(done, i32.eqz(b));
        f.block(() => {
          f.set(rest, i32.remUnsigned(a, b));
          f.set(a, b);
          f.set(b, rest);
          f.if(1, () => f.br(again));
        });
        f.unreachable();
      }),
    );
    f.return(a);
  });
  t.equal(run(1071, 462), 21);
  t.equal(run(17, 5), 1);
  t.equal(run(5, 0), 5);
  t.end();
});

t.test('if takes one of its sides, and a return ends the function in the midst of it', (t) => {
  const { run } = runModule(['i32'], 'i32', (f, x) => {
    const result = f.index(1);
    f.if(
      i32.ltSigned(x, 0),
      () => f.set(result, -1),
      () => f.if(i32.eqz(x), () => f.return(i32.const(0))),
    );
    f.return(result);
  });
  t.strictSame([run(-5), run(0), run(5)], [-1, 0, 1]);
  t.end();
});

t.test('a local holds 0 at first, a tee its new value at once', (t) => {
  const { run } = runModule(['i32'], 'i32', (f, x) => {
    const y = f.local('i32');
    f.return(i32.add(i32.add(y, f.tee(y, i32.mul(x, 10))), y));
  });
  t.equal(run(7), 140);
  t.end();
});

t.test('select takes the first value where the condition is not 0', (t) => {
  const ints = runModule(['i32'], 'i32', (f, c) => f.return(i32.select(c, 10, 20))).run;
  t.strictSame([ints(1), ints(-1), ints(0)], [10, 10, 20]);
  const floats = runModule(['i32'], 'f32', (f, c) => f.return(f32.select(c, 1.5, -0))).run;
  t.strictSame([floats(1), floats(0)], [1.5, -0]);
  const doubles = runModule(['i32'], 'f64', (f, c) => f.return(f64.select(c, 0.1, NaN))).run;
  t.strictSame([doubles(1), doubles(0)], [0.1, NaN]);
  t.end();
});

t.test('memory is filled and copied, over itself too', (t) => {
  const { run, buffer } = runModule(['i32', 'i32', 'i32'], undefined, (f, to, from, bytes) => {
    f.fillMemory(100, 0x1ff, 3);
    f.copyMemory(to, from, bytes);
  });
  const memory = new Uint8Array(buffer);
  memory.set([1, 2, 3, 4, 5, 6]);
  run(2, 0, 4);
  t.strictSame([...memory.subarray(0, 8)], [1, 2, 1, 2, 3, 4, 0, 0]);
  t.strictSame([...memory.subarray(99, 104)], [0, 255, 255, 255, 0]);
  run(0, 1, 5);
  t.strictSame([...memory.subarray(0, 8)], [2, 1, 2, 3, 4, 4, 0, 0]);
  t.end();
});

t.test('loads and stores of every width add their offset to the address', (t) => {
  const { run, buffer } = runModule(['i32'], 'i32', (f, at) => {
    f.store(at, i32.load(at, 64), 0);
    f.store(at, f32.load(at, 64), 4);
    f.store(at, i64.load(at, 64), 8);
    f.store(at, f64.load(at, 64), 16);
    f.store(at, v128.load(at, 64), 32);
    f.return(i32.load8Unsigned(at, 65));
  });
  const memory = new Uint8Array(buffer);
  const source = Uint8Array.from({ length: 16 }, (_, i) => 200 + i);
  memory.set(source, 68);
  t.equal(run(4), 201);
  const expected = [
    ...source.subarray(0, 4),
    ...source.subarray(0, 4),
    ...source.subarray(0, 8),
    ...source.subarray(0, 8),
  ];
  t.strictSame([...memory.subarray(4, 28)], expected);
  t.strictSame([...memory.subarray(36, 52)], [...source]);
  t.end();
});

t.test('lanes are counted from the lowest address', (t) => {
  const { run, buffer } = runModule([], undefined, (f) => {
    const x = f.local('v128', v128.load(0));
    f.store(64, f32x4.replaceLane(x, 1, f32x4.extractLane(x, 3)));
    f.store(80, i32x4.shuffle(x, f32x4.splat(9), [3, 4, 0, 7]));
    f.storeLane32(96, x, 2);
    f.storeLane64(100, x, 1);
    f.store(112, v128.load64Lane(8, v128.load32Lane(12, f32x4.splat(0), 3), 0));
    f.store(128, f32x4.demoteF64x2Zero(f64x2.splat(f64x2.extractLane(f64x2.promoteLowF32x4(x), 1))));
    f.store(144, v128.bitselect(x, f32x4.splat(0), f32x4.lt(x, f32x4.splat(2.5))));
  });
  const floats = new Float32Array(buffer);
  floats.set([1, 2, 3, 4]);
  run();
  t.strictSame(
    [...floats.subarray(16, 40)],
    [
      [1, 4, 3, 4],
      [4, 9, 1, 9],
      [3, 3, 4, 0],
      [3, 4, 0, 4],
      [2, 2, 0, 0],
      [1, 2, 0, 0],
    ].flat(),
  );
  t.end();
});

t.test('atomics give the value before', (t) => {
  const { run, buffer } = runModule(['i32'], 'i32', (f, x) => {
    const before = [
      atomic.add(0, x),
      atomic.sub(0, 1),
      atomic.or(0, 64),
      atomic.and(0, 127),
      atomic.exchange(0, 5),
      atomic.compareExchange(0, 6, 100),
      atomic.compareExchange(0, 5, 9),
    ];
    before.forEach((value, i) => f.atomicStore(4 + 4 * i, value));
    f.return(i32.add(atomic.load(0), atomic.notify(0, 1)));
  });
  const words = new Int32Array(buffer);
  words[0] = 900;
  t.equal(run(24), 9);
  t.strictSame([...words.subarray(1, 8)], [900, 924, 923, 987, 91, 5, 5]);
  t.end();
});

t.test('arithmetic on constants gives while assembling what the engine gives while running', (t) => {
  const operations = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl'] as const;
  const values = [0, 1, -1, 2, 3, 31, 32, 33, 65535, 65536, 0x55555555, 0x7fffffff, -0x80000000, 0xffffffff];
  for (const name of operations) {
    const operation: (a: I32, b: I32) => Value<'i32'> = i32[name];
    const { run } = runModule(['i32', 'i32'], 'i32', (f, a, b) => f.return(operation(a, b)));
    const wrong = values.flatMap((a) =>
      values.filter((b) => operation(a, b).constant !== run(a, b)).map((b) => `${a} ${name} ${b}`),
    );
    t.strictSame(wrong, [], name);
  }
  t.end();
});

t.test('adding 0 and multiplying by 1 leave the operand as it is, and 0 times anything is 0', (t) => {
  const { run } = runModule(['i32'], 'i32', (f, x) => {
    t.equal(i32.add(x, 0), x);
    t.equal(i32.add(0, x), x);
    t.equal(i32.mul(x, 1), x);
    t.equal(i32.mul(1, x), x);
    t.equal(i32.mul(0, x).constant, 0);
    t.equal(i32.mul(x, 0).constant, 0);
    t.equal(i32.sub(x, x).constant, undefined);
    f.return(x);
  });
  t.equal(run(3), 3);
  t.end();
});
