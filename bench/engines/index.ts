/** All engines of Node, in the order of the columns; ours on the cpu device stands first and is what results are compared with. */
import type { Engine } from './engine.ts';
import { gpuJs } from './gpu.ts';
import { gradtape } from './gradtape.ts';
import { jaxJs } from './jax/index.ts';
import { onnxNative, onnxWeb } from './onnx/index.ts';
import { startEngines } from './start.ts';
import { tfjs } from './tfjs/index.ts';

export function allEngines(version: string, tell: (line: string) => void): Promise<readonly Engine[]> {
  return startEngines(
    [
      ['gradtape cpu', () => gradtape('cpu', version)],
      ['gradtape wasm', () => gradtape('wasm', version)],
      ['tfjs cpu', () => tfjs('cpu')],
      ['tfjs wasm', () => tfjs('wasm')],
      ['jax-js', jaxJs],
      ['onnxruntime-web', onnxWeb],
      ['gpu.js', gpuJs],
      ['onnxruntime native', onnxNative],
    ],
    tell,
  );
}
