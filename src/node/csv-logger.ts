/** csvLogger for Node: `filename` is a path. */
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  checkFilename,
  csvLogger as coreCsvLogger,
  CsvLogger,
  type CsvLoggerSettings,
  type TableFile,
} from '../callbacks/csv-logger.ts';
import { optionsOf } from '../errors.ts';
import { fileError, writeFileAtomically } from '../io/atomic-file.ts';
import type { FileSink } from '../io/sink.ts';

/** As in the core, with a file where no sink is given. */
export interface CsvLoggerFileOptions extends CsvLoggerSettings {
  /** Takes the table's bytes. Default: a file is written. */
  readonly sink?: FileSink;
}

/**
 * Writes a table of the logs, one row per epoch counted from 0, as Keras's CSVLogger does. See the core's `csvLogger`.
 * @param filename a path; folders are made
 * @param options separator `','`, append false
 * @throws ArgumentError for a wrong option; when training begins, FileError for a file that cannot be written
 * @example await net.fit(x, y, { epochs: 5, callbacks: [csvLogger('run/log.csv')] });
 */
export function csvLogger(filename: string, options: CsvLoggerFileOptions = {}): CsvLogger {
  const { sink } = optionsOf('csvLogger', options);
  if (sink) return coreCsvLogger(filename, { ...options, sink });
  checkFilename(filename);
  return new CsvLogger(fileOf(filename), options);
}

function fileOf(path: string): TableFile {
  const step = async <Result>(doing: string, act: () => Promise<Result>): Promise<Result> => {
    try {
      return await act();
    } catch (error) {
      throw fileError(path, doing, error);
    }
  };
  return {
    open: () =>
      step('opening the table', async () => {
        await mkdir(dirname(path), { recursive: true });
        // For appending: nothing that is there is lost before there is something else to be written.
        await (await open(path, 'a')).close();
        return await readFile(path, 'utf8');
      }),
    write: (text, row) =>
      row === undefined
        ? writeFileAtomically(path, new TextEncoder().encode(text))
        : step('writing the table', () => appendFile(path, row)),
  };
}
