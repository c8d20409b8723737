/** The calls of a file system that writing safely needs, behind one interface, so that tests can make any of them fail. */

/** A file that is open for writing, or a folder that is open to be synced. */
export interface OpenFile {
  /** Writes some of the bytes, at least one, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when what was written has reached the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file that several processes add to. What is written goes to its end. */
export interface SharedFile extends OpenFile {
  size(): Promise<number>;
  /** The bytes from there on: at most so many, fewer only at the end of the file. */
  readAt(offset: number, limit: number): Promise<Uint8Array>;
  /** Cuts the file off behind so many bytes. */
  truncate(size: number): Promise<void>;
}

export interface FileSystem {
  /** Makes a new file; fails when there is one. */
  create(path: string): Promise<OpenFile>;
  openFolder(path: string): Promise<OpenFile>;
  /** Opens a file that grows: to read it, or to read it and add to it, and then makes it when there is none. */
  openShared(path: string, use: 'read' | 'append'): Promise<SharedFile>;
  /** Gives a file one more name; fails when the name is taken. */
  link(path: string, name: string): Promise<void>;
  /** What tells a file from others that had or will have its name; undefined when there is none. Links are not followed. */
  identityOf(path: string): Promise<string | undefined>;
  /** At most `limit` bytes from the start of a file. */
  read(path: string, limit: number): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes a folder in an existing one; fails when there is one. */
  makeFolder(path: string): Promise<void>;
  /** The names in a folder. */
  list(path: string): Promise<readonly string[]>;
  parentOf(path: string): string;
  /** The number of this process and that of its thread: no other writer has the same. */
  readonly writer: string;
  /** Whether a temporary file was left behind by a writer that is gone. */
  isLeftover(path: string, writer: string): Promise<boolean>;
}

interface ReadOptions {
  /** Where in the array. */
  readonly offset: number;
  /** Where in the file; default: behind what was read last. */
  readonly position?: number;
}

interface NodeHandle {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  read(into: Uint8Array, options: ReadOptions): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface NodeFiles {
  open(path: string, flags: string): Promise<NodeHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  link(path: string, name: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  readdir(path: string): Promise<readonly string[]>;
  stat(path: string): Promise<{ readonly mtimeMs: number }>;
  lstat(path: string, options: { readonly bigint: true }): Promise<{ readonly ino: bigint; readonly mtimeNs: bigint }>;
}

interface NodeProcess {
  readonly pid: number;
  kill(processId: number, signal: 0): unknown;
}

// Specifiers that bundlers for browsers cannot see: they would refuse what only Node has.
const FILES = 'node:fs/promises';
const PATHS = 'node:path';
const THREADS = 'node:worker_threads';

let opened: Promise<FileSystem> | undefined;

/** The file system of Node, imported when it is first asked for. */
export function nodeFileSystem(): Promise<FileSystem> {
  opened ??= importFileSystem();
  return opened;
}

async function importFileSystem(): Promise<FileSystem> {
  const files = (await import(/* webpackIgnore: true */ /* @vite-ignore */ FILES)) as NodeFiles;
  const paths = (await import(/* webpackIgnore: true */ /* @vite-ignore */ PATHS)) as { dirname(path: string): string };
  const threads = (await import(/* webpackIgnore: true */ /* @vite-ignore */ THREADS)) as { threadId: number };
  const { process } = globalThis as unknown as { readonly process: NodeProcess };
  return {
    create: async (path) => openFileOf(await files.open(path, 'wx')),
    openFolder: async (path) => openFileOf(await files.open(path, 'r')),
    openShared: async (path, use) => sharedFileOf(await files.open(path, use === 'read' ? 'r' : 'a+')),
    link: (path, name) => files.link(path, name),
    identityOf: (path) => identityOf(files, path),
    read: (path, limit) => readStart(files, path, limit),
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.unlink(path),
    makeFolder: (path) => files.mkdir(path),
    list: (path) => files.readdir(path),
    parentOf: (path) => paths.dirname(path),
    writer: `${process.pid}-${threads.threadId}`,
    isLeftover: async (path, writer) => {
      const processId = Number(writer.split('-')[0]);
      // In a container every run may have the same number: what is older than this process is not its own.
      return processId === process.pid
        ? (await files.stat(path)).mtimeMs < performance.timeOrigin
        : !isRunning(processId);
    },
  };
}

function openFileOf(handle: NodeHandle): OpenFile {
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

function sharedFileOf(handle: NodeHandle): SharedFile {
  const sizeOf = async (): Promise<number> => (await handle.stat()).size;
  return {
    ...openFileOf(handle),
    size: sizeOf,
    readAt: async (start, limit) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(limit, (await sizeOf()) - start)));
      return fill(bytes, (offset) => handle.read(bytes, { offset, position: start + offset }));
    },
    truncate: (size) => handle.truncate(size),
  };
}

async function readStart(files: NodeFiles, path: string, limit: number): Promise<Uint8Array> {
  const handle = await files.open(path, 'r');
  try {
    const bytes = new Uint8Array(Math.min(limit, (await handle.stat()).size));
    return await fill(bytes, (offset) => handle.read(bytes, { offset }));
  } finally {
    await handle.close();
  }
}

/** @returns the part of the array that the file had bytes for */
async function fill(
  bytes: Uint8Array,
  readTo: (offset: number) => Promise<{ readonly bytesRead: number }>,
): Promise<Uint8Array> {
  let offset = 0;
  while (offset < bytes.length) {
    const { bytesRead } = await readTo(offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return bytes.subarray(0, offset);
}

async function identityOf(files: NodeFiles, path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs } = await files.lstat(path, { bigint: true });
    return `${ino}-${mtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process has this number. */
export function isRunning(processId: number): boolean {
  const { process } = globalThis as unknown as { readonly process: NodeProcess };
  try {
    // Signal 0 is not sent; asking for it tells whether the process could get one.
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** What the system calls the failure: `ENOSPC`, `EIO`, `EACCES` and so on; undefined for errors of another kind. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
