/** The engine's WebAssembly, typed as far as we use it; undefined where there is none. */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; every view of the old buffer is dead afterwards. */
  grow(pages: number): number;
}

/** A function of a module; what it takes and gives are numbers. */
export type WasmFunction = (...args: readonly number[]) => number | undefined;

export interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, WasmFunction>> };
  readonly Memory: new (descriptor: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
}
