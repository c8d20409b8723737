/** Files by path, in Node alone: elsewhere there are bytes. */
import { ArgumentError, describeValue, FormatError } from '../errors.ts';

/** The bytes of a file. @throws FormatError when it cannot be read; ArgumentError where there are no files */
export async function readFile(where: string, path: string): Promise<Uint8Array> {
  if (typeof path !== 'string')
    throw new ArgumentError(
      `${where}: the path is ${describeValue(path)}. Give a string; for bytes there is fromKeras().`,
      {
        where,
        got: path,
      },
    );
  const { readFile: read } = await nodeFiles(where);
  try {
    return await read(path);
  } catch (cause) {
    throw new FormatError(`${where}: '${path}' cannot be read: ${(cause as Error).message}`, {
      where,
      got: path,
      cause,
    });
  }
}

/** Writes a file so that its name has either the old bytes or the new ones. */
export async function writeFile(where: string, path: string, bytes: Uint8Array): Promise<void> {
  await nodeFiles(where);
  const { writeFileAtomically } = await import('../io/atomic-file.ts');
  await writeFileAtomically(path, bytes);
}

async function nodeFiles(where: string): Promise<typeof import('node:fs/promises')> {
  try {
    return await import('node:fs/promises');
  } catch (cause) {
    throw new ArgumentError(
      `${where}: there are no files here, only in Node. Use toKeras() and fromKeras(), which give and take bytes.`,
      { where, cause },
    );
  }
}
