/**
 * A journal in a file, in Optuna's format, that several processes share. Each append takes the lock, reads what others
 * added, adds its lines in one piece and syncs them: a process that is killed at any moment loses no line that an append
 * has returned for, and half a line that it leaves is cut off by the next one that appends. A last line that is whole but
 * for its newline counts, and the next one that appends ends it.
 */
import { now } from '../clock.ts';
import { ArgumentError, describeValue, FormatError, optionsOf } from '../errors.ts';
import { step, syncFolder } from '../io/atomic-file.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { chargeJson } from '../io/json-cost.ts';
import { codeOf, nodeFileSystem, type FileSystem, type SharedFile } from '../io/file-system.ts';
import { hasEnded, thisProcess, type ProcessIdentity } from '../io/process-identity.ts';
import { Heartbeat } from './heartbeat.ts';
import { JournalLock } from './journal-lock.ts';
import { JournalReader, MAX_LINE_BYTES } from './journal-reader.ts';
import { kindOfTail } from './journal-tail.ts';
import { writeRecord } from './journal-text.ts';
import type { Journal, StudyRecord } from './records.ts';

/** Options of `journalFile`. All times are in seconds. */
export interface JournalFileOptions {
  /** A lock that has not changed for so long is taken from whoever has it. Default: 30, as in Optuna. */
  readonly lockGrace?: number;
  /** While trials run, something is appended at least this often, for other machines to see. Default: 30. */
  readonly heartbeat?: number;
  /** A writer on another machine that has appended nothing for so long is taken to be gone. Default: 120. */
  readonly goneAfter?: number;
}

/** Bytes that are read at a time: what their lines become is short-lived, and is to end before it counts as old. */
const PIECE = 64 * 1024;
const NEWLINE = 0x0a;

let journals = 0;

/**
 * A journal in a file, for `createStudy`'s `storage`: several studies, several processes, Optuna's among them. For Node.
 * Trials of processes that are gone wait for the next `ask`: of this machine at once, of others after `goneAfter` seconds
 * without a sign of life, which an objective that blocks its thread cannot give.
 * @param path made, with its folders, when the first study is
 * @param options `lockGrace`, `heartbeat`, `goneAfter`
 * @returns a journal, whose methods throw FileError for what the system refuses, and FormatError, which names the line, for
 *   what is no journal of Optuna's, and leave it as it is; a last line without its end is no error
 * @throws ArgumentError for a path that is none and for times that are not positive
 * @example const study = await createStudy({ storage: await journalFile('study.journal', { goneAfter: 600 }) });
 */
export async function journalFile(path: string, options?: JournalFileOptions): Promise<Journal> {
  if (typeof path !== 'string' || path === '') {
    throw new ArgumentError(`journalFile: the path is ${describeValue(path)}. Give the name of a file.`, {
      where: 'journalFile',
      got: path,
    });
  }
  const { lockGrace = 30, heartbeat = 30, goneAfter = 120 } = optionsOf('journalFile', options);
  for (const [name, value] of Object.entries({ lockGrace, heartbeat, goneAfter })) {
    if (typeof value === 'number' && value > 0) continue;
    throw new ArgumentError(`journalFile: ${name} is ${describeValue(value)}. Give seconds above 0.`, {
      where: 'journalFile',
      got: value,
    });
  }
  const files = await nodeFileSystem();
  return new JournalFile(path, files, await thisProcess(), { lockGrace, heartbeat, goneAfter });
}

/** @internal */
export class JournalFile implements Journal {
  readonly name: string;
  readonly writer: string;
  readonly #files: FileSystem;
  readonly #options: Required<JournalFileOptions>;
  readonly #lock: JournalLock;
  readonly #reader: JournalReader;
  readonly #heartbeat: Heartbeat;
  /** When something of each other writer was read last. */
  readonly #seen = new Map<string, number>();
  readonly #opened = now();
  /** Bytes that were read, or are our own. */
  #offset = 0;
  /** Whether the newline of the last line before that is missing. */
  #isUnended = false;
  /** Read, and not given to anybody yet. */
  #news: StudyRecord[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, files: FileSystem, self: ProcessIdentity, options: Required<JournalFileOptions>) {
    this.name = path;
    const thread = files.writer.split('-').at(-1);
    this.writer = `${self.host}:${self.pid}:${self.start}:${thread}-${journals++}`;
    this.#files = files;
    this.#options = options;
    this.#lock = new JournalLock(path, {
      files,
      owner: this.writer,
      grace: 1000 * options.lockGrace,
      isGone: async (owner) => (await isProcessGone(owner)) ?? false,
    });
    this.#reader = new JournalReader(path, (writer) => {
      if (processOf(writer)?.host !== self.host) this.#seen.set(writer, now());
    });
    this.#heartbeat = new Heartbeat(1000 * options.heartbeat, (decide) => this.#append(decide));
  }

  read(): Promise<readonly StudyRecord[]> {
    return this.#inTurn(async () => {
      await this.#readPiece();
      return this.#takeNews();
    });
  }

  append(decide: (news: readonly StudyRecord[]) => readonly StudyRecord[]): Promise<void> {
    return this.#append(() => decide(this.#takeNews()));
  }

  isGone(writer: string): Promise<boolean> {
    return this.#inTurn(async () => {
      const isGone = await isProcessGone(writer);
      if (isGone !== undefined || !processOf(writer)) return isGone ?? false;
      while (await this.#readPiece());
      return now() - (this.#seen.get(writer) ?? this.#opened) > 1000 * this.#options.goneAfter;
    });
  }

  async close(): Promise<void> {
    this.#heartbeat.stop();
    await this.#turn;
  }

  #append(decide: () => readonly StudyRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      // Somebody who thought us gone may have taken the lock while we read: then everything begins anew.
      while (!(await this.#lock.hold(() => this.#appendLocked(decide))));
    });
  }

  /** One call after the other. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #takeNews(): readonly StudyRecord[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** @returns whether there may be more */
  async #readPiece(): Promise<boolean> {
    const file = await this.#openToRead();
    if (!file) return false;
    try {
      return await this.#readFrom(file);
    } finally {
      await file.close().catch(() => undefined);
    }
  }

  #openToRead(): Promise<SharedFile | undefined> {
    return this.#step('opening it', async () => {
      try {
        return await this.#files.openShared(this.name, 'read');
      } catch (error) {
        if (codeOf(error) === 'ENOENT' && this.#offset === 0) return undefined;
        throw error;
      }
    });
  }

  /** Reads some lines that are whole. @returns false when there is none */
  async #readFrom(file: SharedFile): Promise<boolean> {
    const size = await this.#step('asking for its size', () => file.size());
    if (size < this.#offset) this.#refuseShorter(size);
    for (let length = PIECE; ; length *= 2) {
      const bytes = await this.#step('reading', () => file.readAt(this.#offset, Math.min(length, size - this.#offset)));
      if (this.#isUnended && bytes.length > 0 && bytes[0] !== NEWLINE) this.#refuseJoined();
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        this.#take(bytes.subarray(this.#isUnended ? 1 : 0, end), size);
        this.#offset += end;
        this.#isUnended = false;
        return true;
      }
      if (bytes.length > MAX_LINE_BYTES) this.#refuseLong();
      if (bytes.length < length) return this.#readTail(bytes, size);
    }
  }

  /** Reads a line without its newline, if it is one. @returns whether it was */
  #readTail(tail: Uint8Array, size: number): boolean {
    if (tail.length === 0) return false;
    if (kindOfTail(tail, this.#offset === 0) === 'torn') return false;
    // What is no line is refused by the reader.
    this.#take(withNewline(tail), size);
    this.#offset += tail.length;
    this.#isUnended = true;
    return true;
  }

  #take(lines: Uint8Array, size: number): void {
    for (const record of this.#reader.read(lines, size)) this.#news.push(record);
  }

  /** @returns whether the lock was still ours when it came to writing */
  async #appendLocked(decide: () => readonly StudyRecord[]): Promise<boolean> {
    const file = await this.#step('opening it', () => this.#files.openShared(this.name, 'append'));
    try {
      while (await this.#readFrom(file));
      const records = decide();
      if (records.length === 0) return true;
      const bytes = this.#encode(records);
      if (!(await this.#lock.isHeld())) return false;
      await this.#cutOff(file);
      const takeBack = this.#proofread(bytes);
      try {
        await this.#add(file, bytes);
      } catch (error) {
        takeBack();
        throw error;
      }
      this.#offset += bytes.length;
      this.#isUnended = false;
      this.#heartbeat.wrote(records);
      return true;
    } finally {
      await file.close().catch(() => undefined);
    }
  }

  /** The lines of the records, behind the newline that is missing. */
  #encode(records: readonly StudyRecord[]): Uint8Array {
    const lines = records.map((record) => new TextEncoder().encode(writeRecord(record, this.writer)));
    for (const line of lines) checkLine(this.name, line);
    let offset = this.#isUnended ? 1 : 0;
    const bytes = new Uint8Array(lines.reduce((sum, { length }) => sum + length, offset)).fill(NEWLINE, 0, offset);
    for (const line of lines) {
      bytes.set(line, offset);
      offset += line.length;
    }
    return bytes;
  }

  /** Makes sure that the lines can be read again. @returns takes them back */
  #proofread(bytes: Uint8Array): () => void {
    try {
      return this.#reader.take(bytes.subarray(this.#isUnended ? 1 : 0), this.#offset + bytes.length);
    } catch (cause) {
      const why = (cause as Error).message.replace(/ The file is damaged.*$/, '');
      throw new ArgumentError(
        `${this.name}: a record cannot be kept, for it could not be read again: ${why} Go on without it, or with another file.`,
        { where: this.name, cause },
      );
    }
  }

  /** Removes what stands behind the last whole line: a process was killed while it wrote, or its disk was full. */
  async #cutOff(file: SharedFile): Promise<void> {
    const size = await this.#step('asking for its size', () => file.size());
    if (size > this.#offset) await this.#step('cutting off half a line', () => file.truncate(this.#offset));
  }

  /** Adds the bytes, all or none. @throws FileError */
  async #add(file: SharedFile, bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        done += await this.#step('appending', async () => {
          const written = await file.write(bytes.subarray(done));
          if (!(written > 0)) throw new Error(`the system took 0 of ${bytes.length - done} bytes`);
          return written;
        });
      }
      await this.#step('syncing it to the disk', () => file.sync());
      // The name of a new file has to reach the disk, too.
      if (this.#offset === 0) await syncFolder(this.#files, this.name, this.#files.parentOf(this.name));
    } catch (error) {
      // What stays all the same is read as if another had written it.
      if (await this.#lock.isHeld().catch(() => false)) await file.truncate(this.#offset).catch(() => undefined);
      throw error;
    }
  }

  #step<Result>(doing: string, act: () => Promise<Result>): Promise<Result> {
    return step(this.name, doing, act);
  }

  #refuseShorter(size: number): never {
    throw new FormatError(
      `${this.name}: the file has ${size} bytes, and ${this.#offset} were read before. A journal only grows: it was replaced or cut off. Open the study anew.`,
      { where: this.name, got: size, expected: this.#offset },
    );
  }

  #refuseJoined(): never {
    throw new FormatError(
      `${this.name}: line ${this.#reader.lines} had no newline, and something else was put behind it or in its place. Two records in one line can be read by nobody: put each in its own.`,
      { where: this.name },
    );
  }

  #refuseLong(): never {
    throw new FormatError(
      `${this.name}: line ${this.#reader.lines + 1} has more than ${MAX_LINE_BYTES} bytes; expected at most so many. The file is damaged, or no journal of Optuna's.`,
      { where: this.name, expected: MAX_LINE_BYTES },
    );
  }
}

function withNewline(line: Uint8Array): Uint8Array {
  const ended = new Uint8Array(line.length + 1).fill(NEWLINE, line.length);
  ended.set(line);
  return ended;
}

/** The process of a writer of ours. */
function processOf(writer: string): ProcessIdentity | undefined {
  const [, host, pid, start] = /^([^:]+):(\d+):(\d*):\d+-\d+$/.exec(writer) ?? [];
  return host === undefined || start === undefined ? undefined : { host, pid: Number(pid), start };
}

/** Undefined when nobody on this machine knows. */
async function isProcessGone(writer: string): Promise<boolean | undefined> {
  const process = processOf(writer);
  return process && hasEnded(process);
}

/** @throws ArgumentError for a line that readers refuse */
function checkLine(path: string, line: Uint8Array): void {
  const refuse = (what: string): never => {
    throw new ArgumentError(
      `${path}: a record cannot be kept: ${what}. Keep large and deep things elsewhere, and their names in attributes.`,
      { where: path, got: what },
    );
  };
  if (line.length > MAX_LINE_BYTES) refuse(`its line has ${line.length} bytes, and ${MAX_LINE_BYTES} is the most`);
  try {
    chargeJson(line, new ByteBudget(path, 0), refuse);
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    refuse('it has too many values');
  }
}
