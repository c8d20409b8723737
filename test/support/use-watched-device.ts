/**
 * Loaded with `--import` before a test file: every program of that run goes to a WebAssembly device that grows its memory
 * at every allocation, so that a view which was kept is dead, and that checks after each step that nothing but the
 * step's outputs changed.
 */
import { useDevice } from '../../src/devices/default-device.ts';
import { WasmDevice } from '../../src/devices/wasm-device.ts';

useDevice(new WasmDevice('wasm', { growAlways: true, watchMemory: true }));
