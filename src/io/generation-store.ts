/**
 * Keeps bytes in two sealed files that take turns: a save replaces the older one, so that the newest intact one is never
 * touched, and a damaged file costs one generation at most. For Node.
 */
import { warn } from '../console.ts';
import { FormatError } from '../errors.ts';
import { fileError, removeFile, writeFileAtomically } from './atomic-file.ts';
import { codeOf, nodeFileSystem, type FileSystem } from './file-system.ts';
import { DamagedFileError, openSealed, readSeal, SEAL_BYTES, sealBytes } from './sealed-bytes.ts';

/** One of the two files, as its seal tells. */
interface Turn {
  readonly path: string;
  readonly state: 'sealed' | 'damaged' | 'missing';
  /** 0 unless sealed. */
  readonly generation: number;
}

/** Saves and loads one piece of data: `<path>` and `<path>.alternate` hold the last two generations of it. */
export class GenerationStore {
  readonly #paths: readonly [string, string];
  readonly #fs: FileSystem | undefined;
  /** Files that turned out to be damaged: the next to be replaced. */
  readonly #damaged = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param path of the first file; the second is `<path>.alternate`
   * @param fs the file system; default Node's
   */
  constructor(path: string, fs?: FileSystem) {
    this.#paths = [path, `${path}.alternate`];
    this.#fs = fs;
  }

  /**
   * Saves the bytes as the newest generation. They are safe when the promise resolves; until then, and after an error,
   * `load` gives either them or the generation before.
   * @throws FileError that names the path, the step and the cause
   */
  save(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async (fs) => {
      const turns = await this.#turns(fs);
      const generation = Math.max(...turns.map((turn) => turn.generation)) + 1;
      const { path } = turns.find((turn) => this.#damaged.has(turn.path)) ?? oldest(turns);
      await writeFileAtomically(path, sealBytes(bytes, generation), fs);
      this.#damaged.delete(path);
    });
  }

  /**
   * Loads the newest intact generation; undefined when nothing was saved. Warns when a damaged file is passed over.
   * @throws FormatError when there are files and none is intact, or one of a newer version; FileError when one cannot be read
   */
  load(): Promise<Uint8Array | undefined> {
    return this.#inTurn(async (fs) => {
      const turns = await this.#turns(fs);
      const faults: unknown[] = [];
      for (const { path } of newestFirst(turns)) {
        try {
          const bytes = openSealed(await readFile(fs, path), path);
          for (const fault of faults) warn(`${messageOf(fault)} Another generation, ${path}, is used in its place.`);
          return bytes;
        } catch (error) {
          if (!isDamage(error)) throw error;
          this.#damaged.add(path);
          faults.push(error);
        }
      }
      if (faults.length === 0) return undefined;
      throw new FormatError(
        `${this.#paths[0]}: no generation is intact. ${faults.map(messageOf).join(' ')} Delete what is there to begin anew.`,
        { where: this.#paths[0], got: faults.map(messageOf), cause: faults[0] },
      );
    });
  }

  /** Removes both generations; no error when there are none. @throws FileError */
  remove(): Promise<void> {
    return this.#inTurn(async (fs) => {
      for (const path of this.#paths) await removeFile(path, fs);
      this.#damaged.clear();
    });
  }

  /** Calls wait for each other, so that two saves do not choose the same turn. */
  #inTurn<Result>(act: (fs: FileSystem) => Promise<Result>): Promise<Result> {
    const result = this.#last.then(async () => act(this.#fs ?? (await nodeFileSystem())));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #turns(fs: FileSystem): Promise<readonly Turn[]> {
    const turns: Turn[] = [];
    for (const path of this.#paths) turns.push(await turnOf(fs, path));
    return turns;
  }
}

/** What exists; a file whose seal is damaged may have been the newest, and is to be told of. */
function newestFirst(turns: readonly Turn[]): Turn[] {
  const order = ({ state, generation }: Turn): number => (state === 'damaged' ? Infinity : generation);
  return turns.filter(({ state }) => state !== 'missing').sort((a, b) => (order(a) > order(b) ? -1 : 1));
}

function oldest(turns: readonly Turn[]): Turn {
  return turns.reduce((older, turn) => (turn.generation < older.generation ? turn : older));
}

async function turnOf(fs: FileSystem, path: string): Promise<Turn> {
  try {
    return { path, state: 'sealed', generation: readSeal(await readFile(fs, path, SEAL_BYTES), path).generation };
  } catch (error) {
    if (isDamage(error)) return { path, state: 'damaged', generation: 0 };
    if (codeOf((error as Error).cause) === 'ENOENT') return { path, state: 'missing', generation: 0 };
    throw error;
  }
}

async function readFile(fs: FileSystem, path: string, limit = Infinity): Promise<Uint8Array> {
  try {
    return await fs.read(path, limit);
  } catch (error) {
    throw fileError(path, 'reading', error);
  }
}

/** Bytes that changed, or that the disk cannot give back any more. */
function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || codeOf((error as Error).cause) === 'EIO';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
