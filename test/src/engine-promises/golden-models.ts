/**
 * Runs in a process of its own, under any version of Node: trains four models for some steps and prints a hash of all
 * their weights. The same version of gradtape, seed and data give the same bits, wherever it runs, and for any number of
 * threads: with more than one, every call that can be shared is, however small, and parts begin after random delays.
 */
import { availableParallelism } from 'node:os';
import { useDevice } from '../../../src/devices/default-device.ts';
import { ThreadedDevice } from '../../../src/devices/threads/threaded-device.ts';
import { trainedHashes } from './golden-training.ts';

const [, , steps = '500', threads = '1', mostDelay = '0'] = process.argv;
let device: ThreadedDevice | undefined;
if (threads !== '1') {
  const options = { threads: Number(threads), cores: availableParallelism(), mostDelay: Number(mostDelay) };
  device = await ThreadedDevice.open({ ...options, however: true });
  useDevice(device);
}
const hashes = await trainedHashes(Number(steps));
// A thread that never came to a part would prove nothing.
if (device && device.counts.own === device.counts.all) throw new Error('the caller ran all parts itself');
process.stdout.write(`${JSON.stringify(hashes, undefined, 2)}\n`);
