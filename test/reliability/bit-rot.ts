/** D3: one bit of the newest save flips: it is detected, said, and the save before it is used. */
import { GenerationStore } from '../../src/io/generation-store.ts';
import { SEAL_BYTES } from '../../src/io/sealed-bytes.ts';
import { ModelledDisk } from '../support/modelled-disk.ts';
import { seededDraw } from '../support/mutated-bytes.ts';
import { captured } from '../src/callbacks/fake-model.ts';
import type { Measured } from './measure.ts';

export const PATH = '/state.ckpt';
const CONTENT_BYTES = 20_000;

/** Loads from the disk: what the store does, or a planted reader that trusts it. */
export type Load = (disk: ModelledDisk) => Promise<Uint8Array | undefined>;

const storeLoad: Load = (disk) => new GenerationStore(PATH, disk).load();

export async function bitRot(flips: number, load: Load = storeLoad): Promise<Measured> {
  const draw = seededDraw(20_261_126);
  const [older, newer] = [1, 2].map(() => Uint8Array.from({ length: CONTENT_BYTES }, () => draw(256))) as [
    Uint8Array,
    Uint8Array,
  ];
  const disk = new ModelledDisk();
  const store = new GenerationStore(PATH, disk);
  await store.save(newer);
  await store.save(older);
  await store.save(newer);
  const intact = disk.bytesOf(PATH).slice();
  const onDisk = disk.bytesOf(PATH);
  const failures: string[] = [];
  const bits = 8 * intact.length;
  for (let flip = 0; flip < flips; flip++) {
    // Every bit of the seal, then bits anywhere.
    const bit = flip < 8 * SEAL_BYTES ? flip : draw(bits);
    onDisk.set(intact);
    onDisk[bit >> 3] = (onDisk[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    let loaded: unknown;
    const { warnings } = await captured(async () => (loaded = await load(disk)));
    const isOlder = loaded instanceof Uint8Array && Buffer.from(loaded).equals(older);
    if (!isOlder) failures.push(`bit ${bit & 7} of byte ${bit >> 3}: not detected`);
    else if (warnings.length !== 1) failures.push(`bit ${bit & 7} of byte ${bit >> 3}: ${warnings.length} warnings`);
  }
  return {
    figure:
      failures[0] ??
      `${flips} of ${flips} flipped bits detected, with a warning and the save before used; ${intact.length} bytes`,
    met: failures.length === 0 && flips > 0,
    cases: flips,
    detail: { flips, bytes: intact.length, failures: failures.slice(0, 20), count: failures.length },
  };
}
