/** Node 20 has relaxed SIMD behind a flag, later versions have it as they are. */
import { setFlagsFromString } from 'node:v8';

/** To be called before anything asks the engine whether it has relaxed SIMD: the answer is kept. */
export function allowRelaxedSimd(): void {
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
