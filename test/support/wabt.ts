/** WABT, the reference tools of WebAssembly: modules from text, and a second opinion on bytes. */
import wabt from 'wabt';

const FEATURES = {
  bulk_memory: true,
  relaxed_simd: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  threads: true,
} as const;

const tools = await wabt();

/** What this file uses of a module; the package's types lack the features that `validate` takes. */
interface WabtModule {
  validate(features: typeof FEATURES): void;
  toBinary(options: object): { readonly buffer: Uint8Array };
  destroy(): void;
}

/** The bytes of a module in the text format. @throws where it has no meaning or is not valid */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  return checkedBytes(tools.parseWat('module.wat', text, FEATURES));
}

/** The module as WABT would have written it. @throws where it cannot be read or is not valid */
export function rewritten(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return checkedBytes(tools.readWasm(bytes, { ...FEATURES, readDebugNames: false }));
}

function checkedBytes(module: WabtModule): Uint8Array<ArrayBuffer> {
  try {
    module.validate(FEATURES);
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}
