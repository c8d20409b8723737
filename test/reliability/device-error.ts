/** A3: how far the devices' float32 results lie from exact ones: sums of products, and exp, log, tanh and sigmoid. */
import { deviceNames } from '../../src/devices/default-device.ts';
import type { Device } from '../../src/devices/device.ts';
import { measureUlps } from './function-ulps.ts';
import { measureSums } from './sums-of-products.ts';
import type { Measured } from './measure.ts';

/**
 * @param cases of each op
 * @param perExponent numbers of each binary exponent for the functions
 */
export async function deviceError(
  cases: number,
  perExponent: number,
  devices: readonly (string | Device)[] = deviceNames(),
): Promise<Measured> {
  const sums = await measureSums(cases, devices);
  const functions = await measureUlps(perExponent, devices);
  const figures = [...sums.worst].map(([device, { share, op }]) => {
    const ulps = Object.entries(functions.worst[device] ?? {}).map(([name, ulp]) => `${name} ${ulp.toFixed(2)}`);
    return `${device}: worst error ${share.toFixed(2)} of the bound (${op}); ${ulps.join(', ')} ulp`;
  });
  return {
    figure: `${figures.join('; ')}; ${sums.values} values of ${sums.ops} ops with gradients, ${functions.points} numbers`,
    met: functions.within && sums.worst.size > 0 && [...sums.worst.values()].every(({ share }) => share <= 1),
    ...(devices.includes('wasm') ? {} : { missing: 'the wasm device and the gpu modes: there are none to run on' }),
    detail: { cases, values: sums.values, worst: Object.fromEntries(sums.worst), ulps: functions },
  };
}
