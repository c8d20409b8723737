/** Compiled kernels by the code that they hold: each is compiled once, those that a program lacks in one module. */
import type { WasmCall, WasmParams } from '../../kernels/contract.ts';
import { DeviceError } from '../errors.ts';
import {
  ModuleBuilder,
  webAssembly,
  type Func,
  type Local,
  type WasmFunction,
  type WasmMemory,
} from '../wasm/index.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** A kernel call and the number of its operands. */
export interface CodeRequest {
  readonly call: WasmCall;
  readonly inputCount: number;
  readonly outputCount: number;
}

/** Functions kept; the least recently asked for go first. Programs keep their own. */
const CACHE_SIZE = 4096;

export class WasmCode {
  readonly #heap: WasmHeap;
  readonly #fastMath: boolean;
  readonly #known = new Map<string, WasmFunction>();

  constructor(heap: WasmHeap, fastMath = false) {
    this.#heap = heap;
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
    const module = new ModuleBuilder({ relaxed: this.#fastMath });
    this.#heap.importInto(module);
    [...missing.values()].forEach(({ call, inputCount, outputCount }, index) => {
      const argCount = call.args?.length ?? 0;
      defineKernel(module, `k${index}`, { emit: call.emit, inputCount, outputCount, argCount, exported: true });
    });
    const exports = instantiate(module.toBytes(), this.#heap.memory);
    [...missing.keys()].forEach((key, index) => this.#known.set(key, exports[`k${index}`] as WasmFunction));
    for (const key of this.#known.keys()) {
      if (this.#known.size <= CACHE_SIZE) break;
      if (!missing.has(key)) this.#known.delete(key);
    }
  }
}

/** The functions that a module exports, over this memory. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WasmMemory,
): Readonly<Record<string, WasmFunction>> {
  const api = webAssembly();
  if (!api) throw new DeviceError('wasm: this engine has no WebAssembly.', { where: 'wasm' });
  return new api.Instance(new api.Module(bytes), { gradtape: { memory } }).exports;
}

function keyOf({ call, inputCount, outputCount }: CodeRequest): string {
  return `${call.code}/${inputCount}/${outputCount}`;
}

/** A kernel's body and how many numbers of each kind it takes. */
interface KernelCode extends Pick<WasmCall, 'emit'> {
  readonly inputCount: number;
  readonly outputCount: number;
  readonly argCount: number;
  readonly exported?: boolean;
}

/** The function `(inputs..., outputs..., workspace, args...)` of a kernel. */
export function defineKernel(
  module: ModuleBuilder,
  name: string,
  { emit, inputCount, outputCount, argCount, exported = false }: KernelCode,
): Func<readonly 'i32'[], undefined> {
  const params = Array.from({ length: inputCount + outputCount + 1 + argCount }, () => 'i32' as const);
  return module.define({ name, params, exported }, (f, ...locals: readonly Local<'i32'>[]) => {
    const kernelParams: WasmParams = {
      inputs: locals.slice(0, inputCount),
      outputs: locals.slice(inputCount, inputCount + outputCount),
      workspace: locals[inputCount + outputCount] as Local<'i32'>,
      args: locals.slice(inputCount + outputCount + 1),
    };
    emit(f, kernelParams, module);
  });
}
