/**
 * The lock of a journal, understood by Optuna's processes: who makes `<journal>.lock` has it, and renames it away to give
 * it back. Optuna's is a symbolic link or an empty file; ours says whose it is, so that the lock of a process that was
 * killed is free at once. A lock of whom nobody knows is free when it has not changed for a while.
 */
import { now, sleep } from '../clock.ts';
import { fileError, makeFolder, step } from '../io/atomic-file.ts';
import { codeOf, type FileSystem } from '../io/file-system.ts';

/** Between two attempts, in milliseconds: doubled from the first to the second. */
const SHORTEST_PAUSE = 1;
const LONGEST_PAUSE = 50;
/** After so many milliseconds who wanted to free an abandoned lock, and has not, is taken to be gone itself. */
const CLAIM_PATIENCE = 5_000;
const MARK = 'gradtape ';
/** What is read of a lock: that of Optuna leads to the journal, which may be long. */
const MAX_OWNER_BYTES = 512;
/** File systems that give a file one name only say so by these codes. */
const CANNOT_LINK: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export interface LockOptions {
  readonly files: FileSystem;
  /** Who takes it, as `isGone` understands. */
  readonly owner: string;
  /** Milliseconds after which a lock that did not change is free, whoever has it. */
  readonly grace: number;
  readonly isGone: (owner: string) => Promise<boolean>;
}

/** A lock that was seen, and since when. */
interface Watched {
  readonly identity: string;
  readonly since: number;
  /** Since when somebody else has been freeing it. */
  claimedSince: number;
}

let temporaries = 0;

export class JournalLock {
  readonly #path: string;
  readonly #journal: string;
  readonly #options: LockOptions;
  /** What tells our lock from others; undefined while we have none. */
  #held: string | undefined;
  #isSwept = false;

  constructor(journal: string, options: LockOptions) {
    this.#journal = journal;
    this.#path = `${journal}.lock`;
    this.#options = options;
  }

  /**
   * Waits for the lock, acts, and gives it back.
   * @throws FileError when it cannot be made; what `act` throws
   */
  async hold<Result>(act: () => Promise<Result>): Promise<Result> {
    await this.#acquire();
    try {
      return await act();
    } finally {
      await this.#release();
    }
  }

  /** Whether it is still ours: others free it when we take too long. */
  async isHeld(): Promise<boolean> {
    return this.#held !== undefined && (await this.#identity()) === this.#held;
  }

  async #acquire(): Promise<void> {
    const { files, owner } = this.#options;
    await this.#sweep();
    const temporary = `${this.#path}.${encodeURIComponent(owner)}-${temporaries++}.tmp`;
    try {
      let watched: Watched | undefined;
      let pause = SHORTEST_PAUSE;
      while (!(await step(this.#journal, 'making its lock', () => this.#take(temporary)))) {
        const identity = await this.#identity();
        if (watched?.identity !== identity) {
          watched = identity === undefined ? undefined : { identity, since: now(), claimedSince: Infinity };
          pause = SHORTEST_PAUSE;
        }
        if (watched && (await this.#isAbandoned(watched)) && (await this.#free(watched))) continue;
        await sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    } finally {
      await files.remove(temporary).catch(() => undefined);
    }
  }

  /** Makes the lock, with its owner in it from the first moment. @returns whether it was free */
  async #take(temporary: string): Promise<boolean> {
    const { files } = this.#options;
    try {
      const identity = (await files.identityOf(temporary)) ?? (await this.#write(temporary));
      await files.link(temporary, this.#path);
      this.#held = identity;
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') return false;
      // Somebody tidied up.
      if (code === 'ENOENT') return false;
      if (!CANNOT_LINK.has(code)) throw error;
    }
    try {
      this.#held = await this.#write(this.#path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** @returns what tells the new file from others */
  async #write(path: string): Promise<string | undefined> {
    const { files, owner } = this.#options;
    const file = await this.#create(path);
    try {
      await file.write(new TextEncoder().encode(`${MARK}${owner}\n`));
    } finally {
      await file.close();
    }
    return files.identityOf(path);
  }

  async #create(path: string): ReturnType<FileSystem['create']> {
    const { files } = this.#options;
    try {
      return await files.create(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      await makeFolder(files, this.#journal, files.parentOf(path));
      return files.create(path);
    }
  }

  /** What cannot be given back is free for ourselves at once, and for others after a while: what was done under it stands. */
  async #release(): Promise<void> {
    const { files } = this.#options;
    const away = `${this.#path}${this.#held}.rename`;
    try {
      // What is another's by now is left alone.
      if (await this.isHeld()) {
        await files.rename(this.#path, away);
        await files.remove(away);
      }
    } catch {
      // See above.
    }
    this.#held = undefined;
  }

  async #isAbandoned({ since }: Watched): Promise<boolean> {
    const { grace, owner, isGone } = this.#options;
    if (now() - since > grace) return true;
    const holder = await this.#ownerOf(this.#path);
    return holder !== undefined && (holder === owner || isGone(holder));
  }

  /** Undefined for a lock of Optuna's. */
  async #ownerOf(path: string): Promise<string | undefined> {
    const bytes = await this.#options.files.read(path, MAX_OWNER_BYTES).catch(() => new Uint8Array());
    const text = new TextDecoder().decode(bytes);
    return text.startsWith(MARK) && text.endsWith('\n') ? text.slice(MARK.length, -1) : undefined;
  }

  /** Removes what processes left behind that were killed while they made the lock; once, and no matter if it fails. */
  async #sweep(): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const { files, isGone } = this.#options;
    const nameStart = Math.max(this.#path.lastIndexOf('/'), this.#path.lastIndexOf('\\')) + 1;
    for (const name of await files.list(files.parentOf(this.#path)).catch(() => [])) {
      if (!name.startsWith(this.#path.slice(nameStart)) || !/\.(tmp|rename)$/.test(name)) continue;
      const path = this.#path.slice(0, nameStart) + name;
      const writer = await this.#ownerOf(path);
      if (writer !== undefined && (await isGone(writer))) await files.remove(path).catch(() => undefined);
    }
  }

  /**
   * Removes the lock of one that is gone. Several may see that at once, and when one has removed it the next process may
   * have its own there: who makes a file that is named after the old lock is the only one to remove it.
   * @returns false when somebody else is about it
   */
  async #free(watched: Watched): Promise<boolean> {
    const { files } = this.#options;
    const claim = `${this.#path}${watched.identity}.rename`;
    try {
      await (await files.create(claim)).close();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw fileError(this.#journal, 'freeing its lock', error);
      watched.claimedSince = Math.min(watched.claimedSince, now());
      if (now() - watched.claimedSince > CLAIM_PATIENCE) await files.remove(claim).catch(() => undefined);
      return false;
    }
    try {
      if ((await this.#identity()) === watched.identity) await files.rename(this.#path, claim);
    } finally {
      await files.remove(claim).catch(() => undefined);
    }
    return true;
  }

  #identity(): Promise<string | undefined> {
    return step(this.#journal, 'looking at its lock', () => this.#options.files.identityOf(this.#path));
  }
}
