/**
 * The HDF5 library, the optional peer `h5wasm`: one instance at a time, in its own memory and with a file system of its
 * own, so that no path in a file reaches a real one. An instance that broke is thrown away.
 */
import { FormatError, GradtapeError } from '../errors.ts';

/** What h5wasm says of a dataset or an attribute. */
export interface H5Metadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  /** Null for a dataspace without elements. */
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly chunks: readonly number[] | null;
  readonly virtual_sources?: readonly unknown[];
  readonly enum_type?: { readonly type: number };
}

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

interface FileSystem {
  createDataFile(folder: string, name: string, data: Uint8Array, read: boolean, write: boolean, own: boolean): unknown;
  readFile(path: string): Uint8Array;
  unlink(path: string): void;
}

/** The functions of h5wasm's module that are called here. */
export interface H5Library {
  readonly FS: FileSystem;
  readonly HEAPU8: Uint8Array;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  readonly H5F_LIBVER_EARLIEST: number;
  readonly H5F_LIBVER_V18: number;
  _malloc(bytes: number): number;
  _free(address: number): void;
  UTF8ToString(address: number): string;
  activate_throwing_error_handler(): number;
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): object;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): H5Metadata;
  get_attribute_data(file: bigint, path: string, name: string, address: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, name: string, address: bigint): number;
  get_dataset_metadata(file: bigint, path: string): H5Metadata;
  get_dataset_filters(file: bigint, path: string): readonly { readonly id: number }[];
  get_dataset_data(file: bigint, path: string, count: null, offset: null, strides: null, address: bigint): number;
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

/** Every refused file leaves something open inside the library; after this many it is made anew. */
const MAX_FAILURES = 32;

/** What h5wasm's own file system begins with, and nothing here needs. */
const DEVICES = ['stdin', 'stdout', 'stderr', 'tty', 'tty1', 'null', 'random', 'urandom'];

let current: Promise<H5Library> | undefined;
let failures = 0;
let sharedWasUsed = false;
let files = 0;

/**
 * Runs a task with the library; whatever the library throws becomes a FormatError.
 * @param where the file, for messages
 * @param task runs without waiting; it is given a path that no other file of the library has
 */
export async function withH5Library<Result>(
  where: string,
  task: (library: H5Library, path: string) => Result,
): Promise<Result> {
  current ??= newLibrary();
  const library = await current.catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  try {
    return task(library, `/file-${files++}`);
  } catch (error) {
    if (++failures >= MAX_FAILURES || isTrap(error)) {
      current = undefined;
      failures = 0;
    }
    if (error instanceof GradtapeError) throw error;
    throw new FormatError(`${where}: ${reasonOf(error)}`, { where, cause: error });
  }
}

async function newLibrary(): Promise<H5Library> {
  const library = (await ownInstance()) ?? (await sharedInstance());
  // A dataset may name files that hold its data: beside the file that is read there are none, devices neither.
  for (const device of DEVICES) library.FS.unlink(`/dev/${device}`);
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
  if (sharedWasUsed) {
    throw new FormatError(
      'gradtape/keras: the HDF5 library broke while it read an earlier file, and here it cannot be loaded again. Load the page anew.',
      { where: 'gradtape/keras' },
    );
  }
  let h5wasm;
  try {
    h5wasm = await import('h5wasm');
  } catch (cause) {
    throw new FormatError(
      "gradtape/keras: HDF5 files need the package 'h5wasm', which is not installed. Run: npm install h5wasm",
      { where: 'gradtape/keras', cause },
    );
  }
  await h5wasm.ready;
  sharedWasUsed = true;
  return h5wasm.Module as unknown as H5Library;
}

/** The library's own words: the innermost line of its list of errors, which names what is wrong. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').flatMap((line) => /^\s*#\d+: .*\(\): (.*)$/.exec(line)?.[1] ?? []);
  if (/external/i.test(text)) return `the HDF5 file keeps data in another file (${lines.at(-1) ?? text}).`;
  const reason = lines.at(-1) ?? (isTrap(error) ? 'it is damaged so that the HDF5 library broke' : text);
  return `the HDF5 file cannot be read: ${reason.replace(/\.$/, '')}.`;
}

/** An instance that WebAssembly stopped is in no state that is known. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}
