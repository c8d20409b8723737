/** The HDF5 library, the optional peer `h5wasm`, which writes files here: into a file system of its own, in memory. */
import { FormatError, GradtapeError } from '../errors.ts';

/** The metadata that h5wasm wants for what it writes. */
export interface H5WriteMetadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly littleEndian: boolean;
  readonly cset?: number;
  readonly shape: readonly bigint[];
  readonly maxshape: readonly bigint[];
}

/** The functions of h5wasm's module that are called here. */
export interface H5Library {
  readonly FS: { readFile(path: string): Uint8Array; unlink(path: string): void };
  readonly HEAPU8: Uint8Array;
  readonly H5F_LIBVER_EARLIEST: number;
  readonly H5F_LIBVER_V18: number;
  _malloc(bytes: number): number;
  _free(address: number): void;
  activate_throwing_error_handler(): number;
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  create_group(file: bigint, path: string, trackOrder: boolean): number;
  create_dataset(file: bigint, path: string, address: bigint, metadata: H5WriteMetadata): number;
  create_attribute(file: bigint, path: string, name: string, address: bigint, metadata: H5WriteMetadata): number;
  create_vlen_str_attribute(
    file: bigint,
    path: string,
    name: string,
    values: readonly string[],
    metadata: H5WriteMetadata,
  ): number;
}

type Factory = (options: object) => Promise<H5Library>;

let current: Promise<H5Library> | undefined;
let files = 0;

/**
 * Runs a task with the library. After an error the library's instance is not used again.
 * @param where who asks, for messages
 * @param task runs without waiting; it is given a path that no other file of the library has
 * @throws FormatError when h5wasm is not installed, and for whatever the library throws
 */
export async function withH5Library<Result>(
  where: string,
  task: (library: H5Library, path: string) => Result,
): Promise<Result> {
  try {
    const library = await (current ??= newLibrary());
    return task(library, `/file-${files++}`);
  } catch (error) {
    current = undefined;
    if (error instanceof GradtapeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${where}: the HDF5 library failed: ${reason.split('\n', 1)[0] ?? ''}`, {
      where,
      cause: error,
    });
  }
}

async function newLibrary(): Promise<H5Library> {
  const library = (await ownInstance()) ?? (await sharedInstance());
  // Without it errors are printed, and only a negative number tells of them.
  library.activate_throwing_error_handler();
  return library;
}

// An instance that nobody else uses: h5wasm's module is a function that makes them, where modules have addresses.
async function ownInstance(): Promise<H5Library | undefined> {
  let make: Factory;
  try {
    const address = new URL('hdf5_util.js', import.meta.resolve('h5wasm')).href;
    ({ default: make } = (await import(address)) as { default: Factory });
  } catch {
    return undefined;
  }
  return make({ noInitialRun: true, printErr: () => undefined });
}

// In a bundle there is only the one that h5wasm makes.
async function sharedInstance(): Promise<H5Library> {
  try {
    const h5wasm = await import('h5wasm');
    await h5wasm.ready;
    return h5wasm.Module as unknown as H5Library;
  } catch (cause) {
    throw new FormatError(
      "gradtape/keras: writing HDF5 files needs the package 'h5wasm', which is not installed. Run: npm install h5wasm",
      { where: 'gradtape/keras', cause },
    );
  }
}
