/** Trainings in processes of their own, killed with SIGKILL at random moments and started again until they end. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childDevice } from './child-device.ts';

const child = fileURLToPath(new URL('killed-child.js', import.meta.url));

export interface KilledRun {
  /** What a run that was left alone gave, and what the killed one gave in the end. */
  readonly undisturbed: string;
  readonly killed: string;
  /** How often it was killed before it ended. */
  readonly kills: number;
  /** Batches that were trained, those that were lost with their process among them. */
  readonly batches: number;
  /** Batches of a run that was left alone. */
  readonly batchesNeeded: number;
}

interface Life {
  readonly batches: number;
  readonly wasKilled: boolean;
}

/** A process's life: to its end, or to so many milliseconds after its `killAfter`-th batch. */
function live(training: string, folder: string, killAfter: number, delay: number): Promise<Life> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [...childDevice, child, training, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let batches = 0;
    let errors = '';
    process_.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    process_.stdout.on('data', (chunk: Buffer) => {
      const before = batches;
      batches += chunk.toString().split('batch ').length - 1;
      if (before < killAfter && batches >= killAfter) setTimeout(() => process_.kill('SIGKILL'), delay);
    });
    process_.on('error', reject);
    process_.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ batches, wasKilled: true });
      else if (code === 0) resolve({ batches, wasKilled: false });
      else reject(new Error(`${training}: the process ended with ${code ?? signal}: ${errors}`));
    });
  });
}

/** Numbers below 1 that depend on the seed alone. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/**
 * Kills a training so many times, and lets it end.
 * @param seed of the moments
 */
export async function killedRun(training: string, kills: number, seed: number): Promise<KilledRun> {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-killed-'));
  const [alone, killed] = [join(folder, 'alone'), join(folder, 'killed')];
  const random = generator(seed);
  try {
    const whole = await live(training, alone, Infinity, 0);
    let batches = 0;
    let killsDone = 0;
    for (;;) {
      const isLast = killsDone === kills;
      const after = isLast ? Infinity : 1 + Math.floor(random() * 4);
      // Within the batch that follows, its backup and its files.
      const life = await live(training, killed, after, random() * 12);
      batches += life.batches;
      if (life.wasKilled) killsDone++;
      if (existsSync(join(killed, 'result.json'))) break;
      if (killsDone > 10 * kills) throw new Error(`${training}: killed ${killsDone} times, and no end`);
    }
    return {
      undisturbed: readFileSync(join(alone, 'result.json'), 'utf8'),
      killed: readFileSync(join(killed, 'result.json'), 'utf8'),
      kills: killsDone,
      batches,
      batchesNeeded: whole.batches,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
