/** C2: files that would need much memory: what reading allocates is at most twice the file's size plus 32 MB. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostileReaders, type HostileReader } from './hostile-readers.ts';
import type { Measured } from './measure.ts';
import type { BombReport } from './memory-bombs-child.ts';

const MB = 1024 * 1024;
const ALLOWANCE = 32 * MB;
const child = fileURLToPath(new URL('memory-bombs-child.js', import.meta.url));

/**
 * The C library keeps what was freed for what comes next, more of it after each large piece, and memory that it keeps does
 * not rise: with a fixed threshold pieces above 64 KB go back to the system at once. What a runner of tests adds to every
 * Node would only take time.
 */
const env = {
  ...process.env,
  NODE_OPTIONS: '',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/** What reading the bytes does in a process of its own. */
export function explode(reader: string, bytes: Uint8Array): BombReport {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-bomb-'));
  try {
    const file = join(folder, 'bomb');
    writeFileSync(file, bytes);
    // A small young generation, so that garbage does not count for much.
    const flags = ['--expose-gc', '--max-semi-space-size=1'];
    const output = execFileSync(process.execPath, [...flags, child, reader, file], { encoding: 'utf8', env });
    return JSON.parse(output) as BombReport;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param most bombs to read, of all readers alike
 * @param run reads the bytes, by the reader of that name
 */
export async function memoryBombs(
  most: number,
  readers: readonly Pick<HostileReader, 'name' | 'bombs'>[] = hostileReaders,
  run: typeof explode = explode,
): Promise<Measured> {
  const failures: string[] = [];
  let worst = { share: 0, text: '' };
  let count = 0;
  const all = readers.flatMap(({ name, bombs }) => Object.entries(bombs).map((bomb) => [name, ...bomb] as const));
  const every = Math.ceil(all.length / most);
  for (const [name, bomb, make] of all.filter((_, index) => index % every === 0)) {
    const { fileBytes, peakBytes, error } = run(name, await make());
    const share = peakBytes / (2 * fileBytes + ALLOWANCE);
    const text = `${name}, ${bomb}: ${(peakBytes / MB).toFixed(1)} MB for a file of ${(fileBytes / MB).toFixed(1)} MB`;
    count += 1;
    if (share > worst.share) worst = { share, text };
    if (share > 1) failures.push(text);
    if (error !== undefined && !error.startsWith('FormatError: ')) failures.push(`${name}, ${bomb}: ${error}`);
  }
  return {
    figure: failures[0] ?? `${count} files; worst ${worst.share.toFixed(2)} of the limit (${worst.text})`,
    met: failures.length === 0 && count > 0,
    detail: { count, worst, failures },
  };
}
