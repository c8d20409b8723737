/** Which device programs run on when nobody names one. */
import { warn } from '../console.ts';
import { ArgumentError, suggestName } from '../errors.ts';
import { supports } from '../wasm/index.ts';
import type { Device } from './device.ts';
import { HostDevice } from './host-device.ts';
import { WasmDevice } from './wasm-device.ts';

/** The devices that `setDevice` knows. */
export type DeviceName = 'cpu' | 'wasm';

const makers: ReadonlyMap<string, () => Device> = new Map<string, () => Device>([
  ['wasm', () => new WasmDevice()],
  ['cpu', () => new HostDevice('cpu')],
]);
const made = new Map<string, Device>();
let current: Device | undefined;

/** The device of this name, made on first use. @throws ArgumentError for an unknown name */
export function deviceNamed(name: string): Device {
  const known = made.get(name);
  if (known) return known;
  const make = makers.get(name);
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
 * @param name `'wasm'`, the default: WebAssembly SIMD; `'cpu'`: plain TypeScript kernels. Both run on the calling thread
 * @throws DeviceError for `'wasm'` where the engine has no WebAssembly with SIMD
 */
export function setDevice(name: DeviceName): Promise<void> {
  current = deviceNamed(name);
  return Promise.resolve();
}

/** @internal Makes a device of one's own the default, and under a known name the one of that name: how the test-only devices come in. */
export function useDevice(device: Device): void {
  current = device;
  if (makers.has(device.name)) made.set(device.name, device);
}
