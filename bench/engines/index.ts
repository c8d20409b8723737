/** All engines, in the order of the columns; ours on the cpu device stands first and is what results are compared with. */
import type { Engine } from './engine.ts';
import { gpuJs } from './gpu.ts';
import { gradtape } from './gradtape.ts';
import { jaxJs } from './jax/index.ts';
import { onnxNative, onnxWeb } from './onnx/index.ts';
import { tfjs } from './tfjs/index.ts';

/** An engine that does not start here is left out, with a line that says why. */
export async function allEngines(version: string, tell: (line: string) => void): Promise<readonly Engine[]> {
  const engines: Engine[] = [gradtape('cpu', version), gradtape('wasm', version)];
  const makers: readonly (readonly [name: string, make: () => Promise<Engine>])[] = [
    ['tfjs cpu', () => tfjs('cpu')],
    ['tfjs wasm', () => tfjs('wasm')],
    ['jax-js', jaxJs],
    ['onnxruntime-web', onnxWeb],
    ['gpu.js', gpuJs],
    ['onnxruntime native', onnxNative],
  ];
  for (const [name, make] of makers) {
    try {
      engines.push(await make());
    } catch (error) {
      tell(`${name} does not start here: ${messageOf(error)}`);
    }
  }
  return engines;
}

/** The first line of what was thrown. */
export function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}
