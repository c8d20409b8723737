/** What this engine's WebAssembly can do, found out by compiling the smallest modules that need it. */
import { ModuleBuilder } from './module-builder.ts';
import { f32x4, relaxed, v128 } from './simd.ts';
import type { FunctionBuilder } from './function-builder.ts';
import { webAssembly } from './web-assembly.ts';

export type WasmFeature = 'simd' | 'relaxed-simd';

const PROBES: Readonly<Record<WasmFeature, (f: FunctionBuilder) => void>> = {
  simd: (f) => {
    const x = f.local('v128');
    f.set(x, f32x4.add(x, v128.zero()));
  },
  'relaxed-simd': (f) => {
    const x = f.local('v128');
    f.set(x, relaxed.f32x4Madd(x, x, x));
  },
};

const known = new Map<WasmFeature, boolean>();

/** Whether modules with these instructions run here. */
export function supports(feature: WasmFeature): boolean {
  let answer = known.get(feature);
  if (answer === undefined) {
    const module = new ModuleBuilder();
    module.define({ name: feature, params: [] }, (f) => PROBES[feature](f));
    answer = compiles(module.toBytes());
    known.set(feature, answer);
  }
  return answer;
}

// A page's security policy may forbid to compile what is valid.
function compiles(bytes: Uint8Array<ArrayBuffer>): boolean {
  const api = webAssembly();
  if (!api?.validate(bytes)) return false;
  try {
    void new api.Module(bytes);
    return true;
  } catch {
    return false;
  }
}
