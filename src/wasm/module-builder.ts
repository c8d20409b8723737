/** A WebAssembly module: imported memory and functions, defined and exported functions. It knows nothing of tensors. */
import { Bytes } from './bytes.ts';
import { FunctionBuilder, type Func } from './function-builder.ts';
import { TYPE_CODES, type Local, type ValueType } from './value.ts';

export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  /** Pages of 64 KiB. */
  readonly initial: number;
  /** Pages; a shared memory must have it. */
  readonly maximum?: number;
  readonly shared?: boolean;
}

export interface Signature<Params extends readonly ValueType[], Result extends ValueType | undefined> {
  readonly name: string;
  readonly params: Params;
  readonly result?: Result;
  /** Whether the host can call it by its name. Default false. */
  readonly exported?: boolean;
}

type Locals<Params extends readonly ValueType[]> = {
  -readonly [Position in keyof Params]: Local<Params[Position]>;
};

export interface ModuleOptions {
  /** Whether kernels may fuse products and sums by relaxed instructions, whose last bits differ between machines. Default false. */
  readonly relaxed?: boolean;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

export class ModuleBuilder {
  /** Whether kernels may fuse products and sums in it. */
  readonly relaxed: boolean;
  readonly #types = new Map<string, number>();
  readonly #typeBytes = new Bytes();
  readonly #imports = new Bytes();
  #importCount = 0;
  #importedFunctions = 0;
  readonly #functionTypes: number[] = [];
  readonly #bodies: Bytes[] = [];
  readonly #exports = new Map<string, number>();
  readonly #shared = new Map<string, Func>();

  constructor({ relaxed = false }: ModuleOptions = {}) {
    this.relaxed = relaxed;
  }

  importMemory({ module, name, initial, maximum, shared = false }: MemoryImport): void {
    const bytes = this.#imports;
    bytes.name(module);
    bytes.name(name);
    bytes.byte(0x02);
    bytes.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
    bytes.u32(initial);
    if (maximum !== undefined) bytes.u32(maximum);
    this.#importCount++;
  }

  /** A function of the host or of another module. All imports come before the first definition. */
  importFunction<const Params extends readonly ValueType[], Result extends ValueType | undefined = undefined>(
    module: string,
    { name, params, result }: Signature<Params, Result>,
  ): Func<Params, Result> {
    if (this.#bodies.length > 0) throw new RangeError(`the function '${name}' is imported after a definition`);
    this.#imports.name(module);
    this.#imports.name(name);
    this.#imports.byte(0x00);
    this.#imports.u32(this.#typeOf(params, result));
    this.#importCount++;
    return { index: this.#importedFunctions++, params, result: result as Result };
  }

  /** Defines a function; the body is written at once. */
  define<const Params extends readonly ValueType[], Result extends ValueType | undefined = undefined>(
    { name, params, result, exported = false }: Signature<Params, Result>,
    body: (f: FunctionBuilder, ...params: Locals<Params>) => void,
  ): Func<Params, Result> {
    const builder = new FunctionBuilder(params);
    body(builder, ...(params.map((type, index) => builder.param(type, index)) as Locals<Params>));
    // The index comes last: the body may have defined functions that it calls.
    const index = this.#importedFunctions + this.#bodies.length;
    this.#functionTypes.push(this.#typeOf(params, result));
    this.#bodies.push(builder.finish(result !== undefined));
    if (exported) {
      if (this.#exports.has(name)) throw new RangeError(`two functions are exported as '${name}'`);
      this.#exports.set(name, index);
    }
    return { index, params, result: result as Result };
  }

  /** A function that many others call: defined the first time it is asked for under this name. */
  once<Defined extends Func>(name: string, define: (module: this) => Defined): Defined {
    const known = this.#shared.get(name);
    if (known) return known as Defined;
    const func = define(this);
    this.#shared.set(name, func);
    return func;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.bytes(HEADER);
    section(out, SECTION.type, this.#types.size, (bytes) => bytes.append(this.#typeBytes));
    section(out, SECTION.import, this.#importCount, (bytes) => bytes.append(this.#imports));
    section(out, SECTION.function, this.#functionTypes.length, (bytes) => {
      for (const type of this.#functionTypes) bytes.u32(type);
    });
    section(out, SECTION.export, this.#exports.size, (bytes) => {
      for (const [name, index] of this.#exports) {
        bytes.name(name);
        bytes.byte(0x00);
        bytes.u32(index);
      }
    });
    section(out, SECTION.code, this.#bodies.length, (bytes) => {
      for (const body of this.#bodies) bytes.sized(body);
    });
    return out.toUint8Array();
  }

  #typeOf(params: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${params.join()}>${result}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const bytes = this.#typeBytes;
    bytes.byte(0x60);
    bytes.u32(params.length);
    for (const type of params) bytes.byte(TYPE_CODES[type]);
    bytes.u32(result === undefined ? 0 : 1);
    if (result !== undefined) bytes.byte(TYPE_CODES[result]);
    const index = this.#types.size;
    this.#types.set(key, index);
    return index;
  }
}

function section(out: Bytes, id: number, count: number, write: (bytes: Bytes) => void): void {
  if (count === 0) return;
  const content = new Bytes();
  content.u32(count);
  write(content);
  out.byte(id);
  out.sized(content);
}
