/**
 * D1: a process that saves again and again is killed at any moment, and a modelled disk loses its power after any call.
 * What is loaded afterwards is whole, and not older than the last save that was acknowledged.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GenerationStore } from '../../src/io/generation-store.ts';
import { FaultyFileSystem } from '../support/faulty-file-system.ts';
import { ModelledDisk } from '../support/modelled-disk.ts';
import { seededDraw, type Draw } from '../support/mutated-bytes.ts';
import type { Measured } from './measure.ts';
import { saveOf } from './saved-content.ts';

/** Between the first save that a process tells and its end, in milliseconds. */
const LONGEST_LIFE = 40;
const child = fileURLToPath(new URL('saving-child.js', import.meta.url));

/** Both, as one row. */
export async function crashes(kills: number): Promise<Measured> {
  const killed = await killedSaves(kills);
  const cut = await powerCuts();
  return {
    figure: `${killed.figure}; ${cut.figure}`,
    met: killed.met === true && cut.met === true,
    cases: kills,
    detail: { killed: killed.detail, powerCuts: cut.detail },
  };
}

/** Processes that save at the same time, each to a path of its own: most of a life is the start of Node. */
const CHAINS = 4;

interface Chain {
  readonly folder: string;
  readonly kills: number;
  readonly how: 'careless' | undefined;
}

interface Survived {
  readonly saves: number;
  /** Temporary files in the folder, at the worst moment. */
  readonly leftovers: number;
  readonly failures: readonly string[];
}

/** @param how `careless` saves without the store, to show that the measure sees it */
export async function killedSaves(kills: number, how?: 'careless'): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-kills-'));
  let chains: Survived[];
  try {
    chains = await Promise.all(
      Array.from({ length: CHAINS }, (_, chain) =>
        survive({ folder: join(folder, String(chain)), kills: Math.ceil((kills - chain) / CHAINS), how }),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
  const saves = chains.reduce((sum, chain) => sum + chain.saves, 0);
  const leftovers = Math.max(...chains.map((chain) => chain.leftovers));
  const failures = chains.flatMap((chain) => chain.failures);
  if (leftovers > 1) failures.push(`${leftovers} temporary files are left`);
  return {
    figure:
      failures[0] ??
      `0 unreadable or lost after ${kills} kills; ${saves} saves, at most ${leftovers} temporary file left`,
    met: failures.length === 0 && kills > 0 && saves > kills,
    cases: kills,
    detail: { kills, saves, leftovers, failures },
  };
}

/** Kills one process after the other, each of which goes on where the one before it was killed. */
async function survive({ folder, kills, how }: Chain): Promise<Survived> {
  const path = join(folder, 'state.ckpt');
  const draw = seededDraw(kills + Number(folder.at(-1)));
  const failures: string[] = [];
  let acknowledged = 0;
  let leftovers = 0;
  mkdirSync(folder);
  for (let kill = 0; kill < kills; kill++) {
    acknowledged = await saveUntilKilled({ path, delay: draw(1000 * LONGEST_LIFE) / 1000, how, acknowledged });
    const loaded = await outcome(() =>
      how === 'careless' ? Promise.resolve(readFileSync(path)) : new GenerationStore(path).load(),
    );
    const save = loaded instanceof Uint8Array ? saveOf(loaded) : undefined;
    if (save === undefined) failures.push(`kill ${kill}: not readable: ${String(loaded).slice(0, 200)}`);
    else if (save < acknowledged) failures.push(`kill ${kill}: save ${save} after ${acknowledged} was acknowledged`);
    else if (save > acknowledged + 1) failures.push(`kill ${kill}: save ${save} was never begun`);
    leftovers = Math.max(leftovers, readdirSync(folder).filter((name) => name.endsWith('.tmp')).length);
  }
  return { saves: acknowledged, leftovers, failures };
}

interface Life {
  readonly path: string;
  /** Milliseconds from its first acknowledged save to its end. */
  readonly delay: number;
  readonly how: 'careless' | undefined;
  readonly acknowledged: number;
}

/** The last save that was acknowledged when the process had ended. */
function saveUntilKilled({ path, delay, how, acknowledged }: Life): Promise<number> {
  return new Promise((resolve, reject) => {
    const saving = spawn(process.execPath, [child, path, ...(how ? [how] : [])], { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    let errors = '';
    saving.stdout.on('data', (chunk) => {
      if (told === '') setTimeout(() => saving.kill('SIGKILL'), delay);
      told += String(chunk);
    });
    saving.stderr.on('data', (chunk) => (errors += String(chunk)));
    saving.on('error', reject);
    saving.on('close', (_code, signal) => {
      // A line that was cut by the kill was not told.
      const last = told.split('\n').at(-2);
      if (signal === 'SIGKILL') resolve(last === undefined ? acknowledged : Number(last));
      else reject(new Error(`the saving process ended by itself: ${errors}`));
    });
  });
}

async function outcome(load: () => Promise<Uint8Array | undefined>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    return error;
  }
}

/** Saves of the store on a disk that fails at one call and then loses its power. */
const SAVES = 4;
const OUTCOMES = 20;

/**
 * Cuts the power at every call of a few saves and looks at some of what a disk may hold then.
 * @param sync whether the disk obeys when it is told to sync, else the measure must see losses
 */
export async function powerCuts(sync: boolean = true): Promise<Measured> {
  const failures: string[] = [];
  let states = 0;
  let calls = 0;
  for (let cut = 0; ; cut++) {
    const { disk, acknowledged, isDone } = await saveUntilCut(cut, sync);
    for (let seed = 0; seed < OUTCOMES; seed++) {
      const fault = await faultAfter(disk, acknowledged, seededDraw(1000 * cut + seed));
      if (fault !== undefined) failures.push(`power cut at call ${cut}, ${fault}`);
      states += 1;
    }
    calls = cut;
    if (isDone) break;
  }
  return {
    figure: failures[0] ?? `0 unreadable or lost in ${states} states after a power cut at any of ${calls} calls`,
    met: failures.length === 0 && calls > 0,
    detail: { calls, states, failures: failures.slice(0, 20), count: failures.length },
  };
}

interface Cut {
  readonly disk: ModelledDisk;
  readonly acknowledged: number;
  readonly isDone: boolean;
}

const PATH = '/runs/one/state.ckpt';

async function saveUntilCut(cut: number, sync: boolean): Promise<Cut> {
  const disk = new ModelledDisk();
  const files = new FaultyFileSystem(disk, ({ index, name }) => {
    if (index >= cut) return new Error('the power is cut');
    return name === 'sync' && !sync ? 0 : undefined;
  });
  const store = new GenerationStore(PATH, files);
  let acknowledged = 0;
  while (acknowledged < SAVES) {
    try {
      await store.save(Uint8Array.from({ length: 40 }, () => acknowledged + 1));
    } catch {
      return { disk, acknowledged, isDone: false };
    }
    acknowledged += 1;
  }
  return { disk, acknowledged, isDone: true };
}

async function faultAfter(disk: ModelledDisk, acknowledged: number, draw: Draw): Promise<string | undefined> {
  const after = disk.afterPowerCut(draw);
  const loaded = await outcome(() => new GenerationStore(PATH, after).load());
  if (loaded instanceof Error) return `not readable: ${loaded.message}`;
  const save = loaded instanceof Uint8Array ? loaded[0] : 0;
  if (loaded instanceof Uint8Array && loaded.some((byte) => byte !== save)) return 'bytes of two saves';
  if (save === undefined || save < acknowledged) return `save ${save} after ${acknowledged} was acknowledged`;
  return save > acknowledged + 1 ? `save ${save} was never begun` : undefined;
}
