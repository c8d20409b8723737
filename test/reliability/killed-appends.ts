/**
 * D6: processes that append to one journal at the same time are killed at any moment and started again. Every append that
 * was acknowledged is there once, each process's in order, and no line is torn.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRecord } from '../../src/tune/journal-text.ts';
import { seededDraw, type Draw } from '../support/mutated-bytes.ts';
import { firstLine, type Measured } from './measure.ts';

const PROCESSES = 8;
/** Between an acknowledged append and the end of its process, in microseconds. */
const LONGEST_DELAY = 5_000;
const child = fileURLToPath(new URL('appending-child.js', import.meta.url));

interface Chain {
  readonly path: string;
  readonly name: string;
  readonly appends: number;
  readonly kills: number;
  readonly how: 'careless' | undefined;
  readonly draw: Draw;
}

/**
 * @param appends of each process
 * @param kills of all together
 * @param how `careless` appends without the journal, to show that the measure sees it
 */
export async function killedAppends(appends: number, kills: number, how?: 'careless'): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-appends-'));
  const path = join(folder, 'study.journal');
  try {
    writeFileSync(path, writeRecord({ kind: 'createStudy', name: 's', directions: ['minimize'] }, ''));
    const outcomes = await Promise.all(
      Array.from({ length: PROCESSES }, (_, i) =>
        survive({
          path,
          name: `p${i}`,
          appends,
          kills: Math.floor((kills + i) / PROCESSES),
          how,
          draw: seededDraw(1000 * kills + i),
        }),
      ),
    );
    const least = new Map(outcomes.map(({ acknowledged }, i) => [`p${i}`, Math.max(appends, acknowledged)]));
    const failures = [...outcomes.flatMap(({ failure }) => failure ?? []), ...faultsOf(path, least)];
    const killed = outcomes.reduce((sum, outcome) => sum + outcome.kills, 0);
    const left = readdirSync(folder).filter((name) => name !== 'study.journal').length;
    return {
      figure:
        failures[0] ??
        `0 lost, doubled or torn of ${PROCESSES} x ${appends} appends after ${killed} kills; ${left} small files left`,
      met: failures.length === 0 && killed === kills,
      cases: killed,
      detail: { processes: PROCESSES, appends, kills: killed, left, failures: failures.slice(0, 20) },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Outcome {
  readonly kills: number;
  /** The last append that returned. */
  readonly acknowledged: number;
  readonly failure?: string;
}

/** Starts a process again after each kill, until it has appended all. */
async function survive(chain: Chain): Promise<Outcome> {
  const { appends, kills, draw } = chain;
  let acknowledged = 0;
  let done = 0;
  try {
    for (;;) {
      // What is left, in as many lives as there are kills to come.
      const share = (1.2 * (appends - acknowledged)) / (kills - done + 1);
      const killAt = done < kills ? acknowledged + 1 + draw(Math.max(1, Math.floor(share))) : Infinity;
      const life = await live(chain, killAt, draw(LONGEST_DELAY) / 1000);
      if (life.last !== undefined && life.first !== undefined) {
        // The one that was under way when the process was killed may be there or not.
        if (life.first !== acknowledged + 1 && life.first !== acknowledged + 2) {
          return { kills: done, acknowledged, failure: `${chain.name}: ${life.first} follows ${acknowledged}` };
        }
        acknowledged = life.last;
      }
      if (!life.wasKilled) return { kills: done, acknowledged };
      done++;
    }
  } catch (error) {
    return { kills: done, acknowledged, failure: `${chain.name}: ${firstLine(error)}` };
  }
}

interface Life {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly wasKilled: boolean;
}

function live({ path, name, appends, how }: Chain, killAt: number, delay: number): Promise<Life> {
  return new Promise((resolve, reject) => {
    // One that is to be killed goes on until it is.
    const count = killAt === Infinity ? appends : Number.MAX_SAFE_INTEGER;
    const args = [child, path, name, String(count), ...(how ? [how] : [])];
    const appending = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    let errors = '';
    let isDoomed = false;
    appending.stdout.on('data', (chunk) => {
      told += String(chunk);
      if (!isDoomed && (numbersIn(told).at(-1) ?? 0) >= killAt) {
        isDoomed = true;
        setTimeout(() => appending.kill('SIGKILL'), delay);
      }
    });
    appending.stderr.on('data', (chunk) => (errors += String(chunk)));
    appending.on('error', reject);
    appending.on('close', (code, signal) => {
      const numbers = numbersIn(told);
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`the process ended by itself: ${errors}`));
      else resolve({ first: numbers[0], last: numbers.at(-1), wasKilled: signal === 'SIGKILL' });
    });
  });
}

/** What a process told. A line that was cut by the kill was not told. */
function numbersIn(told: string): readonly number[] {
  return told.split('\n').slice(0, -1).map(Number);
}

/** Reads the file without our reader. @param least appends of each process that must be there */
function faultsOf(path: string, least: ReadonlyMap<string, number>): readonly string[] {
  const failures: string[] = [];
  const next = new Map<string, number>(Array.from({ length: PROCESSES }, (_, i) => [`p${i}`, 1]));
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) failures.push('the last line is torn');
  for (const [index, line] of text.trimEnd().split('\n').slice(1).entries()) {
    try {
      const { user_attr } = JSON.parse(line) as { readonly user_attr: Readonly<Record<string, string>> };
      const [name = '', number] = Object.keys(user_attr)[0]?.split('-') ?? [];
      const wanted = next.get(name);
      if (wanted !== Number(number)) failures.push(`line ${index + 2}: ${name}-${number} in the place of ${wanted}`);
      next.set(name, Number(number) + 1);
    } catch (error) {
      failures.push(`line ${index + 2}: ${firstLine(error)}`);
    }
  }
  for (const [name, number] of next)
    if (number <= (least.get(name) ?? 0)) failures.push(`${name} ends before ${number}`);
  return failures;
}
