/** What runs in the page: a training of the digits, which it fetches, on the GPU device. */
import 'gradtape/gpu';
import * as gt from 'gradtape';
import { trainDigits, type Digits, type TrainedDigits } from './train-digits.ts';

/** What the page offers to the runner, under the name `digits`. */
export interface PageDigits {
  train(
    mode: 'webgpu' | 'webgl2',
    options: { readonly epochs: number; readonly batchSize: number },
  ): Promise<TrainedDigits>;
}

async function fetchDigits(part: 'train' | 'test'): Promise<Digits> {
  const bytes = async (name: string): Promise<Float32Array> =>
    new Float32Array(await (await fetch(`/${part}-${name}.bin`)).arrayBuffer());
  return { images: await bytes('images'), labels: await bytes('labels') };
}

const digits: PageDigits = {
  async train(mode, options) {
    await gt.setDevice('gpu', { mode });
    return trainDigits({ train: await fetchDigits('train'), test: await fetchDigits('test'), ...options });
  },
};
Object.assign(globalThis, { digits });
