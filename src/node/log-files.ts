/** The sink of callbacks that log, as files: event files grow, others are replaced. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** Adds bytes to an event file of TensorBoard, whose name contains `tfevents`; replaces any other file. Makes folders. */
export async function logFiles(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await (basename(path).includes('tfevents') ? appendFile : writeFile)(path, bytes);
}
