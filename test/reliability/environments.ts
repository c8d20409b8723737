/**
 * F2: a training in processes of Node that lack something: the right device and number of threads, at most one line of
 * log, the right weights. Those of Chromium and Firefox are in test/browser/threads.ts.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { enginePaths, versionOf } from '../src/engine-promises/golden-run.ts';
import type { Outcome } from '../src/engine-promises/shared-training.ts';
import type { Measured } from './measure.ts';

/** What an environment lacks, and what must come of it. */
export interface Environment {
  /** What the process asks `setDevice` for; undefined: it does not call it. */
  readonly asked?: number | 'auto';
  /** Run before gradtape is. */
  readonly before?: string;
  /** Whether the process is bound to one processor. */
  readonly oneCore?: boolean;
  readonly device: 'cpu' | 'wasm';
  readonly threads: number;
  /** What `setDevice` refuses with. */
  readonly refusal?: RegExp;
  /** The one line of log. */
  readonly log?: RegExp;
}

const onCpu = /^gradtape: .* no WebAssembly with SIMD, so the device is 'cpu'/;
const noSimd = /^wasm: .* no WebAssembly with SIMD\. Use setDevice\('cpu'\)\.$/;
const refuseSimd = 'WebAssembly.validate = () => false;';

export const environments: Readonly<Record<string, Environment>> = {
  'nothing asked for': { device: 'wasm', threads: 1 },
  '2 threads': { asked: 2, device: 'wasm', threads: 2 },
  'no WebAssembly': { before: 'delete globalThis.WebAssembly;', device: 'cpu', threads: 1, log: onCpu },
  'no SIMD': { before: refuseSimd, device: 'cpu', threads: 1, log: onCpu },
  'no SIMD, 2 threads': {
    asked: 2,
    before: refuseSimd,
    device: 'cpu',
    threads: 1,
    refusal: noSimd,
    log: onCpu,
  },
  'no SharedArrayBuffer, 2 threads': {
    asked: 2,
    before: 'delete globalThis.SharedArrayBuffer;',
    device: 'wasm',
    threads: 1,
    log: /^gradtape: threads need shared memory.*; one thread does the work\.$/,
  },
  "one core, 'auto'": { asked: 'auto', oneCore: true, device: 'wasm', threads: 1 },
};

const run = promisify(execFile);
const script = fileURLToPath(new URL('./environment-child.js', import.meta.url));

// A test runner's hooks are not made for every version of Node.
const { NODE_OPTIONS: _, ...env } = process.env;

/** @param table the environments, by their names */
export async function rightChoices(
  table: Readonly<Record<string, Environment>> = environments,
  engines: readonly string[] = enginePaths(),
): Promise<Measured> {
  const weights = await expectedWeights();
  const failures: string[] = [];
  const versions: string[] = [];
  for (const engine of engines) {
    const version = await versionOf(engine);
    versions.push(version);
    for (const [name, environment] of Object.entries(table)) {
      const wrong = await wrongIn(engine, environment, weights[environment.device]);
      if (wrong !== undefined) failures.push(`${version}, ${name}: ${wrong}`);
    }
  }
  const names = Object.keys(table);
  return {
    figure:
      failures[0] ?? `right device, threads, log and weights in ${names.length} environments of ${versions.join(', ')}`,
    met: failures.length === 0 && names.length > 0,
    detail: { environments: names, engines: versions, failures },
  };
}

/** What this Node computes on each device where nothing is missing. */
async function expectedWeights(): Promise<Readonly<Record<'cpu' | 'wasm', string>>> {
  const [cpu, wasm] = [await trained(process.execPath, { asked: 'cpu' }), await trained(process.execPath, {})];
  return { cpu: cpu.outcome.weights, wasm: wasm.outcome.weights };
}

/** What is wrong in an environment; undefined for nothing. */
async function wrongIn(engine: string, environment: Environment, weights: string): Promise<string | undefined> {
  const { outcome, lines } = await trained(engine, environment);
  const { device, threads, refusal, log } = environment;
  if (outcome.device !== device) return `the device is ${outcome.device}`;
  if (outcome.threads !== threads) return `${outcome.threads} threads`;
  if (outcome.isShared !== threads > 1) return `work is ${outcome.isShared ? '' : 'not '}shared`;
  if (refusal ? !refusal.test(outcome.refusal ?? '') : outcome.refusal !== undefined) {
    return `setDevice says: ${outcome.refusal ?? 'nothing'}`;
  }
  if (lines.length !== (log ? 1 : 0) || (log && !log.test(lines[0] ?? ''))) {
    return `${lines.length} lines of log: ${lines.join(' / ')}`;
  }
  return outcome.weights === weights ? undefined : 'other weights';
}

type Start = Pick<Environment, 'before' | 'oneCore'> & { readonly asked?: Environment['asked'] | 'cpu' };

/** Trains in a process of its own. Its log is all that it writes to the standard error. */
async function trained(
  engine: string,
  { asked, before, oneCore = false }: Start,
): Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }> {
  const prelude = before === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(before)}`];
  const program = [engine, ...prelude, script, ...(asked === undefined ? [] : [String(asked)])];
  const [file = engine, ...args] = oneCore ? ['taskset', '-c', '0', ...program] : program;
  const { stdout, stderr } = await run(file, args, { env });
  return { outcome: JSON.parse(stdout) as Outcome, lines: stderr.split('\n').filter((line) => line !== '') };
}
