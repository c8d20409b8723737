/** Calls a function of four floats on arrays of any length. */
import {
  ModuleBuilder,
  v128,
  webAssembly,
  type FunctionBuilder,
  type Local,
  type Value,
  type WasmFunction,
} from '../../src/wasm/index.ts';

export type SimdFunction = (
  f: FunctionBuilder,
  ...inputs: readonly [Local<'v128'>, Local<'v128'>, ModuleBuilder]
) => Value<'v128'>;

/** Elements per call: 16 pages hold three arrays of them. */
const CHUNK = 65536;

/** The function on whole arrays; a second operand is passed where it takes one. */
export function overArrays(write: SimdFunction): (a: Float32Array, b?: Float32Array) => Float32Array {
  const api = webAssembly();
  if (!api) throw new Error('this engine has no WebAssembly');
  const memory = new api.Memory({ initial: 16 });
  const module = new ModuleBuilder();
  module.importMemory({ module: 'test', name: 'memory', initial: 1 });
  module.define({ name: 'run', params: ['i32'], exported: true }, (f, end) => {
    const at = f.local('i32');
    const a = f.local('v128');
    const b = f.local('v128');
    f.for(at, 0, end, 16, () => {
      f.set(a, v128.load(at));
      f.set(b, v128.load(at, 4 * CHUNK));
      f.store(at, write(f, a, b, module), 8 * CHUNK);
    });
  });
  const { exports } = new api.Instance(new api.Module(module.toBytes()), { test: { memory } });
  const run = exports.run as WasmFunction;
  const floats = new Float32Array(memory.buffer);
  return (a, b = a) => {
    const result = new Float32Array(a.length);
    for (let from = 0; from < a.length; from += CHUNK) {
      const end = Math.min(from + CHUNK, a.length);
      floats.set(a.subarray(from, end));
      floats.set(b.subarray(from, end), CHUNK);
      run(4 * (end - from));
      result.set(floats.subarray(2 * CHUNK, 2 * CHUNK + end - from), from);
    }
    return result;
  };
}
