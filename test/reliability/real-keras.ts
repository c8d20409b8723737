/** A6: the fixtures that real Keras made, by the tests that compare with them, each in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { KERAS_TOLERANCE } from '../keras/fixture.ts';
import type { Measured } from './measure.ts';

/** Those that take longest come last. */
const FILES = ['small', 'losses', 'callbacks', 'metrics', 'models', 'optimizers', 'layers'] as const;

/** The last line of `ErrorReport`, as a comment of TAP. */
const TOTAL = /# all: (\d+) fixtures, largest error (\S+)/;

interface FileReport {
  readonly file: string;
  readonly fixtures: number;
  readonly error: number;
  readonly passed: boolean;
}

/** @param files names of tests in test/keras, or how many of them */
export async function realKeras(files: readonly string[] | number = FILES.length): Promise<Measured> {
  const reports: FileReport[] = [];
  for (const file of typeof files === 'number' ? FILES.slice(0, files) : files) reports.push(await runFile(file));
  const fixtures = reports.reduce((sum, one) => sum + one.fixtures, 0);
  const worst = reports.reduce((most, one) => (one.error > most.error ? one : most), reports[0] as FileReport);
  const failed = reports.filter(({ passed }) => !passed).map(({ file }) => file);
  return {
    figure:
      failed.length > 0
        ? `test/keras: ${failed.join(', ')} fail`
        : `worst error ${worst.error.toExponential(1)} (${worst.file}); ${fixtures} fixtures`,
    met: failed.length === 0 && fixtures > 0 && worst.error <= KERAS_TOLERANCE,
    cases: reports.length,
    detail: { fixtures, worstError: worst.error, worstFile: worst.file, failed },
  };
}

async function runFile(file: string): Promise<FileReport> {
  // Inside a run of tap the child would report to it; here its output is read.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAP')));
  const script = fileURLToPath(new URL(`../keras/${file}.test.js`, import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk);
  const status = await ended;
  const [, fixtures, error] = TOTAL.exec(output) ?? [];
  return {
    file,
    fixtures: Number(fixtures ?? 0),
    error: Number(error ?? Infinity),
    passed: status === 0 && fixtures !== undefined,
  };
}
