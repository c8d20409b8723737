/** Files by path, in Node alone: elsewhere there are bytes. */
import { ArgumentError, describeValue, FileError } from '../errors.ts';

// A specifier that bundlers for browsers cannot see: they would refuse what only Node has.
const FILES = 'node:fs/promises';

interface NodeFiles {
  readFile(path: string): Promise<Uint8Array>;
  stat(path: string): Promise<{ isDirectory(): boolean }>;
}

/** The bytes of a file. @throws FileError when it cannot be read; ArgumentError where there are no files */
export async function readFile(where: string, path: string): Promise<Uint8Array> {
  if (typeof path !== 'string')
    throw new ArgumentError(
      `${where}: the path is ${describeValue(path)}. Give a string; for bytes there is fromKeras().`,
      {
        where,
        got: path,
      },
    );
  const files = await nodeFiles(where);
  try {
    return await files.readFile(path);
  } catch (cause) {
    throw new FileError(`${where}: '${path}' cannot be read: ${(cause as Error).message}`, {
      path,
      step: 'reading',
      cause,
    });
  }
}

/** Whether a path is that of a folder; false where there is nothing, and where there are no files. */
export async function isFolder(path: unknown): Promise<boolean> {
  if (typeof path !== 'string') return false;
  try {
    const files = (await import(FILES)) as NodeFiles;
    return (await files.stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Writes a file so that its name has either the old bytes or the new ones. */
export async function writeFile(where: string, path: string, bytes: Uint8Array): Promise<void> {
  await nodeFiles(where);
  const { writeFileAtomically } = await import('../io/atomic-file.ts');
  await writeFileAtomically(path, bytes);
}

async function nodeFiles(where: string): Promise<NodeFiles> {
  try {
    return (await import(FILES)) as NodeFiles;
  } catch (cause) {
    throw new ArgumentError(
      `${where}: there are no files here, only in Node. Use toKeras() and fromKeras(), which give and take bytes.`,
      { where, cause },
    );
  }
}
