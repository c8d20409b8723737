/** WebAssembly calls whose numbers have names: sizes, flags that need no code of their own, places in the workspace. */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, rangesOf, splitOf, type Range } from '../split.ts';

/** Hands out places in a kernel's workspace, each a multiple of 16 bytes from its start. */
export class Workspace {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Where the next `floats` numbers lie, in bytes from the start. */
  take(floats: number): number {
    return this.takeBytes(4 * floats);
  }

  takeBytes(bytes: number): number {
    const start = this.#bytes;
    this.#bytes += 16 * Math.ceil(bytes / 16);
    return start;
  }
}

/** What the body of a call with named numbers writes with. */
export interface Emission<Name extends string> {
  readonly f: FunctionBuilder;
  readonly module: ModuleBuilder;
  readonly params: WasmParams;
  readonly numbers: Readonly<Record<Name, Local<'i32'>>>;
  /** Address of a place in the workspace. */
  readonly place: (name: Name) => Local<'i32'>;
}

export interface NamedCall<Name extends string> {
  readonly code: string;
  readonly numbers: Readonly<Record<Name, number>>;
  readonly workspace: Workspace;
  readonly emit: (emission: Emission<Name>) => void;
}

/** The call that passes the numbers as its arguments. */
export function namedCall<Name extends string>({ code, numbers, workspace, emit }: NamedCall<Name>): WasmCall {
  const names = Object.keys(numbers) as Name[];
  return {
    code,
    args: argsOf(numbers),
    workspaceBytes: workspace.bytes,
    emit(f, params, module) {
      const entries = names.map((name, index) => [name, params.args[index] as Local<'i32'>] as const);
      const locals = Object.fromEntries(entries) as Record<Name, Local<'i32'>>;
      const place = (name: Name): Local<'i32'> => f.index(i32.add(params.workspace, locals[name]));
      emit({ f, module, params, numbers: locals, place });
    },
  };
}

/** Elements of each operand that belong to one sample. */
export interface SampleElements {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Samples that go through a recurrence together: fewer make its products slow. */
const LEAST_SAMPLES = 8;

/** Ranges of samples for threads. */
export function sampleRanges(batch: number, most: number, however: boolean): readonly Range[] {
  return rangesOf(batch, Math.min(most, Math.floor(batch / (however ? 1 : LEAST_SAMPLES))));
}

/** The call with parts of its samples for threads, each with a workspace of its own. */
export function splitSamples<Name extends string>(
  named: NamedCall<Name | 'batch'>,
  elements: SampleElements,
): WasmCall {
  const call = namedCall(named);
  return {
    ...call,
    split: (most, however) =>
      splitOf(call, sampleRanges(named.numbers.batch, most, however), ({ start, size }) => ({
        inputs: bytesFrom(start, elements.inputs),
        outputs: bytesFrom(start, elements.outputs),
        args: argsOf({ ...named.numbers, batch: size }),
      })),
  };
}

/** The arguments that pass these numbers. */
export function argsOf(numbers: Readonly<Record<string, number>>): readonly number[] {
  return Object.values(numbers);
}

/** The names of what was given, for the name of a code. */
export function namesOf(flags: Readonly<Record<string, boolean>>): string {
  return Object.keys(flags)
    .filter((name) => flags[name])
    .map((name) => ` ${name}`)
    .join('');
}

/** `base + row * rowBytes`, in a local. */
export function rowAt(f: FunctionBuilder, base: Local<'i32'>, row: Value<'i32'>, rowBytes: Local<'i32'>): Local<'i32'> {
  return f.index(i32.add(base, i32.mul(row, rowBytes)));
}
