/** Which device programs run on when nobody names one. */
import { warn } from '../console.ts';
import { ArgumentError, DeviceError, optionsOf, suggestName } from '../errors.ts';
import { supports } from '../wasm/index.ts';
import type { Device } from './device.ts';
import type { GpuMode } from './gpu-js.ts';
import { HostDevice } from './host-device.ts';
import { checkDeviceOptions, chooseWasm } from './wasm-choice.ts';
import { WasmDevice } from './wasm-device.ts';

/** The devices that `setDevice` knows; `'gpu'` after `import 'gradtape/gpu'`. */
export type DeviceName = 'cpu' | 'wasm' | 'gpu';

/** Options of a device: each belongs to one. */
export interface DeviceOptions {
  /**
   * `'wasm'`: threads that share the work of large ops, this one among them; `'auto'` for as many as there are cores.
   * Results have the same bits for any number. They need shared memory, in a page cross-origin isolation and a policy that
   * lets Workers start: where these are missing one line of log says so, and one thread does the work. Default 1.
   */
  readonly threads?: number | 'auto';
  /**
   * `'wasm'`: products, convolutions and recurrences multiply and add in one instruction, which takes less time and rounds
   * once. The last bits of results may then differ between machines and between engines; without it they are the same
   * everywhere. An engine that lacks the instruction computes as without, and one line of log says so. Default false.
   */
  readonly fastMath?: boolean;
  /** `'gpu'`: where GPU.js runs kernels. Default: the best mode that works here, which one line of log names. */
  readonly mode?: GpuMode;
}

const makers: ReadonlyMap<string, () => Device> = new Map<string, () => Device>([
  ['wasm', () => new WasmDevice()],
  ['cpu', () => new HostDevice('cpu')],
]);
/** Devices that take time to open, from entry points of their own. */
const openers = new Map<string, (options: DeviceOptions) => Promise<Device>>();
const made = new Map<string, Device>();
let current: Device | undefined;

/** The device of this name, made on first use. @throws ArgumentError for an unknown name */
export function deviceNamed(name: string): Device {
  const known = made.get(name);
  if (known) return known;
  const make = makers.get(name);
  if (name === 'gpu') throw notOpen();
  if (!make) {
    throw new ArgumentError(`setDevice: unknown device '${name}'; ${suggestName(name, [...makers.keys()])}`, {
      where: 'setDevice',
      got: name,
    });
  }
  const device = make();
  made.set(name, device);
  return device;
}

/** @internal The names that `setDevice` knows and that work here: the laws of gradtape/testing run on each. */
export function deviceNames(): readonly string[] {
  return [...makers.keys()].filter((name) => name !== 'wasm' || supports('simd'));
}

/** The device that programs run on by default: wasm, or cpu with one line of warning where the engine lacks SIMD. */
export function defaultDevice(): Device {
  if (current) return current;
  const [name = 'cpu'] = deviceNames();
  if (name !== 'wasm') {
    warn(
      "gradtape: this JavaScript engine has no WebAssembly with SIMD, so the device is 'cpu', which is several times slower.",
    );
  }
  current = deviceNamed(name);
  return current;
}

/**
 * Chooses the device for programs traced from now on, and for eager ops. Variables move by themselves.
 * @param name `'wasm'`, the default: WebAssembly SIMD; `'cpu'`: plain TypeScript kernels. `'cpu'` and one thread of `'wasm'` run on the calling thread.
 * `'gpu'`, after `import 'gradtape/gpu'`: kernels of GPU.js; eager ops stay on the host
 * @param options see `DeviceOptions`; what is left out has its default, whatever an earlier call said
 * @throws ArgumentError for an option of another device
 * @throws DeviceError for `'wasm'` where the engine has no WebAssembly with SIMD, and for `'gpu'` where GPU.js is not
 * installed, or cannot run in the mode that was asked for
 * @example
 * import 'gradtape/gpu';
 * await setDevice('gpu', { mode: 'webgpu' });
 * await setDevice('wasm', { threads: 'auto' });
 * await setDevice('wasm', { fastMath: true });
 */
export async function setDevice(name: DeviceName, options?: DeviceOptions): Promise<void> {
  const given = optionsOf('setDevice', options);
  checkDeviceOptions(name, given);
  const open = openers.get(name);
  if (open) made.set(name, await open(given));
  else if (name === 'wasm') made.set(name, await chooseWasm(made.get(name), given));
  current = deviceNamed(name);
}

/** @internal How an entry point of its own adds a device to those that `setDevice` knows. */
export function addDevice(name: DeviceName, open: (options: DeviceOptions) => Promise<Device>): void {
  openers.set(name, open);
}

function notOpen(): DeviceError {
  return new DeviceError(
    "the device 'gpu' is not open. Import 'gradtape/gpu', then call `await setDevice('gpu')` once; setDevice('wasm') makes wasm the default again.",
    { where: 'setDevice', got: 'gpu' },
  );
}

/** @internal Makes a device of one's own the default, and under a known name the one of that name: how the test-only devices come in. */
export function useDevice(device: Device): void {
  current = device;
  if (makers.has(device.name)) made.set(device.name, device);
}
