/** modelCheckpoint for Node: `filepath` is a path. */
import { dirname } from 'node:path';
import { ModelCheckpoint, type KerasWriter, type ModelCheckpointSettings } from '../callbacks/model-checkpoint.ts';
import { optionsOf } from '../errors.ts';
import { writeFileAtomically } from '../io/atomic-file.ts';
import type { FileSink } from '../io/sink.ts';
import { checkWritableFolder } from './writable-folder.ts';

/** As in the core, with files where no sink is given. */
export interface ModelCheckpointFileOptions extends ModelCheckpointSettings {
  /** Takes the files' bytes. Default: files are written. */
  readonly sink?: FileSink;
}

/**
 * Saves the model while it trains, as Keras's ModelCheckpoint does; a file appears whole or not at all. See the core's
 * `modelCheckpoint` for the options.
 * @param filepath a path that ends in `.keras`, `.h5`, or with `saveWeightsOnly` in `.weights.h5`; `{epoch:02d}` (from 1),
 *   `{batch:02d}` and any log, `{val_loss:.2f}`, are filled in. Folders are made
 * @throws ArgumentError for a wrong option; when training begins, FileError for a folder that cannot be written
 * @example await net.fit(x, y, { epochs: 9, callbacks: [modelCheckpoint('checkpoints/{epoch:02d}.keras')] });
 */
export function modelCheckpoint(filepath: string, options: ModelCheckpointFileOptions = {}): ModelCheckpoint {
  const { sink } = optionsOf('modelCheckpoint', options);
  if (sink) return new ModelCheckpoint(filepath, options, { sink, toKeras });
  return new ModelCheckpoint(filepath, options, {
    sink: (path, bytes) => writeFileAtomically(path, bytes),
    toKeras,
    // Folders whose names hold values are not known yet; the first one above them is.
    begin: () => checkWritableFolder(dirname(`${filepath.split('{')[0]}x`)),
  });
}

// Whoever trains without checkpoints loads none of it.
const toKeras: KerasWriter = async (model, options) => (await import('../keras/index.ts')).toKeras(model, options);
