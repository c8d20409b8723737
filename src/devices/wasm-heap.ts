/** One WebAssembly memory and who lives where in it. Addresses are bytes; blocks start at multiples of 16. */
import { DeviceError } from '../errors.ts';
import { supports, webAssembly, type ModuleBuilder, type WasmMemory } from '../wasm/index.ts';
import { FreeList } from './free-list.ts';

const PAGE = 65_536;
/** 2 GiB: addresses stay positive as 32-bit integers. */
const MAX_PAGES = 32_768;
const ALIGNMENT = 16;
/** Address 0 stays free: it stands for nothing. */
const RESERVED = 64;

export class WasmHeap {
  readonly memory: WasmMemory;
  /** Whether other threads may be given the memory. */
  readonly isShared: boolean;
  readonly #space = new FreeList(ALIGNMENT);
  #floats: Float32Array;

  /**
   * @param shared for several threads. Default false
   * @throws DeviceError where there is no WebAssembly with SIMD
   */
  constructor({ shared = false }: { readonly shared?: boolean } = {}) {
    const api = webAssembly();
    if (!api || !supports('simd')) {
      throw new DeviceError("wasm: this JavaScript engine has no WebAssembly with SIMD. Use setDevice('cpu').", {
        where: 'wasm',
      });
    }
    this.isShared = shared;
    this.memory = new api.Memory({ initial: 1, maximum: MAX_PAGES, shared });
    this.#floats = new Float32Array(this.memory.buffer);
    this.#space.allocate(RESERVED);
  }

  /** All of the memory. Never keep it: growing replaces it. */
  get floats(): Float32Array {
    if (this.#floats.buffer !== this.memory.buffer) this.#floats = new Float32Array(this.memory.buffer);
    return this.#floats;
  }

  /** Bytes of the memory, which never shrinks. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes up to the end of the last block, free parts between blocks included. */
  get usedBytes(): number {
    return this.#space.size;
  }

  /** Lets a module that works on this memory import it. */
  importInto(module: ModuleBuilder): void {
    const shared = this.isShared ? { maximum: MAX_PAGES, shared: true } : {};
    module.importMemory({ module: 'gradtape', name: 'memory', initial: 1, ...shared });
  }

  /** Bytes that an allocation would need the memory to have. */
  sizeAfter(bytes: number): number {
    return this.#space.sizeAfter(bytes);
  }

  /** @throws DeviceError when the memory cannot grow that far */
  allocate(bytes: number): number {
    const address = this.#space.allocate(Math.max(bytes, ALIGNMENT));
    const missing = Math.ceil((this.#space.size - this.byteLength) / PAGE);
    if (missing > 0) this.#grow(missing, address, bytes);
    return address;
  }

  free(address: number, bytes: number): void {
    this.#space.free(address, Math.max(bytes, ALIGNMENT));
  }

  #grow(pages: number, address: number, bytes: number): void {
    try {
      this.memory.grow(pages);
    } catch (cause) {
      this.free(address, bytes);
      throw new DeviceError(
        `wasm: the memory cannot grow from ${this.byteLength} bytes by ${pages * PAGE}; the limit is ${MAX_PAGES * PAGE}. Use a smaller batch or model.`,
        { where: 'wasm', got: bytes, cause },
      );
    }
  }
}
