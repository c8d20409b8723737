/**
 * Writes a file so that at every moment, also after a crash or a power cut, its name has either all of the old bytes or
 * all of the new ones. The one module that makes and replaces files; logs that grow are added to in src/node. For Node.
 */
import { FileError } from '../errors.ts';
import { codeOf, nodeFileSystem, type FileSystem, type OpenFile } from './file-system.ts';

let writes = 0;
/** Paths whose leftovers this process has looked for. */
const swept = new Set<string>();

/**
 * Replaces a file by these bytes: written under a temporary name in the same folder, synced to the disk, renamed, and the
 * folder synced. Missing folders are made.
 * @param path of the file
 * @param fs the file system; default Node's
 * @throws FileError that names the path, the step and the cause. The temporary file is removed and the old file is as it
 *   was, except when the very last step fails, the syncing of the folder: then the new file is in its place.
 * @example await writeFileAtomically('model/best.bin', bytes)
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array, fs?: FileSystem): Promise<void> {
  const files = fs ?? (await nodeFileSystem());
  const folder = files.parentOf(path);
  await sweep(files, path, folder);
  // Two writers of one path, in one process or in two, must not share a temporary file.
  const temporary = `${path}.${files.writer}-${writes++}.tmp`;
  try {
    await writeNew({ files, path, temporary, bytes });
    await step(path, 'renaming the temporary file', () => files.rename(temporary, path));
  } catch (error) {
    // What failed is told, not that tidying up failed too.
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(files, path, folder);
}

/** Removes a file if there is one. @throws FileError */
export async function removeFile(path: string, files: FileSystem): Promise<void> {
  await step(path, 'removing the file', async () => {
    try {
      await files.remove(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  });
}

interface NewFile {
  readonly files: FileSystem;
  readonly path: string;
  readonly temporary: string;
  readonly bytes: Uint8Array;
}

async function writeNew(target: NewFile): Promise<void> {
  const { path, bytes } = target;
  const file = await step(path, 'creating a temporary file', () => create(target));
  try {
    for (let offset = 0; offset < bytes.length;) {
      offset += await step(path, 'writing', async () => {
        const written = await file.write(bytes.subarray(offset));
        // The system may take less than it was given, but a disk that takes nothing would be asked for ever.
        if (!(written > 0)) throw new Error(`the system took 0 of ${bytes.length - offset} bytes`);
        return written;
      });
    }
    await step(path, 'syncing the file to the disk', () => file.sync());
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  // Network file systems report at closing what they could not write.
  await step(path, 'closing the file', () => file.close());
}

async function create({ files, path, temporary }: NewFile): Promise<OpenFile> {
  try {
    return await files.create(temporary);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const folder = files.parentOf(temporary);
    await step(path, 'making the folder', () => makeFolder(files, path, folder));
    return files.create(temporary);
  }
}

/** @internal Makes a folder, and those above it that are missing, and syncs the folder that got the new name. */
export async function makeFolder(files: FileSystem, path: string, folder: string): Promise<void> {
  const parent = files.parentOf(folder);
  try {
    await makeUnlessThere(files, folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(files, path, parent);
    // Once: below /proc, for one, the parent is there and still nothing can be made in it.
    await makeUnlessThere(files, folder);
  }
  await syncFolder(files, path, parent);
}

/** Another writer may have made the folder just now. */
async function makeUnlessThere(files: FileSystem, folder: string): Promise<void> {
  try {
    await files.makeFolder(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Systems that cannot sync folders say so by these codes; there the file system orders renames itself. */
const CANNOT_SYNC_FOLDERS: ReadonlySet<string | undefined> = new Set(['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP']);

/** @internal Returns when the names in a folder have reached the disk. */
export async function syncFolder(files: FileSystem, path: string, folder: string): Promise<void> {
  await step(path, 'syncing the folder to the disk', async () => {
    try {
      const handle = await files.openFolder(folder);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!CANNOT_SYNC_FOLDERS.has(codeOf(error))) throw error;
    }
  });
}

/** Removes what writers of this path left behind that were killed; once in a process, and no matter if it fails. */
async function sweep(files: FileSystem, path: string, folder: string): Promise<void> {
  if (swept.has(path)) return;
  swept.add(path);
  const names = await files.list(folder).catch(() => []);
  // The path may be written in several ways; its last part is what the folder lists.
  const own = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  for (const name of names) {
    if (!name.startsWith(own)) continue;
    const suffix = name.slice(own.length);
    const writer = /^\.(\d+-\d+)-\d+\.tmp$/.exec(suffix)?.[1];
    if (writer === undefined) continue;
    const isLeftover = await files.isLeftover(path + suffix, writer).catch(() => false);
    if (isLeftover) await files.remove(path + suffix).catch(() => undefined);
  }
}

/** @internal Does one step of writing a file. @throws FileError that names it */
export async function step<Result>(path: string, doing: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof FileError ? error : fileError(path, doing, error);
  }
}

const hints: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOSPC', 'The disk is full: make room or write elsewhere.'],
  ['EDQUOT', 'The quota is used up: make room or write elsewhere.'],
  ['EACCES', 'This process may not write there: change the permissions or the path.'],
  ['EROFS', 'That disk is read-only: write elsewhere.'],
  ['EIO', 'The disk fails: write elsewhere and check it.'],
]);

/** @internal What a system call's error becomes. */
export function fileError(path: string, doing: string, cause: unknown): FileError {
  const code = codeOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = hints.get(code) ?? 'Check the path and the disk.';
  return new FileError(`${path}: ${doing} failed: ${reason}. ${hint}`, { path, step: doing, cause });
}
