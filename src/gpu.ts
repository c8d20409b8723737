/**
 * `import 'gradtape/gpu'` adds the device 'gpu': kernels of GPU.js, an optional peer, on a graphics card.
 * @example
 * import 'gradtape/gpu';
 * import { setDevice } from 'gradtape';
 * await setDevice('gpu', { mode: 'webgpu' });
 */
import { addDevice } from './devices/default-device.ts';
import { openGpuDevice } from './devices/gpu-device.ts';

addDevice('gpu', openGpuDevice);

export { GpuDevice, openGpuDevice } from './devices/gpu-device.ts';
export type { GpuMode } from './devices/gpu-js.ts';
