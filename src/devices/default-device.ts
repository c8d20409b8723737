/** Which device programs run on when nobody names one. */
import { ArgumentError, suggestName } from '../errors.ts';
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

/** @internal The names that `setDevice` knows: the laws of gradtape/testing run on each. */
export function deviceNames(): readonly string[] {
  return [...makers.keys()];
}

/** The device that programs run on by default. */
export function defaultDevice(): Device {
  current ??= deviceNamed('wasm');
  return current;
}

/**
 * Chooses the device for programs traced from now on. Variables move by themselves.
 * @param name `'cpu'`: plain TypeScript kernels on the calling thread
 */
export function setDevice(name: DeviceName): Promise<void> {
  current = deviceNamed(name);
  return Promise.resolve();
}

/** @internal Makes a device of one's own the default: how the test-only devices come in. */
export function useDevice(device: Device): void {
  current = device;
}
