/** Compiled kernels by the code that they hold: each is compiled once, those that a program lacks in one module. */
import type { WasmCall, WasmParams } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import { ModuleBuilder, webAssembly, type Local, type WasmFunction, type WasmMemory } from '../wasm/index.ts';

/** A kernel call and the number of its operands. */
export interface CodeRequest {
  readonly call: WasmCall;
  readonly inputCount: number;
  readonly outputCount: number;
}

/** Functions kept; the least recently asked for go first. Programs keep their own. */
const CACHE_SIZE = 4096;

export class WasmCode {
  readonly #memory: WasmMemory;
  readonly #fastMath: boolean;
  readonly #known = new Map<string, WasmFunction>();

  constructor(memory: WasmMemory, fastMath = false) {
    this.#memory = memory;
    this.#fastMath = fastMath;
  }

  /** The functions of these calls, in order. */
  functionsOf(requests: readonly CodeRequest[]): readonly WasmFunction[] {
    const keys = requests.map(keyOf);
    const missing = new Map<string, CodeRequest>();
    keys.forEach((key, index) => {
      if (!this.#known.has(key)) missing.set(key, requests[index] as CodeRequest);
    });
    if (missing.size > 0) this.#compile(missing);
    return keys.map((key) => {
      const found = this.#known.get(key) as WasmFunction;
      this.#known.delete(key);
      this.#known.set(key, found);
      return found;
    });
  }

  #compile(missing: ReadonlyMap<string, CodeRequest>): void {
    const api = webAssembly();
    if (!api) throw new DeviceError('wasm: this engine has no WebAssembly.', { where: 'wasm' });
    const module = new ModuleBuilder({ relaxed: this.#fastMath });
    module.importMemory({ module: 'gradtape', name: 'memory', initial: 1 });
    [...missing.values()].forEach((request, index) => define(module, `k${index}`, request));
    const { exports } = new api.Instance(new api.Module(module.toBytes()), { gradtape: { memory: this.#memory } });
    [...missing.keys()].forEach((key, index) => this.#known.set(key, exports[`k${index}`] as WasmFunction));
    for (const key of this.#known.keys()) {
      if (this.#known.size <= CACHE_SIZE) break;
      if (!missing.has(key)) this.#known.delete(key);
    }
  }
}

function keyOf({ call, inputCount, outputCount }: CodeRequest): string {
  return `${call.code}/${inputCount}/${outputCount}`;
}

function define(module: ModuleBuilder, name: string, { call, inputCount, outputCount }: CodeRequest): void {
  const args = call.args?.length ?? 0;
  const params = Array.from({ length: inputCount + outputCount + 1 + args }, () => 'i32' as const);
  module.define({ name, params, exported: true }, (f, ...locals: readonly Local<'i32'>[]) => {
    const kernelParams: WasmParams = {
      inputs: locals.slice(0, inputCount),
      outputs: locals.slice(inputCount, inputCount + outputCount),
      workspace: locals[inputCount + outputCount] as Local<'i32'>,
      args: locals.slice(inputCount + outputCount + 1),
    };
    call.emit(f, kernelParams, module);
  });
}
