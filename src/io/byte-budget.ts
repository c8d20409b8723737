/** What reading a file may allocate: twice its size plus 32 MB, charged before each allocation. */
import { FormatError } from '../errors.ts';

const ALLOWANCE = 32 * 1024 * 1024;

/** Counts what a reader allocates for one file. */
export class ByteBudget {
  readonly #where: string;
  #limit: number;
  #charged = 0;

  /**
   * @param where names the reader or the file in messages
   * @param fileBytes size of the file
   */
  constructor(where: string, fileBytes: number) {
    this.#where = where;
    this.#limit = 2 * fileBytes + ALLOWANCE;
  }

  /** For a file that grows. @param fileBytes size of the file by now */
  grow(fileBytes: number): void {
    this.#limit = Math.max(this.#limit, 2 * fileBytes + ALLOWANCE);
  }

  /** Bytes that were allocated. Setting it takes charges back. */
  get charged(): number {
    return this.#charged;
  }

  set charged(bytes: number) {
    this.#charged = bytes;
  }

  /** Bytes that may still be allocated. */
  get left(): number {
    return this.#limit - this.#charged;
  }

  /**
   * Call it before the allocation.
   * @param bytes that will be allocated
   * @param what they are for, as messages say it: `the tensor 'kernel'`
   * @param wayOut ends the message
   * @throws FormatError when the file has used up what it may
   */
  charge(bytes: number, what: string, wayOut = 'The file is damaged or meant to exhaust the memory.'): void {
    this.check(bytes, what, wayOut);
    this.#charged += bytes;
  }

  /** As `charge`, for memory that is given back at once. */
  check(bytes: number, what: string, wayOut = 'The file is damaged or meant to exhaust the memory.'): void {
    // Written so that NaN is refused as well.
    if (bytes >= 0 && bytes <= this.left) return;
    throw new FormatError(
      `${this.#where}: ${what} needs ${bytes} bytes of memory, and ${this.left} are left of ${this.#limit}, twice the file's size plus 32 MB. ${wayOut}`,
      { where: this.#where, got: bytes, expected: this.left },
    );
  }
}
