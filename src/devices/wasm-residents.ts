/**
 * Who has a place in the memory of the WebAssembly device: a block for each variable and constant, and one block of
 * scratch that all programs share. Blocks that the running program does not use are written back to the host before the
 * memory would outgrow twice what that program needs.
 */
import { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { DeviceMemory } from './device.ts';
import type { RunQueue } from './run-queue.ts';
import type { ThreadCopy } from './thread-executable.ts';
import type { WasmHeap } from './wasm-heap.ts';

export const BYTES_PER_ELEMENT = 4;
/** The memory may grow to twice what the running program needs, and always to this. */
const LEAST_LIMIT = 2 ** 20;

/** A block of memory that belongs to a variable or a constant, or did until it was written back. */
interface Resident {
  readonly bytes: number;
  address: number | undefined;
  /** When it was last bound; the lowest goes first. */
  lastUse: number;
  /** Called with its new place, which holds garbage. */
  placed(): void;
  /** Keeps the value elsewhere; afterwards the block holds nothing. */
  writeBack(): void;
}

/** A variable's block. */
export class WasmCopy implements ThreadCopy, Resident {
  readonly device: string;
  readonly bytes: number;
  version = -1;
  address: number | undefined;
  lastUse = 0;
  readonly #heap: WasmHeap;
  readonly #queue: RunQueue;
  readonly #size: number;
  readonly #variable: WeakRef<Variable>;

  constructor(device: string, heap: WasmHeap, queue: RunQueue, variable: Variable) {
    this.device = device;
    this.#heap = heap;
    this.#queue = queue;
    this.#size = variable.size;
    this.bytes = variable.size * BYTES_PER_ELEMENT;
    this.#variable = new WeakRef(variable);
  }

  get readSync(): (() => Float32Array) | undefined {
    return this.#queue.busy ? undefined : () => this.#values();
  }

  read(): Promise<Float32Array> {
    const queue = this.#queue;
    return queue.busy ? queue.enqueue(() => this.#values()) : Promise.resolve(this.#values());
  }

  write(value: Tensor | Float32Array): void {
    this.#heap.floats.set(value instanceof Tensor ? value.data : value, this.#start);
  }

  placed(): void {
    // The next run of a program brings it up to date: its version is that of no value.
  }

  writeBack(): void {
    const variable = this.#variable.deref();
    if (variable?.newestCopy === this) variable.hostValue();
    this.version = -1;
  }

  get #start(): number {
    if (this.address === undefined) throw new Error('wasm: a variable has no place in the memory');
    return this.address / BYTES_PER_ELEMENT;
  }

  #values(): Float32Array {
    return this.#heap.floats.slice(this.#start, this.#start + this.#size);
  }
}

/** A captured tensor's block. The host keeps the values, so that it can go at any time. */
class WasmConstant implements Resident {
  readonly bytes: number;
  address: number | undefined;
  lastUse = 0;
  readonly #heap: WasmHeap;
  readonly #tensor: WeakRef<Tensor>;

  constructor(heap: WasmHeap, tensor: Tensor) {
    this.#heap = heap;
    this.bytes = tensor.size * BYTES_PER_ELEMENT;
    this.#tensor = new WeakRef(tensor);
  }

  placed(): void {
    const values = this.#tensor.deref()?.data;
    if (values && this.address !== undefined) this.#heap.floats.set(values, this.address / BYTES_PER_ELEMENT);
  }

  writeBack(): void {
    // Nothing to keep: the tensor itself is on the host.
  }
}

/** A program's rows of numbers, which it writes when it is bound. */
class WasmRows implements Resident {
  readonly bytes: number;
  address: number | undefined;
  lastUse = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  placed(): void {
    // The program that is being bound writes them.
  }

  writeBack(): void {
    // Written again when the program is bound again.
  }
}

/** What a program asks of the memory. */
export interface Needs {
  readonly scratchBytes: number;
  readonly variables: readonly Variable[];
  readonly constants: readonly Tensor[];
  /** Bytes of rows, and whose they are. Default none. */
  readonly rows?: { readonly owner: object; readonly bytes: number };
}

export class WasmResidents {
  /** Changes when a block was moved or written back; programs then bind their addresses again. */
  layout = 0;
  readonly #device: string;
  readonly #heap: WasmHeap;
  readonly #queue: RunQueue;
  #scratchAddress = 0;
  #scratchBytes = 0;
  #uses = 0;
  readonly #copies = new WeakMap<Variable, WasmCopy>();
  readonly #constants = new WeakMap<Tensor, WasmConstant>();
  readonly #rows = new WeakMap<object, WasmRows>();
  readonly #placed = new Set<Resident>();
  readonly #collected: FinalizationRegistry<Resident>;

  constructor(device: string, heap: WasmHeap, queue: RunQueue) {
    this.#device = device;
    this.#heap = heap;
    this.#queue = queue;
    this.#collected = new FinalizationRegistry((resident) => this.#free(resident));
  }

  usage(): DeviceMemory {
    let variableBytes = 0;
    for (const resident of this.#placed) if (resident instanceof WasmCopy) variableBytes += resident.bytes;
    return { scratchBytes: this.#scratchBytes, variableBytes, totalBytes: this.#heap.byteLength };
  }

  /** The device's copy of a variable, made on first use. */
  copyOf(variable: Variable): WasmCopy {
    let copy = this.#copies.get(variable);
    if (!copy) {
      copy = new WasmCopy(this.#device, this.#heap, this.#queue, variable);
      this.#copies.set(variable, copy);
      this.#collected.register(variable, copy);
    }
    return copy;
  }

  /** Where scratch begins. */
  get scratchAddress(): number {
    return this.#scratchAddress;
  }

  /** The address of a variable or constant that was placed. */
  addressOf(owner: Variable | Tensor): number {
    const address = (owner instanceof Tensor ? this.#constants.get(owner) : this.#copies.get(owner))?.address;
    if (address === undefined) throw new Error('wasm: a buffer was not placed');
    return address;
  }

  /** Where a program's rows begin; 0 for one without. */
  rowsOf(owner: object): number {
    return this.#rows.get(owner)?.address ?? 0;
  }

  /** Gives everything that a program needs a place, at the cost of what it does not need. */
  place({ scratchBytes, variables, constants, rows }: Needs): void {
    const needed = new Set<Resident>([
      ...variables.map((variable) => this.copyOf(variable)),
      ...constants.map((constant) => this.#constantOf(constant)),
    ]);
    if (rows && rows.bytes > 0) needed.add(this.#rowsFor(rows.owner, rows.bytes));
    const use = ++this.#uses;
    let bytes = alignedBytes(scratchBytes);
    for (const resident of needed) {
      resident.lastUse = use;
      bytes += alignedBytes(resident.bytes);
    }
    const limit = Math.max(2 * bytes, LEAST_LIMIT, this.#heap.byteLength);
    if (this.#placeWithin(limit, scratchBytes, needed)) return;
    // Free memory in pieces too small: everything goes, and comes back side by side.
    for (const resident of this.#placed) this.#evict(resident);
    this.#placeWithin(Infinity, scratchBytes, needed);
  }

  #placeWithin(limit: number, scratchBytes: number, needed: ReadonlySet<Resident>): boolean {
    const makeRoom = (bytes: number): boolean => {
      if (this.#heap.sizeAfter(bytes) <= limit || this.#queue.busy) return true;
      const others = [...this.#placed].filter((resident) => !needed.has(resident));
      for (const resident of others.sort((a, b) => a.lastUse - b.lastUse)) {
        this.#evict(resident);
        if (this.#heap.sizeAfter(bytes) <= limit) return true;
      }
      return false;
    };
    if (this.#scratchBytes < scratchBytes) {
      // Nothing in scratch outlives a run.
      if (this.#scratchBytes > 0) this.#heap.free(this.#scratchAddress, this.#scratchBytes);
      this.#scratchBytes = 0;
      this.layout++;
      if (!makeRoom(scratchBytes)) return false;
      this.#scratchAddress = this.#heap.allocate(scratchBytes);
      this.#scratchBytes = scratchBytes;
    }
    for (const resident of needed) {
      if (resident.address !== undefined) continue;
      if (!makeRoom(resident.bytes)) return false;
      resident.address = this.#heap.allocate(resident.bytes);
      this.#placed.add(resident);
      resident.placed();
    }
    return true;
  }

  #constantOf(tensor: Tensor): WasmConstant {
    let constant = this.#constants.get(tensor);
    if (!constant) {
      constant = new WasmConstant(this.#heap, tensor);
      this.#constants.set(tensor, constant);
      this.#collected.register(tensor, constant);
    }
    return constant;
  }

  #rowsFor(owner: object, bytes: number): WasmRows {
    let rows = this.#rows.get(owner);
    if (!rows) {
      rows = new WasmRows(bytes);
      this.#rows.set(owner, rows);
      this.#collected.register(owner, rows);
    }
    return rows;
  }

  #evict(resident: Resident): void {
    resident.writeBack();
    this.#free(resident);
    this.layout++;
  }

  #free(resident: Resident): void {
    if (resident.address === undefined) return;
    this.#heap.free(resident.address, resident.bytes);
    resident.address = undefined;
    this.#placed.delete(resident);
  }
}

/** Blocks and buffers start at multiples of 16 bytes. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
