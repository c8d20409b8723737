/** Writes the logs of every epoch as a row of a table. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { FileSink } from '../io/sink.ts';
import type { StateValue } from '../tensor/state-value.ts';
import { stateFieldsOf, type CallbackHooks, type Logs } from '../training/callback.ts';
import { floatText } from './python-format.ts';

const where = 'csvLogger';

export interface CsvLoggerSettings {
  /** One character between the columns. Default `','`. */
  readonly separator?: string;
  /** Adds to what is there, without another row of names, instead of beginning anew with each `fit`. Default false. */
  readonly append?: boolean;
}

export interface CsvLoggerOptions extends CsvLoggerSettings {
  /** Takes the whole table after each epoch, in place of the one before. */
  readonly sink: FileSink;
}

/** @internal A table's text, which grows. */
export interface TableFile {
  /** The text that is there. Fails when it could not be written. */
  open(): Promise<string>;
  /** @param text all of it @param row the end of it, where the rest is there already */
  write(text: string, row?: string): Promise<void>;
}

/** @internal Use `csvLogger()`. */
export class CsvLogger implements CallbackHooks {
  readonly #file: TableFile;
  readonly #separator: string;
  readonly #append: boolean;
  #text = '';
  /** Whether the file holds the text. */
  #isWritten = false;
  #keys: readonly string[] | undefined;

  constructor(file: TableFile, settings: CsvLoggerSettings) {
    const { separator = ',', append = false } = settings;
    if (typeof separator !== 'string' || separator.length !== 1 || '\r\n"'.includes(separator)) {
      throw new ArgumentError(
        `${where}: separator is ${describeValue(separator)}. Give one character, such as ',' or ';'.`,
        { where, got: separator },
      );
    }
    if (typeof append !== 'boolean') {
      throw new ArgumentError(`${where}: append is ${describeValue(append)}. Give true or false.`, {
        where,
        got: append,
      });
    }
    this.#file = file;
    this.#separator = separator;
    this.#append = append;
  }

  async onTrainBegin(): Promise<void> {
    const text = await this.#file.open();
    this.#text = this.#append ? text : '';
    this.#isWritten = this.#append;
    this.#keys = undefined;
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const isFirst = this.#keys === undefined;
    const keys = (this.#keys ??= columnsOf(logs));
    let rows = isFirst && this.#text === '' ? this.#row(['epoch', ...keys]) : '';
    rows += this.#row([String(epoch), ...keys.map((key) => (key in logs ? floatText(logs[key] ?? NaN) : 'NA'))]);
    this.#text += rows;
    await this.#file.write(this.#text, this.#isWritten ? rows : undefined);
    this.#isWritten = true;
  }

  getState(): StateValue {
    return { callback: where, text: this.#text, keys: this.#keys };
  }

  /** The rows of a run that was interrupted stay, those that it wrote after the backup do not. */
  setState(state: StateValue): void {
    const fields = stateFieldsOf(where, state);
    this.#text = fields.string('text');
    this.#keys = fields.has('keys') ? fields.strings('keys') : undefined;
    this.#isWritten = false;
  }

  #row(cells: readonly string[]): string {
    return `${cells.map((cell) => this.#quoted(cell)).join(this.#separator)}\r\n`;
  }

  #quoted(cell: string): string {
    const isPlain = !cell.includes(this.#separator) && !/["\r\n]/.test(cell);
    return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
  }
}

/** The names of the first epoch's logs in order, and those of a validation that may come later. */
function columnsOf(logs: Logs): readonly string[] {
  // By code points, as Python sorts.
  const keys = Object.keys(logs).sort((a, b) => (a < b ? -1 : 1));
  return keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}

/**
 * Writes a table of the logs, one row per epoch counted from 0, as Keras's CSVLogger: the columns are those of the first
 * epoch and, where it had no validation, room for one; what an epoch lacks is `NA`.
 * @param filename what the sink knows the table by; in `gradtape/node` a path
 * @param options sink; separator `','`, append false
 * @throws ArgumentError for a wrong option
 * @example await net.fit(xs, ys, { epochs: 5, callbacks: [csvLogger('log.csv', { sink: (name, bytes) => void files.set(name, bytes) })] });
 */
export function csvLogger(filename: string, options: CsvLoggerOptions): CsvLogger {
  const { sink } = optionsOf(where, options);
  checkFilename(filename);
  if (typeof sink !== 'function') {
    throw new ArgumentError(
      `${where}: sink is ${describeValue(sink)}. Give a function (name, bytes) that keeps the bytes, or import from gradtape/node, which writes files.`,
      { where, got: sink },
    );
  }
  let last = '';
  const file: TableFile = {
    open: () => Promise.resolve(last),
    async write(text) {
      await sink(filename, new TextEncoder().encode(text));
      last = text;
    },
  };
  return new CsvLogger(file, options);
}

/** @internal @throws ArgumentError for anything but a name */
export function checkFilename(filename: unknown): void {
  if (typeof filename === 'string' && filename !== '') return;
  throw new ArgumentError(`${where}: the file name is ${describeValue(filename)}. Give a string, such as 'log.csv'.`, {
    where,
    got: filename,
  });
}
