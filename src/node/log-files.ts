/** The sink of callbacks that log, as files: event files grow, others are replaced. */
import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileError, writeFileAtomically } from '../io/atomic-file.ts';
import { codeOf } from '../io/file-system.ts';

/**
 * Adds bytes to an event file of TensorBoard, whose name contains `tfevents`; replaces any other file. Missing folders
 * are made.
 * @throws FileError
 */
export async function logFiles(path: string, bytes: Uint8Array): Promise<void> {
  if (!basename(path).includes('tfevents')) return writeFileAtomically(path, bytes);
  try {
    await appendFile(path, bytes);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError(path, 'adding to the file', error);
    await writeFileAtomically(path, bytes);
  }
}
