/** A file system whose calls can fail one by one, each with what a system says: a full disk, a broken one, a short write. */
import type { FileSystem, OpenFile, SharedFile } from '../../src/io/file-system.ts';

/** One call, as a rule sees it before it is made. */
export interface FileCall {
  /** Counts the calls from 0. */
  readonly index: number;
  readonly name: string;
}

/** What becomes of a call: nothing, an error, or a number: a write takes so many bytes only, a sync does nothing. */
export type Fault = undefined | Error | number;

/** An error as Node's file system throws it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: planted`), { code });
}

/** The calls of a file system, counted, each asking `faultOf` what becomes of it. */
export class FaultyFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  readonly #faultOf: (call: FileCall) => Fault;
  /** The names of the calls so far. */
  readonly calls: string[] = [];
  /** Files and folders that are open now. */
  openFiles = 0;

  constructor(inner: FileSystem, faultOf: (call: FileCall) => Fault = () => undefined) {
    this.#inner = inner;
    this.#faultOf = faultOf;
  }

  get writer(): string {
    return this.#inner.writer;
  }
  parentOf(path: string): string {
    return this.#inner.parentOf(path);
  }
  async create(path: string): Promise<OpenFile> {
    this.#call('create');
    return this.#opened(await this.#inner.create(path));
  }
  async openFolder(path: string): Promise<OpenFile> {
    this.#call('openFolder');
    return this.#opened(await this.#inner.openFolder(path));
  }
  async openShared(path: string, use: 'read' | 'append'): Promise<SharedFile> {
    this.#call('openShared');
    const file = await this.#inner.openShared(path, use);
    return {
      ...this.#opened(file),
      size: async () => {
        this.#call('size');
        return file.size();
      },
      readAt: async (offset, limit) => {
        this.#call('readAt');
        return file.readAt(offset, limit);
      },
      truncate: async (size) => {
        this.#call('truncate');
        return file.truncate(size);
      },
    };
  }
  async link(path: string, name: string): Promise<void> {
    this.#call('link');
    return this.#inner.link(path, name);
  }
  async identityOf(path: string): Promise<string | undefined> {
    this.#call('identityOf');
    return this.#inner.identityOf(path);
  }
  async read(path: string, limit: number): Promise<Uint8Array> {
    this.#call('read');
    return this.#inner.read(path, limit);
  }
  async rename(from: string, to: string): Promise<void> {
    this.#call('rename');
    return this.#inner.rename(from, to);
  }
  async remove(path: string): Promise<void> {
    this.#call('remove');
    return this.#inner.remove(path);
  }
  async makeFolder(path: string): Promise<void> {
    this.#call('makeFolder');
    return this.#inner.makeFolder(path);
  }
  async list(path: string): Promise<readonly string[]> {
    this.#call('list');
    return this.#inner.list(path);
  }
  async isLeftover(path: string, writer: string): Promise<boolean> {
    this.#call('isLeftover');
    return this.#inner.isLeftover(path, writer);
  }

  #opened(file: OpenFile): OpenFile {
    this.openFiles += 1;
    return {
      write: async (bytes) => {
        const taken = this.#call('write') ?? bytes.length;
        return taken === 0 ? 0 : file.write(bytes.subarray(0, taken));
      },
      sync: async () => {
        if (this.#call('sync') === undefined) await file.sync();
      },
      close: async () => {
        // A close that fails has closed all the same.
        await file.close();
        this.openFiles -= 1;
        this.#call('close');
      },
    };
  }

  #call(name: string): number | undefined {
    const fault = this.#faultOf({ index: this.calls.push(name) - 1, name });
    if (fault instanceof Error) throw fault;
    return fault;
  }
}
