/** Loaded with `--import` before a test file: every program of that run goes to the asynchronous device. */
import { useDevice } from '../../src/devices/default-device.ts';
import { AsyncDevice } from './async-device.ts';

useDevice(new AsyncDevice());
