/** compile(fn): traced once per signature of its arguments, then replayed as a program. */
import { warn } from '../console.ts';
import { debugging } from '../devices/debug.ts';
import { defaultDevice, deviceNamed, type DeviceName } from '../devices/default-device.ts';
import type { Device } from '../devices/device.ts';
import { ArgumentError } from '../errors.ts';
import { sameShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Program } from './program.ts';
import { activeTape, runWithTape } from './active-tape.ts';
import { Tape } from './tape.ts';
import { flatten, sameStructure, unflatten, type TensorTree, type TreeStructure } from './tree.ts';

/** Programs kept per compiled function; the least recently used one goes first. */
export const PROGRAM_CACHE_SIZE = 32;

/** Captured tensors above this many bytes are worth a line to the user. */
const LARGE_CONSTANTS = 2 ** 20;

export interface CompileOptions {
  /** Default: the device of `setDevice`. */
  readonly device?: DeviceName | Device;
}

/** A compiled function. */
export interface Compiled<Args extends readonly TensorTree[], Result> {
  /** Runs on the device; resolves to fresh tensors. Traced first when these shapes are new. */
  (...args: Args): Promise<Result>;
  /** The same at once. @throws DeviceError on a device that is asynchronous */
  sync(...args: Args): Result;
  /** The program that these arguments run, for its listing and figures. Runs nothing. */
  program(...args: Args): Program;
  /** Number of programs in the cache. */
  readonly cacheSize: number;
  /** @internal The variables that the programs in the cache change. */
  readonly written: readonly Variable[];
}

interface CacheEntry {
  readonly device: Device;
  readonly debugging: boolean;
  readonly structure: TreeStructure;
  readonly shapes: readonly Shape[];
  readonly program: Program;
  readonly result: TreeStructure;
}

/**
 * Makes a function of tensors into one that is traced once per signature (shapes and structure of the arguments, device) and replayed.
 * Variables that it reads stay shared; `assign` inside it is an effect of every run. JavaScript numbers that it reads
 * are frozen into the program.
 * @param fn synchronous; takes and returns tensors in arrays or records
 * @throws ArgumentError when `fn` is async or returns something else
 * @example
 * const step = compile((x: Tensor) => ops.mul(x, 2));
 * const doubled = await step(tensor([1, 2]));
 */
export function compile<Args extends readonly TensorTree[], Result extends TensorTree | void>(
  fn: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const cache: CacheEntry[] = [];

  const entryFor = (structure: TreeStructure, leaves: readonly Tensor[]): CacheEntry => {
    const device =
      typeof options.device === 'string' ? deviceNamed(options.device) : (options.device ?? defaultDevice());
    const position = cache.findIndex(
      (entry) => entry.device === device && entry.debugging === debugging() && matches(entry, structure, leaves),
    );
    if (position === 0) return cache[0] as CacheEntry;
    const entry =
      position > 0 ? (cache.splice(position, 1)[0] as CacheEntry) : traceEntry(fn, structure, leaves, device);
    cache.unshift(entry);
    if (cache.length > PROGRAM_CACHE_SIZE) cache.pop();
    return entry;
  };
  const prepare = (args: Args): { entry: CacheEntry; leaves: Tensor[] } => {
    const leaves: Tensor[] = [];
    const structure = flatten('compile', args, leaves);
    if (leaves.some((leaf) => leaf.tape !== undefined)) {
      throw new ArgumentError(
        'compile: an argument is recorded by a tape, and no gradient would flow through the program. Call the plain function there.',
        {
          where: 'compile',
        },
      );
    }
    return { entry: entryFor(structure, leaves), leaves };
  };
  const run = async (...args: Args): Promise<Result> => {
    if (activeTape()) {
      throw new ArgumentError(
        'compile: a compiled function was called inside a function that is traced or differentiated. Call the plain function there, or .sync().',
        {
          where: 'compile',
        },
      );
    }
    const { entry, leaves } = prepare(args);
    return unflatten(entry.result, await entry.program.run(leaves.map((leaf) => leaf.data))) as Result;
  };
  const sync = (...args: Args): Result => {
    // Inside another recorded function the ops simply join it.
    if (activeTape()) return fn(...args);
    const { entry, leaves } = prepare(args);
    return unflatten(entry.result, entry.program.runSync(leaves.map((leaf) => leaf.data))) as Result;
  };
  const program = (...args: Args): Program => prepare(args).entry.program;
  return Object.defineProperties(Object.assign(run, { sync, program }), {
    cacheSize: { get: () => cache.length },
    written: { get: () => [...new Set(cache.flatMap((entry) => entry.program.written))] },
  }) as Compiled<Args, Result>;
}

function matches(entry: CacheEntry, structure: TreeStructure, leaves: readonly Tensor[]): boolean {
  return (
    leaves.length === entry.shapes.length &&
    leaves.every((leaf, index) => sameShape(leaf.shape, entry.shapes[index] as Shape)) &&
    sameStructure(entry.structure, structure)
  );
}

function traceEntry(
  fn: (...args: never) => unknown,
  structure: TreeStructure,
  leaves: readonly Tensor[],
  device: Device,
): CacheEntry {
  const tape = new Tape('traced');
  const args = leaves.map((leaf) => tape.createTensor(leaf.shape));
  const results: Tensor[] = [];
  const result = runWithTape(tape, () => {
    const values = unflatten(structure, args) as readonly unknown[];
    return flatten('compile: the result of the function', fn(...(values as never)), results);
  });
  const program = new Program(tape, args, results, device);
  if (program.constantBytes > LARGE_CONSTANTS) {
    warn(
      `gradtape: a compiled function holds ${(program.constantBytes / 2 ** 20).toFixed(1)} MB of tensors that it captured, as constants. ` +
        'Pass them as arguments, or keep them in variables, if they change or are large.',
    );
  }
  return { device, debugging: debugging(), structure, shapes: leaves.map((leaf) => leaf.shape), program, result };
}
