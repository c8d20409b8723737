/**
 * Run by killed-saves.ts: goes on from the newest save of a store, saves again and again, and tells each save that is
 * acknowledged, until it is killed. With `careless` it writes as programs usually do, to show that the measure sees it.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { GenerationStore } from '../../src/io/generation-store.ts';
import { contentOf, saveOf } from './saved-content.ts';

async function main(path: string, how: string | undefined): Promise<never> {
  const store = new GenerationStore(path);
  const load = (): Promise<Uint8Array | undefined> => (how === 'careless' ? carelessLoad(path) : store.load());
  const save = async (bytes: Uint8Array): Promise<void> =>
    how === 'careless' ? writeFileSync(path, bytes) : store.save(bytes);
  const newest = await load();
  for (let number = newest === undefined ? 1 : (saveOf(newest) ?? 0) + 1; ; number++) {
    await save(contentOf(number));
    // Written at once, not by a stream, so that what was told is told whenever the process is killed.
    writeSync(1, `${number}\n`);
  }
}

async function carelessLoad(path: string): Promise<Uint8Array | undefined> {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const [, , path, how] = process.argv;
if (path !== undefined) await main(path, how);
