/** Loaded with `--import` before a test file: kernels and programs of that run multiply and add in one instruction. */
import { allowRelaxedSimd } from '../../bench/timing/relaxed-simd.ts';
import { useDevice } from '../../src/devices/default-device.ts';
import { WatchedDevice } from './watched-device.ts';
import { arithmetic } from './wasm-kernel.ts';

allowRelaxedSimd();
arithmetic.fastMath = true;
useDevice(new WatchedDevice('wasm', { fastMath: true }));
