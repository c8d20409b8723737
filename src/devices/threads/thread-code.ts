/** The functions that threads run, compiled for the caller and kept in the shared memory as bytes for the others. */
import type { WasmStage } from '../../../kernels/contract.ts';
import { i32, ModuleBuilder, type Local, type WasmFunction } from '../../wasm/index.ts';
import { defineKernel, instantiate } from '../wasm-code.ts';
import type { WasmHeap } from '../wasm-heap.ts';

/** A stage's code and the number of its operands. */
export interface StageRequest {
  readonly stage: WasmStage;
  readonly inputCount: number;
  readonly outputCount: number;
}

/** A function that takes the address of a row of numbers and the number of the thread. */
export interface ThreadFunction {
  readonly run: WasmFunction;
  readonly id: number;
  readonly module: ThreadModule;
}

/** A module's bytes in the shared memory. */
interface ThreadModule {
  readonly firstId: number;
  readonly address: number;
  readonly bytes: number;
}

/** Functions kept; the least recently asked for go first. Programs keep their own. */
const CACHE_SIZE = 4096;

export class ThreadCode {
  readonly #heap: WasmHeap;
  readonly #fastMath: boolean;
  readonly #known = new Map<string, ThreadFunction>();
  readonly #collected: FinalizationRegistry<{ readonly address: number; readonly bytes: number }>;
  #nextId = 1;

  constructor(heap: WasmHeap, fastMath: boolean) {
    this.#heap = heap;
    this.#fastMath = fastMath;
    this.#collected = new FinalizationRegistry(({ address, bytes }) => heap.free(address, bytes));
  }

  /** The functions of these stages, in order. */
  functionsOf(requests: readonly StageRequest[]): readonly ThreadFunction[] {
    const keys = requests.map(keyOf);
    const missing = new Map<string, StageRequest>();
    keys.forEach((key, index) => {
      if (!this.#known.has(key)) missing.set(key, requests[index] as StageRequest);
    });
    if (missing.size > 0) this.#compile(missing);
    return keys.map((key) => {
      const found = this.#known.get(key) as ThreadFunction;
      this.#known.delete(key);
      this.#known.set(key, found);
      return found;
    });
  }

  #compile(missing: ReadonlyMap<string, StageRequest>): void {
    const builder = new ModuleBuilder({ relaxed: this.#fastMath });
    this.#heap.importInto(builder);
    [...missing.values()].forEach((request, index) => definePart(builder, index, request));
    const code = builder.toBytes();
    const exports = instantiate(code, this.#heap.memory);
    const address = this.#heap.allocate(code.length);
    new Uint8Array(this.#heap.memory.buffer, address, code.length).set(code);
    const module: ThreadModule = { firstId: this.#nextId, address, bytes: code.length };
    this.#collected.register(module, { address, bytes: code.length });
    [...missing.keys()].forEach((key, index) => {
      this.#known.set(key, { run: exports[`p${index}`] as WasmFunction, id: this.#nextId++, module });
    });
    for (const key of this.#known.keys()) {
      if (this.#known.size <= CACHE_SIZE) break;
      if (!missing.has(key)) this.#known.delete(key);
    }
  }
}

function keyOf({ stage, inputCount, outputCount }: StageRequest): string {
  return `${stage.code}/${inputCount}/${outputCount}`;
}

/** Words of a part's row: its operands, the workspace, its numbers, and the bytes from one thread's workspace to the next. */
export function rowWords({ stage, inputCount, outputCount }: StageRequest): number {
  return inputCount + outputCount + 1 + (stage.parts[0]?.args.length ?? 0) + 1;
}

function definePart(module: ModuleBuilder, index: number, request: StageRequest): void {
  const { stage, inputCount, outputCount } = request;
  const count = rowWords(request) - 1;
  const kernel = defineKernel(module, `k${index}`, {
    emit: stage.emit,
    inputCount,
    outputCount,
    argCount: count - inputCount - outputCount - 1,
  });
  module.define({ name: `p${index}`, params: ['i32', 'i32'], exported: true }, (f, row, thread) => {
    const numbers = Array.from({ length: count }, (_, word) => f.index(i32.load(row, 4 * word)));
    const workspace = numbers[inputCount + outputCount] as Local<'i32'>;
    f.increment(workspace, i32.mul(thread, i32.load(row, 4 * count)));
    f.call(kernel, ...numbers);
  });
}
