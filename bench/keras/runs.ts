/** Training processes, one at a time: gradtape, and Keras on each of its backends, bound to the same cores. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as gt from 'gradtape';
import { wallTime } from '../../src/clock.ts';
import type { Job } from './jobs.ts';
import { compiledModel } from './models.ts';
import type { Outcome } from './outcome.ts';
import { writeTask } from './task.ts';

export const ENGINES = ['gradtape', 'Keras JAX', 'Keras PyTorch'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A process that has ended well. */
export interface Run extends Outcome {
  /** Milliseconds from its start to the end of its first epoch. */
  readonly firstEpoch: number;
}

/** Ms after which a process is given up: each takes seconds. */
const PATIENCE = 300_000;

/** The folder of the sources: the compiled benchmark stands in dist/bench/keras. */
const SOURCES = fileURLToPath(new URL('../../../bench/keras/', import.meta.url));

/** @returns the interpreter with the pinned Keras, installed on first use. @throws Error where there is no Python */
export function kerasPython(tell: (line: string) => void): string {
  tell('looking for Keras (JAX and PyTorch, 6 GB in a venv outside the repository, installed once)');
  const script = join(SOURCES, '../../test/support/venv.sh');
  const { status, stdout, stderr } = spawnSync('bash', [script, 'keras-bench', join(SOURCES, 'requirements.txt')], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(
      `bench:keras: Keras could not be installed. It needs Linux with Python 3.11 or later (python3, with venv) and 6 GB of disk:\n${stderr}`,
    );
  }
  return stdout.trim();
}

/** The folder of one job's data, which `remove` takes away. */
export interface PreparedJob {
  readonly folder: string;
  readonly remove: () => void;
}

/** Writes the data and the first weights that all engines read. */
export async function prepareJob(job: Job): Promise<PreparedJob> {
  const { model, samples, batchSize, epochs, validationSplit } = job;
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-keras-'));
  gt.seed(1);
  const weights = await compiledModel(model).getWeights();
  writeTask(folder, { test: null, ...job.data(samples), model, batchSize, epochs, validationSplit, weights });
  // Keras reads its settings there, and writes them.
  mkdirSync(join(folder, 'keras'));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

export interface RunOptions {
  readonly folder: string;
  readonly threads: number;
  /** Numbers of the cores that the process may use. */
  readonly cores: readonly number[];
  readonly python: string;
}

/** One training in a process of its own. @throws Error with what the process wrote when it fails */
export function run(engine: EngineName, { folder, threads, cores, python }: RunOptions): Run {
  const command =
    engine === 'gradtape'
      ? [process.execPath, fileURLToPath(new URL('train.js', import.meta.url))]
      : [python, '-W', 'ignore', join(SOURCES, 'train.py')];
  const start = wallTime();
  const { status, stdout, stderr, error } = spawnSync(
    'taskset',
    ['--cpu-list', cores.join(','), ...command, folder, String(threads)],
    {
      encoding: 'utf8',
      timeout: PATIENCE,
      env: { ...process.env, ...(engine === 'gradtape' ? {} : kerasEnvironment(engine, folder, threads)) },
    },
  );
  if (status !== 0) {
    throw new Error(error?.message ?? complaintOf(stderr), { cause: stderr });
  }
  const outcome = JSON.parse(lastLine(stdout)) as Outcome;
  return { ...outcome, firstEpoch: 1000 * (outcome.firstEpochEnd - start) };
}

/** How many threads each library takes: XLA asks NPROC, and its flags alone keep a product on the calling thread. */
function kerasEnvironment(engine: EngineName, folder: string, threads: number): NodeJS.ProcessEnv {
  return {
    KERAS_BACKEND: engine === 'Keras JAX' ? 'jax' : 'torch',
    KERAS_HOME: join(folder, 'keras'),
    CUDA_VISIBLE_DEVICES: '',
    OMP_NUM_THREADS: String(threads),
    MKL_NUM_THREADS: String(threads),
    NPROC: String(threads),
    ...(threads === 1 && { XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1' }),
  };
}

/** The cores that this process may use, as `taskset` tells them. @throws Error where there are fewer, or no taskset */
export function allowedCores(count: number): readonly number[] {
  const { status, stdout } = spawnSync('taskset', ['--cpu-list', '--pid', String(process.pid)], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error('bench:keras: taskset binds both sides to the same cores, so it needs Linux with util-linux.');
  const cores = coresOf(stdout.split(':')[1] ?? '');
  if (cores.length >= count) return cores.slice(0, count);
  throw new Error(`bench:keras: ${count} threads were asked for, and this process may use ${cores.length} cores.`);
}

/** @param list such as `0,2-3` */
export function coresOf(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.trim().split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The line of a stack that names the error, in Node's and in Python's way. */
function complaintOf(text: string): string {
  return (
    text
      .split('\n')
      .filter((line) => /^\w*Error\b/.test(line))
      .at(-1) ?? lastLine(text)
  );
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
