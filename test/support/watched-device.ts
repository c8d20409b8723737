/**
 * A WebAssembly device that makes mistakes show: its memory grows at every allocation, so that a view which was kept is
 * dead, and every word that is none of a step's outputs and not in its workspace guards them.
 */
import type { Plan } from '../../src/devices/device.ts';
import { DeviceError } from '../../src/errors.ts';
import { WasmDevice, type WasmOptions } from '../../src/devices/wasm-device.ts';
import { WasmExecutable } from '../../src/devices/wasm-executable.ts';
import { WasmHeap } from '../../src/devices/wasm-heap.ts';

const PAGE = 65_536;
/** Thousands of tests in one process would fill the memory: it grows by itself up to here. */
const GROW_UNTIL = 64 * 2 ** 20;
/** What a step writes where depends on its shapes: the first runs of a program show it. */
const WATCHED_RUNS = 2;

export class GrowingHeap extends WasmHeap {
  override allocate(bytes: number): number {
    const address = super.allocate(bytes);
    if (this.byteLength < GROW_UNTIL) this.memory.grow(1);
    return address;
  }
}

class WatchedExecutable extends WasmExecutable {
  readonly #heap: WasmHeap;
  #runs = 0;

  constructor(device: WasmDevice, plan: Plan) {
    super(device, plan);
    this.#heap = device.heap;
  }

  protected override runStep(index: number): void {
    if (index === 0) this.#runs++;
    if (this.#runs > WATCHED_RUNS) {
      super.runStep(index);
      return;
    }
    const { memory, usedBytes } = this.#heap;
    const before = new Uint32Array(memory.buffer.slice(0, Math.min(usedBytes + PAGE, memory.buffer.byteLength)));
    super.runStep(index);
    const after = new Uint32Array(memory.buffer, 0, before.length);
    for (const { start, end } of this.writableIn(index)) before.set(after.subarray(start / 4, end / 4), start / 4);
    const wrong = after.findIndex((word, i) => word !== before[i]);
    if (wrong < 0) return;
    const label = this.plan.steps[index]?.label ?? '';
    throw new DeviceError(`wasm: ${label} wrote outside of its outputs, at byte ${wrong * 4}.`, {
      where: label,
      got: wrong,
    });
  }
}

export class WatchedDevice extends WasmDevice {
  constructor(name = 'wasm', options: WasmOptions = {}) {
    super(name, options, new GrowingHeap());
  }

  override link(plan: Plan): WasmExecutable {
    return new WatchedExecutable(this, plan);
  }
}
