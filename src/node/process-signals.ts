/** Signals of the process as wishes for a backup: it is made first, then the process does what it does without. */
import type { Urgency } from '../callbacks/backup-and-restore.ts';

/** Such as `'SIGINT'` (Ctrl-C) and `'SIGTERM'`. */
export type SignalName = NodeJS.Signals;

export class ProcessSignals implements Urgency {
  readonly #names: readonly SignalName[];
  #pending: SignalName | undefined;

  constructor(names: readonly SignalName[]) {
    this.#names = [...new Set(names)];
  }

  get isUrgent(): boolean {
    return this.#pending !== undefined;
  }

  open(): void {
    for (const name of this.#names) process.on(name, this.#note);
  }

  settle(): void {
    const name = this.#pending;
    if (name === undefined) return;
    this.#pending = undefined;
    // Other listeners got the signal when we did, and did what they do.
    if (process.listenerCount(name) > 1 + waitingListeners()) return;
    this.close();
    process.kill(process.pid, name);
  }

  close(): void {
    for (const name of this.#names) process.off(name, this.#note);
  }

  // Whoever asks twice does not want to wait.
  readonly #note = (name: SignalName): void => {
    const isSecond = this.#pending !== undefined;
    this.#pending = name;
    if (isSecond) this.settle();
  };
}

/** Where the package signal-exit, which many tools bring along, keeps what it knows. */
const SIGNAL_EXIT = Symbol.for('signal-exit emitter');

/** Listeners of that package: they end the process, but not while there is another listener, such as ours. */
function waitingListeners(): number {
  const emitter = (globalThis as { readonly [SIGNAL_EXIT]?: { readonly count?: unknown } })[SIGNAL_EXIT];
  return typeof emitter?.count === 'number' ? emitter.count : 0;
}
