/** Loaded with `--import` before a test file: every program of that run goes to the device that watches its memory. */
import { useDevice } from '../../src/devices/default-device.ts';
import { WatchedDevice } from './watched-device.ts';

useDevice(new WatchedDevice());
