/** Run by memory-bombs.ts with --expose-gc: reads one bomb and prints how far the memory of the process rose. */
import { readFileSync, writeFileSync } from 'node:fs';
import { hostileReaders } from './hostile-readers.ts';

export interface BombReport {
  readonly fileBytes: number;
  /** By how much the largest memory of the process while reading exceeds what it had before. */
  readonly peakBytes: number;
  readonly error?: string;
}

/** Bytes by which the memory of a process changes at any time. */
const LITTLE = 65_536;

async function main(readerName: string, path: string): Promise<void> {
  const reader = hostileReaders.find(({ name }) => name === readerName);
  if (reader === undefined) throw new Error(`no reader ${readerName}`);
  // What reading any file loads and compiles is no part of what this one takes.
  for (const bytes of await reader.files()) await reader.read(bytes);
  const bytes = readFileSync(path);
  await settle();
  forgetPeak();
  const before = process.memoryUsage.rss();
  let error: string | undefined;
  let kept: unknown;
  try {
    kept = await reader.read(bytes);
  } catch (caught) {
    error = String(caught).slice(0, 300);
  }
  const peakBytes = peakMemory() - before;
  const report: BombReport = { fileBytes: bytes.length, peakBytes, ...(error === undefined ? {} : { error }) };
  console.log(JSON.stringify(report));
  // What was read is alive until here.
  if (kept === report) throw new Error('unreachable');
}

/** Waits until what was thrown away has left: the memory of arrays goes back in the background, some time after the collection. */
async function settle(): Promise<void> {
  let before = Infinity;
  for (let round = 0; round < 10; round++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = process.memoryUsage.rss();
    // Nothing has left since the last look.
    if (round > 1 && now >= before - LITTLE) return;
    before = now;
  }
}

/** Lets the largest memory be counted from now on, where the system can; elsewhere what came before counts as well. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux: the figure is too large rather than too small.
  }
}

/** The largest memory, in bytes. What getrusage tells begins with the memory of the process that started this one. */
function peakMemory(): number {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const [, , readerName, path] = process.argv;
if (readerName !== undefined && path !== undefined) await main(readerName, path);
