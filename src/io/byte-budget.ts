/** How many bytes the reading of one file may allocate: charged before each allocation, so that a lie in a file costs nothing. */
import { FormatError } from '../errors.ts';

/** What every reader may use beside twice the file's size. */
const FIXED_BYTES = 32 * 1024 * 1024;

export class ByteBudget {
  readonly #where: string;
  readonly #fileBytes: number;
  readonly #total: number;
  #left: number;

  /** @param where the file, for messages @param fileBytes its size */
  constructor(where: string, fileBytes: number) {
    this.#where = where;
    this.#fileBytes = fileBytes;
    this.#total = 2 * fileBytes + FIXED_BYTES;
    this.#left = this.#total;
  }

  /**
   * Takes bytes off the budget.
   * @param what what they are for: `the dataset '/layers/dense/vars/0'`
   * @throws FormatError when they are more than is left, or no number of bytes at all
   */
  charge(bytes: number, what: string): void {
    this.check(bytes, what);
    this.#left -= bytes;
  }

  /** As `charge`, for memory that is given back at once. */
  check(bytes: number, what: string): void {
    if (bytes >= 0 && bytes <= this.#left) return;
    throw new FormatError(
      `${this.#where}: ${what} would take ${bytes} bytes, but a file of ${this.#fileBytes} bytes may take ${this.#total} in all. The file is damaged or hostile.`,
      { where: this.#where, got: bytes, expected: this.#total },
    );
  }
}
