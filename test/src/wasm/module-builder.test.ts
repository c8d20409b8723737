/** Whole modules: sections, imports, exports, types, locals, and what is refused. */
import t, { type Test } from 'tap';
import { f64, i32, ModuleBuilder, webAssembly, type Func } from '../../../src/wasm/index.ts';
import { bytesOfText } from '../../support/wabt.ts';

function equalsText(t: Test, module: ModuleBuilder, text: string, claim: string): void {
  const bytes = module.toBytes();
  t.equal(Buffer.from(bytes).toString('hex'), Buffer.from(bytesOfText(text)).toString('hex'), claim);
  t.ok(webAssembly()?.validate(bytes), 'the engine finds it valid');
}

t.test('a module without anything is its header', (t) => {
  equalsText(t, new ModuleBuilder(), '(module)', 'eight bytes');
  t.end();
});

t.test('a memory is imported with and without a maximum, shared or not', (t) => {
  const import_ = { module: 'env', name: 'memory' };
  const cases = [
    [{ initial: 0 }, '0'],
    [{ initial: 1, maximum: 65536 }, '1 65536'],
    [{ initial: 200, maximum: 300, shared: true }, '200 300 shared'],
  ] as const;
  for (const [limits, text] of cases) {
    const module = new ModuleBuilder();
    module.importMemory({ ...import_, ...limits });
    equalsText(t, module, `(module (import "env" "memory" (memory ${text})))`, text);
  }
  t.end();
});

t.test('imported functions come first in number, then the defined ones', (t) => {
  const module = new ModuleBuilder();
  const log = module.importFunction('host', { name: 'log', params: ['f64'] });
  module.importMemory({ module: 'host', name: 'memory', initial: 1 });
  const clock = module.importFunction('host', { name: 'clock', params: [], result: 'f64' });
  const twice = module.define({ name: 'twice', params: ['f64'], result: 'f64' }, (f, x) => f.return(f64.add(x, x)));
  module.define({ name: 'run', params: [], exported: true }, (f) => {
    f.call(log, f.valueOf(twice, f.valueOf(clock)));
  });
  t.strictSame([log.index, clock.index, twice.index], [0, 1, 2]);
  equalsText(
    t,
    module,
    `(module
      (import "host" "log" (func $log (param f64)))
      (import "host" "memory" (memory 1))
      (import "host" "clock" (func $clock (result f64)))
      (func $twice (param f64) (result f64) local.get 0 local.get 0 f64.add return unreachable)
      (func (export "run") call $clock call $twice call $log))`,
    'calls go by these numbers',
  );
  const api = webAssembly();
  if (!api) throw new Error('this engine has no WebAssembly');
  const logged: number[] = [];
  const memory = new api.Memory({ initial: 1 });
  const host = { memory, log: (x: number) => logged.push(x), clock: () => 21 };
  const { exports } = new api.Instance(new api.Module(module.toBytes()), { host });
  exports['run']?.();
  t.strictSame(logged, [42]);
  t.strictSame(Object.keys(exports), ['run'], 'only what is said to be exported is');
  t.end();
});

t.test('functions of one type share it', (t) => {
  const module = new ModuleBuilder();
  for (const name of ['a', 'b', 'c']) {
    module.define({ name, params: ['i32', 'f32'], exported: true }, () => {});
    module.define({ name: `${name}2`, params: ['i32', 'f32'], result: 'i32', exported: true }, (f, x) => f.return(x));
  }
  const pair = (name: string): string =>
    `(func (export "${name}") (type 0)) (func (export "${name}2") (type 1) local.get 0 return unreachable)`;
  equalsText(
    t,
    module,
    `(module (type (func (param i32 f32))) (type (func (param i32 f32) (result i32))) ${['a', 'b', 'c'].map(pair).join('')})`,
    'two types for six functions',
  );
  t.end();
});

t.test('neighbouring locals of one type make one group', (t) => {
  const module = new ModuleBuilder();
  module.define({ name: 'f', params: ['i32'] }, (f) => {
    f.locals('i32', 2);
    f.local('f32');
    f.locals('v128', 200);
    f.local('i64');
    f.local('i64');
    f.local('i32');
  });
  const vectors = 'v128 '.repeat(200);
  equalsText(t, module, `(module (func (param i32) (local i32 i32 f32 ${vectors} i64 i64 i32)))`, 'five groups');
  const [count, ...groups] = [5, 2, 0x7f, 1, 0x7d, 200 - 128 + 0x80, 1, 0x7b, 2, 0x7e, 1, 0x7f];
  const body = Buffer.from(module.toBytes()).subarray(-13);
  t.strictSame([...body], [count, ...groups, 0x0b]);
  t.end();
});

t.test('a body may define the functions that it calls, and once defines a function once', (t) => {
  const module = new ModuleBuilder();
  let asked = 0;
  const double = (): Func<readonly ['i32'], 'i32'> =>
    module.once('double', () => {
      asked++;
      return module.define({ name: 'double', params: ['i32'], result: 'i32' }, (f, x) => f.return(i32.shl(x, 1)));
    });
  const run = module.define({ name: 'run', params: ['i32'], result: 'i32', exported: true }, (f, x) => {
    f.return(f.valueOf(double(), f.valueOf(double(), x)));
  });
  t.equal(double(), double());
  t.equal(asked, 1);
  t.strictSame([double().index, run.index], [0, 1]);
  equalsText(
    t,
    module,
    `(module (func (param i32) (result i32) local.get 0 i32.const 1 i32.shl return unreachable)
      (func (export "run") (param i32) (result i32) local.get 0 call 0 call 0 return unreachable))`,
    'the inner definition comes first',
  );
  t.end();
});

t.test('sections and bodies of more than 127 bytes, and of more than a buffer at first holds', (t) => {
  for (const count of [20, 40, 4000]) {
    const module = new ModuleBuilder();
    module.define({ name: 'run', params: ['i32'], exported: true }, (f, x) => {
      for (let i = 0; i < count; i++) f.increment(x, 1);
    });
    const body = 'local.get 0 i32.const 1 i32.add local.set 0 '.repeat(count);
    equalsText(t, module, `(module (func (export "run") (param i32) ${body}))`, `${count} statements`);
  }
  t.end();
});

t.test('an export needs a name of its own, and imports come before definitions', (t) => {
  const module = new ModuleBuilder();
  module.define({ name: 'run', params: [], exported: true }, () => {});
  module.define({ name: 'run', params: [] }, () => {});
  t.throws(() => module.define({ name: 'run', params: ['i32'], exported: true }, () => {}), {
    name: 'RangeError',
    message: "two functions are exported as 'run'",
  });
  t.throws(() => module.importFunction('host', { name: 'late', params: [] }), {
    name: 'RangeError',
    message: "the function 'late' is imported after a definition",
  });
  t.end();
});
