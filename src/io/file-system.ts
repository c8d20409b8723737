/** The calls of a file system that writing safely needs, behind one interface, so that tests can make any of them fail. */

/** A file that is open for writing, or a folder that is open to be synced. */
export interface OpenFile {
  /** Writes some of the bytes, at least one, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when what was written has reached the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  /** Makes a new file; fails when there is one. */
  create(path: string): Promise<OpenFile>;
  openFolder(path: string): Promise<OpenFile>;
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

interface NodeHandle {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  read(into: Uint8Array, options: { readonly offset: number }): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface NodeFiles {
  open(path: string, flags: string): Promise<NodeHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  readdir(path: string): Promise<readonly string[]>;
  stat(path: string): Promise<{ readonly mtimeMs: number }>;
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
        : !isRunning(process, processId);
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

async function readStart(files: NodeFiles, path: string, limit: number): Promise<Uint8Array> {
  const handle = await files.open(path, 'r');
  try {
    const bytes = new Uint8Array(Math.min(limit, (await handle.stat()).size));
    let offset = 0;
    while (offset < bytes.length) {
      const { bytesRead } = await handle.read(bytes, { offset });
      if (bytesRead === 0) break;
      offset += bytesRead;
    }
    return bytes.subarray(0, offset);
  } finally {
    await handle.close();
  }
}

function isRunning(process: NodeProcess, processId: number): boolean {
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
