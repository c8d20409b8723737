/** backupAndRestore for Node: the backup is a folder, and signals of the process can ask for one. */
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BackupAndRestore,
  backupAndRestore as coreBackupAndRestore,
  checkOption,
  type BackupOptions,
  type BackupStore,
  type FileSource,
} from '../callbacks/backup-and-restore.ts';
import { optionsOf } from '../errors.ts';
import { GenerationStore } from '../io/generation-store.ts';
import type { FileSink } from '../io/sink.ts';
import { ProcessSignals, type SignalName } from './process-signals.ts';
import { checkWritableFolder } from './writable-folder.ts';

/** As in the core, with files where no sink is given. */
export interface BackupAndRestoreFileOptions extends BackupOptions {
  /** Signals of the process after which a backup is made at once; then the process does what it does without. Default none. */
  readonly signals?: readonly SignalName[];
  /** Takes each backup, together with `source`. Default: files are written. */
  readonly sink?: FileSink;
  readonly source?: FileSource;
}

/**
 * Backs up the whole run into a folder, and lets a training that was killed go on where it was: see the core's
 * `backupAndRestore`. The last two backups are kept, so that one is whole at any moment, and each is checked when it is read.
 * @param dir the folder; it is made, and with `deleteCheckpoint` it goes when it is empty. One for each run
 * @param options saveFreq `'epoch'`, deleteCheckpoint true, signals none, verbose 0
 * @throws ArgumentError for a wrong option; when training begins, FileError for a folder that cannot be written and
 *   FormatError when no backup in it is intact
 * @example
 * const backup = backupAndRestore('backup', { saveFreq: 100, signals: ['SIGINT', 'SIGTERM'] });
 * await net.fit(x, y, { epochs: 100, callbacks: [backup] }); // killed and started again, it goes on
 */
export function backupAndRestore(dir: string, options: BackupAndRestoreFileOptions = {}): BackupAndRestore {
  const { signals, sink, source } = optionsOf('backupAndRestore', options);
  checkOption('the folder', dir, typeof dir === 'string' && dir !== '', 'a path');
  if (sink || source) return coreBackupAndRestore(dir, options as Parameters<typeof coreBackupAndRestore>[1]);
  const isList =
    signals === undefined || (Array.isArray(signals) && signals.every((one) => /^SIG[A-Z0-9]+$/.test(one)));
  checkOption('signals', signals, isList, "a list such as ['SIGINT', 'SIGTERM']");
  return new BackupAndRestore(
    dir,
    folderStore(dir),
    options,
    signals?.length ? new ProcessSignals(signals) : undefined,
  );
}

function folderStore(dir: string): BackupStore {
  const store = new GenerationStore(join(dir, 'run.state'));
  return {
    async load() {
      await checkWritableFolder(dir);
      return store.load();
    },
    save: (bytes) => store.save(bytes),
    async remove() {
      await store.remove();
      // What others put there stays, and the folder with it.
      await rmdir(dir).catch(() => undefined);
    },
  };
}
