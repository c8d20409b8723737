/** Assembles one exported function and gives it to the host, with the memory that it works on. */
import {
  ModuleBuilder,
  webAssembly,
  type FunctionBuilder,
  type Local,
  type ValueType,
  type WasmFunction,
} from '../../src/wasm/index.ts';

export interface Running {
  readonly run: WasmFunction;
  /** One page. */
  readonly buffer: ArrayBuffer;
}

/** The function with these parameters; it ends with a return where it has a result. */
export function runModule<const Params extends readonly ValueType[]>(
  params: Params,
  result: ValueType | undefined,
  body: (f: FunctionBuilder, ...params: { -readonly [Position in keyof Params]: Local<Params[Position]> }) => void,
): Running {
  const api = webAssembly();
  if (!api) throw new Error('this engine has no WebAssembly');
  const memory = new api.Memory({ initial: 1 });
  const module = new ModuleBuilder();
  module.importMemory({ module: 'test', name: 'memory', initial: 1 });
  module.define({ name: 'run', params, exported: true, ...(result && { result }) }, body);
  const { exports } = new api.Instance(new api.Module(module.toBytes()), { test: { memory } });
  return { run: exports['run'] as WasmFunction, buffer: memory.buffer };
}
