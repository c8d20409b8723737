/** Files that another file names: they are opened only where they lie beside it. */
import { FormatError } from '../errors.ts';
import { stringOf } from '../models/json-reader.ts';
import { readFile } from './file-access.ts';

/**
 * A name that leads into no other folder.
 * @param list where it stands in the file, for messages
 * @throws FormatError
 */
export function bareName(where: string, list: string, value: unknown): string {
  const name = stringOf(`${where}: a path of ${list}`, value);
  if (/^[^/\\:\0]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw new FormatError(
    `${where}: ${list} names the file ${JSON.stringify(name)}; only files beside this one are read, by their bare names.`,
    { where, got: name },
  );
}

export interface FilesBeside {
  /** The function that reads, for messages. */
  readonly where: string;
  /** The file that names the others. */
  readonly path: string;
  /** Bare names. */
  readonly names: readonly string[];
  /** What all names end in. */
  readonly ending: string;
  /** Ends the message about a name of another kind. */
  readonly advice: string;
}

/** The bytes of files beside one, by name, each read once. @throws FormatError for another ending; FileError */
export async function readBeside(files: FilesBeside): Promise<ReadonlyMap<string, Uint8Array>> {
  const { where, path, names, ending, advice } = files;
  const folder = path.replace(/[^/\\]*$/, '');
  const found = new Map<string, Uint8Array>();
  for (const name of names) {
    if (!name.endsWith(ending)) {
      throw new FormatError(`${path}: it names the file '${name}'; only ${ending} files are read. ${advice}`, {
        where: path,
        got: name,
      });
    }
    if (!found.has(name)) found.set(name, await readFile(where, `${folder}${name}`));
  }
  return found;
}
