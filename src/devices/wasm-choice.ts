/** The wasm device that was asked for: with fused arithmetic or without, in one thread or in several. */
import { warn } from '../console.ts';
import { ArgumentError, DeviceError, describeValue } from '../errors.ts';
import { isNode } from '../is-node.ts';
import { supports } from '../wasm/index.ts';
import type { DeviceOptions } from './default-device.ts';
import type { Device } from './device.ts';
import type { ThreadedDevice, ThreadedOptions } from './threads/threaded-device.ts';
import { WasmDevice } from './wasm-device.ts';

/** More threads than any machine has cores are a mistake. */
const MOST_THREADS = 256;

/** @throws ArgumentError for options of another device, or wrong ones */
export function checkDeviceOptions(name: string, { fastMath, threads, mode }: DeviceOptions): void {
  const refuse = (rule: string, got: unknown): never => {
    throw new ArgumentError(`setDevice: ${rule}`, { where: 'setDevice', got });
  };
  if (fastMath !== undefined && typeof fastMath !== 'boolean') {
    refuse(`fastMath is ${describeValue(fastMath)}. Give true or false.`, fastMath);
  }
  const isCount = Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= MOST_THREADS;
  if (threads !== undefined && threads !== 'auto' && !isCount) {
    refuse(`threads is ${describeValue(threads)}. Give a whole number from 1 to ${MOST_THREADS}, or 'auto'.`, threads);
  }
  const wants = { fastMath: fastMath === true, threads: threads !== undefined && threads !== 1 };
  for (const [option, isWanted] of Object.entries(wants)) {
    if (!isWanted || name === 'wasm') continue;
    refuse(
      `${option} is an option of the device 'wasm', and the device is '${name}'. Leave it out, or choose 'wasm'.`,
      name,
    );
  }
  if (mode !== undefined && name !== 'gpu') {
    refuse(`mode is an option of the device 'gpu', and the device is '${name}'. Leave it out, or choose 'gpu'.`, mode);
  }
}

/**
 * @param known the wasm device that there is; it stays if it is what was asked for, and else its threads end
 * @throws DeviceError where Node starts no threads; in a page that starts none one thread does the work
 */
export async function chooseWasm(known: Device | undefined, options: DeviceOptions): Promise<Device> {
  const fastMath = options.fastMath === true && hasFusedArithmetic();
  const { threads: wanted = 1 } = options;
  const cores = wanted === 1 ? 1 : await coreCount();
  const threads = usableThreads(wanted === 'auto' ? cores : wanted);
  const present = known instanceof WasmDevice ? known : undefined;
  const hasThreads = present?.sharing.threads ?? 1;
  const hasMath = (present?.fastMath ?? false) === fastMath;
  if (known && hasMath && hasThreads === threads) return known;
  if (hasThreads > 1) (present as ThreadedDevice).close();
  const threaded = threads > 1 ? await openThreads({ threads, cores, fastMath }) : undefined;
  if (threaded) return threaded;
  return known && hasMath && hasThreads === 1 ? known : new WasmDevice('wasm', { fastMath });
}

/** The device; undefined in a page that starts no threads, as its security policy may forbid them: one line says so. */
async function openThreads(options: ThreadedOptions): Promise<ThreadedDevice | undefined> {
  const { ThreadedDevice } = await import('./threads/threaded-device.ts');
  try {
    return await ThreadedDevice.open(options);
  } catch (error) {
    if (isNode() || !(error instanceof DeviceError)) throw error;
    warn(`gradtape: ${error.message} One thread does the work.`);
    return undefined;
  }
}

function hasFusedArithmetic(): boolean {
  if (supports('relaxed-simd')) return true;
  warn(
    'gradtape: this JavaScript engine has no relaxed SIMD, so fastMath is not available here and plain arithmetic is used.',
  );
  return false;
}

function usableThreads(threads: number): number {
  const scope = globalThis as { readonly crossOriginIsolated?: boolean; readonly SharedArrayBuffer?: unknown };
  if (threads === 1) return threads;
  if (!supports('simd'))
    throw new DeviceError("wasm: this JavaScript engine has no WebAssembly with SIMD. Use setDevice('cpu').", {
      where: 'wasm',
    });
  if (scope.SharedArrayBuffer !== undefined && scope.crossOriginIsolated !== false) return threads;
  warn(
    'gradtape: threads need shared memory, which a page has when it is cross-origin isolated (headers Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp); one thread does the work.',
  );
  return 1;
}

// A specifier that bundlers for browsers cannot see: they would refuse what only Node has.
const SYSTEM = 'node:os';

/** How many threads can run at once. */
async function coreCount(): Promise<number> {
  const scope = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  if (!isNode()) return scope.navigator?.hardwareConcurrency ?? 1;
  const system = (await import(/* webpackIgnore: true */ /* @vite-ignore */ SYSTEM)) as {
    availableParallelism(): number;
  };
  return system.availableParallelism();
}
