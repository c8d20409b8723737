/** Finds out before training whether files can be written to a folder. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { removeFile, writeFileAtomically } from '../io/atomic-file.ts';
import { nodeFileSystem } from '../io/file-system.ts';

/** Makes the folder where it is missing. @throws FileError that names the path, the step and the cause */
export async function checkWritableFolder(folder: string): Promise<void> {
  // Permissions alone do not tell: the disk may be full or read-only.
  const probe = join(folder, `.writable-${randomUUID()}`);
  await writeFileAtomically(probe, new Uint8Array(1));
  await removeFile(probe, await nodeFileSystem());
}
