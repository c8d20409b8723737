/** Trains the golden models in a process of its own, under any version of Node. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../../house/sources.ts';
import type { Hashes } from './golden-training.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./golden-models.js', import.meta.url));

// A test runner's hooks are not made for every version of Node.
const { NODE_OPTIONS: _, ...env } = process.env;

/** The numbers of threads that give the same bits. */
export const THREAD_COUNTS = [1, 2, 3, 4, 8] as const;

/** What is written down, for 500 steps. */
export function goldenHashes(): Hashes {
  return JSON.parse(readFileSync(join(root, 'test/src/engine-promises/golden.json'), 'utf8')) as Hashes;
}

/** This program of Node, and those that GRADTAPE_ENGINES lists, separated by colons. */
export function enginePaths(): readonly string[] {
  const others = (process.env['GRADTAPE_ENGINES'] ?? '').split(':').filter((path) => path !== '');
  return [process.execPath, ...others];
}

/** @param mostDelay milliseconds before a part that a thread may take */
export async function hashesOn(
  engine: string,
  {
    steps = 500,
    threads = 1,
    mostDelay = 0,
  }: { readonly steps?: number; readonly threads?: number; readonly mostDelay?: number } = {},
): Promise<Hashes> {
  const { stdout } = await run(engine, [script, ...[steps, threads, mostDelay].map(String)], { env });
  return JSON.parse(stdout) as Hashes;
}

/** Such as `v22.1.0`. */
export async function versionOf(engine: string): Promise<string> {
  return (await run(engine, ['--version'], { env })).stdout.trim();
}
