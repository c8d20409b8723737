/**
 * A disk in memory that can lose its power. What was not synced may be there afterwards or not: of each name in a folder
 * either the old or the new file, of a file's bytes any part, the rest zeros or nothing. No order of anything is assumed.
 */
import type { FileSystem, OpenFile, SharedFile } from '../../src/io/file-system.ts';
import { systemError } from './faulty-file-system.ts';
import type { Draw } from './mutated-bytes.ts';

interface Inode {
  bytes: Uint8Array;
  /** What a power cut leaves for certain. */
  synced: Uint8Array;
}

type Entry = Inode | 'folder';

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 1));

export class ModelledDisk implements FileSystem {
  readonly writer = '1-0';
  /** The names as programs see them, and as a power cut leaves them for certain. */
  readonly #seen = new Map<string, Entry>([['/', 'folder']]);
  readonly #synced = new Map<string, Entry>([['/', 'folder']]);
  readonly #identities = new Map<Inode, string>();

  /** The names of all files, in order. */
  get paths(): string[] {
    return [...this.#seen].flatMap(([path, entry]) => (entry === 'folder' ? [] : [path])).sort();
  }

  /** The bytes of a file, to look at or to change. */
  bytesOf(path: string): Uint8Array {
    return this.#fileOf(path).bytes;
  }

  /** What the disk holds when the power is back. */
  afterPowerCut(draw: Draw): ModelledDisk {
    const after = new ModelledDisk();
    const inodes = new Map<Inode, Inode>();
    const paths = [...new Set([...this.#seen.keys(), ...this.#synced.keys()])].sort();
    for (const path of paths) {
      const entry = (draw(2) === 0 ? this.#seen : this.#synced).get(path);
      // A folder that is gone takes along what is in it.
      if (entry === undefined || after.#seen.get(parentOf(path)) !== 'folder') continue;
      let left: Entry = entry;
      if (entry !== 'folder') {
        left = inodes.get(entry) ?? afterPowerCut(entry, draw);
        inodes.set(entry, left);
      }
      after.#seen.set(path, left);
      after.#synced.set(path, left);
    }
    return after;
  }

  parentOf(path: string): string {
    return parentOf(path);
  }

  async create(path: string): Promise<OpenFile> {
    this.#checkFolder(parentOf(path));
    if (this.#seen.has(path)) throw systemError('EEXIST');
    const inode: Inode = { bytes: new Uint8Array(), synced: new Uint8Array() };
    this.#seen.set(path, inode);
    return openFileOf(inode);
  }

  async openShared(path: string, use: 'read' | 'append'): Promise<SharedFile> {
    if (use === 'append' && !this.#seen.has(path)) await this.create(path);
    const inode = this.#fileOf(path);
    return {
      ...openFileOf(inode),
      size: async () => inode.bytes.length,
      readAt: async (offset, limit) => inode.bytes.slice(offset, offset + limit),
      truncate: async (size) => {
        inode.bytes = inode.bytes.slice(0, size);
      },
    };
  }

  async link(path: string, name: string): Promise<void> {
    if (this.#seen.has(name)) throw systemError('EEXIST');
    this.#seen.set(name, this.#fileOf(path));
  }

  async identityOf(path: string): Promise<string | undefined> {
    const entry = this.#seen.get(path);
    if (entry === undefined || entry === 'folder') return undefined;
    const known = this.#identities.get(entry) ?? String(this.#identities.size);
    this.#identities.set(entry, known);
    return known;
  }

  async openFolder(path: string): Promise<OpenFile> {
    this.#checkFolder(path);
    return {
      write: () => Promise.reject(systemError('EBADF')),
      sync: async () => {
        for (const name of this.#synced.keys()) if (parentOf(name) === path) this.#synced.delete(name);
        this.#synced.set('/', 'folder');
        for (const [name, entry] of this.#seen) if (parentOf(name) === path) this.#synced.set(name, entry);
      },
      close: async () => undefined,
    };
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    return this.#fileOf(path).bytes.slice(0, limit);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#seen.set(to, this.#fileOf(from));
    this.#seen.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.#fileOf(path);
    this.#seen.delete(path);
  }

  async makeFolder(path: string): Promise<void> {
    this.#checkFolder(parentOf(path));
    if (this.#seen.has(path)) throw systemError('EEXIST');
    this.#seen.set(path, 'folder');
  }

  async list(path: string): Promise<readonly string[]> {
    this.#checkFolder(path);
    return [...this.#seen.keys()]
      .filter((name) => name !== '/' && parentOf(name) === path)
      .map((name) => name.slice(name.lastIndexOf('/') + 1));
  }

  async isLeftover(): Promise<boolean> {
    return true;
  }

  #checkFolder(path: string): void {
    if (this.#seen.get(path) !== 'folder') throw systemError('ENOENT');
  }

  #fileOf(path: string): Inode {
    const entry = this.#seen.get(path);
    if (entry === undefined || entry === 'folder') throw systemError('ENOENT');
    return entry;
  }
}

function openFileOf(inode: Inode): OpenFile {
  return {
    write: async (bytes) => {
      inode.bytes = Uint8Array.from([...inode.bytes, ...bytes]);
      return bytes.length;
    },
    sync: async () => {
      inode.synced = inode.bytes;
    },
    close: async () => undefined,
  };
}

function afterPowerCut({ bytes, synced }: Inode, draw: Draw): Inode {
  // Of a file that was cut since it was synced, either the one or the other.
  if (bytes.length < synced.length || synced.some((byte, i) => bytes[i] !== byte)) {
    const left = draw(2) === 0 ? bytes : synced;
    return { bytes: left, synced: left };
  }
  const written = draw(bytes.length - synced.length + 1);
  const zeros = draw(2) === 0 ? 0 : draw(bytes.length - synced.length - written + 1);
  const left = new Uint8Array(synced.length + written + zeros);
  left.set(bytes.subarray(0, synced.length + written));
  return { bytes: left, synced: left };
}
