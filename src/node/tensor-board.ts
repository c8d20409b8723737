/** tensorBoard for Node: `logDir` is a folder. */
import { hostname } from 'node:os';
import { TensorBoard } from '../callbacks/tensor-board.ts';
import type { TensorBoardSettings } from '../callbacks/tensor-board-options.ts';
import { optionsOf } from '../errors.ts';
import type { FileSink } from '../io/sink.ts';
import { logFiles } from './log-files.ts';

/** As in the core, with files where no sink is given. */
export interface TensorBoardFileOptions extends TensorBoardSettings {
  /** Takes the files' bytes. Default: files are written. */
  readonly sink?: FileSink;
}

/**
 * Logs training for TensorBoard as Keras's callback does, into a folder: `tensorboard --logdir logs` shows it. See the
 * core's `tensorBoard` for what is logged.
 * @param options `logDir` is the folder, default `'logs'`; it is made when it is missing
 * @throws ArgumentError for a wrong option; when training begins, FileError for a folder that cannot be written
 * @example await net.fit(x, y, { epochs: 5, callbacks: [tensorBoard({ logDir: 'logs', histogramFreq: 1 })] });
 */
export function tensorBoard(options: TensorBoardFileOptions = {}): TensorBoard {
  const given = optionsOf('tensorBoard', options);
  return new TensorBoard({ ...given, sink: given.sink ?? logFiles }, `${hostname()}.${process.pid}`);
}
