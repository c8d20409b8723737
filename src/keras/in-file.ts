/** Errors of what a file made another module do, told as errors of the file. */
import { FormatError, GradtapeError } from '../errors.ts';

/**
 * Runs a function; an error that gradtape throws in it becomes a FormatError that begins with the file's name.
 * @throws FormatError also for a range or type error: what the file says made no sense to the code that followed it
 */
export function inFile<Result>(where: string, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (error instanceof FormatError && error.message.startsWith(where)) throw error;
    if (error instanceof GradtapeError)
      throw new FormatError(`${where}: ${error.message}`, { where, got: error.got, cause: error });
    if (error instanceof TypeError || error instanceof RangeError)
      throw new FormatError(`${where}: the file describes something impossible: ${error.message}.`, {
        where,
        cause: error,
      });
    throw error;
  }
}
