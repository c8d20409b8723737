/** TensorFlow.js in Node on its cpu backend (plain JavaScript) or its wasm backend (XNNPACK, SIMD, one thread). */
import type { Engine } from '../engine.ts';
import { folderOf, importPeer, versionOf } from '../peer.ts';
import type { Tf } from './api.ts';
import { tfEngine } from './engine.ts';
import { atOnce } from './reading.ts';

export async function tfjs(backend: 'cpu' | 'wasm'): Promise<Engine> {
  const tf = await importPeer<Tf>('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const { setWasmPaths } = await importPeer<{ setWasmPaths: (folder: string) => void }>(
      '@tensorflow/tfjs-backend-wasm',
    );
    setWasmPaths(folderOf('@tensorflow/tfjs-backend-wasm') + 'dist/');
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  return {
    ...tfEngine(tf, backend, versionOf('@tensorflow/tfjs'), atOnce),
    // What its loops reach in convolutions.
    ...(backend === 'cpu' && { slow: 0.6 }),
  };
}
