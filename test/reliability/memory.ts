/** E1 and E2: what training steps leave in memory: over replays and steps that throw, and in the long run of `fit`. */
import { growth, HEAP_BYTES_PER_STEP, medianSlope, memorySamples } from '../src/engine-promises/memory-growth.ts';
import type { Sample } from '../src/engine-promises/memory-child.ts';
import type { Measured } from './measure.ts';

/** @param leak keeps something of every step, to show that the measure sees it */
export async function memoryPerStep(steps: number, leak: readonly 'leak'[] = []): Promise<Measured> {
  const replay = await growth('replays', steps, ...leak);
  const failure = await growth('failures', steps, ...leak);
  const isFlat = ({ heap, arrayBuffers, variables, scratch }: Sample): boolean =>
    heap < HEAP_BYTES_PER_STEP && arrayBuffers === 0 && variables === 0 && scratch === 0;
  const buffers = ({ arrayBuffers, variables, scratch }: Sample): number => arrayBuffers + variables + scratch;
  return {
    figure: `buffers grow by ${buffers(replay)} bytes a step, by ${buffers(failure)} a step that throws; heap by ${replay.heap.toFixed(1)} and ${failure.heap.toFixed(1)} bytes; ${steps} steps of each`,
    met: isFlat(replay) && isFlat(failure),
    detail: { steps, replay, failure, heapLimit: HEAP_BYTES_PER_STEP },
  };
}

/** The target of the long run. */
const SLOPE_LIMIT = 10;

/** @param steps a multiple of 100 */
export async function soak(steps: number, leak: readonly 'leak'[] = []): Promise<Measured> {
  const samples = await memorySamples('fit', steps, ...leak);
  const bytes = samples.map(({ heap, arrayBuffers }) => heap + arrayBuffers);
  const slope = medianSlope(bytes) / (steps / (samples.length - 1));
  return {
    figure: `${slope.toFixed(2)} bytes a step of heap and array buffers over ${steps} steps of fit`,
    met: slope < SLOPE_LIMIT,
    cases: steps,
    detail: { steps, slope, limit: SLOPE_LIMIT, firstBytes: bytes[0], lastBytes: bytes.at(-1) },
  };
}
