/** Eager ops run on the default device: laws that compare with them choose it. */
import { defaultDevice, deviceNamed, useDevice } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';

/** @internal Does synchronous work with this device as the default one. */
export function runningOn<Result>(device: string | Device, work: () => Result): Result {
  const before = defaultDevice();
  useDevice(typeof device === 'string' ? deviceNamed(device) : device);
  try {
    return work();
  } finally {
    useDevice(before);
  }
}
