/** What the tests of pooling draw. */
import type { PoolOptions } from '../../kernels/pool/index.ts';
import { windowOutput } from '../../kernels/window.ts';

export interface Pool extends PoolOptions {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The shape of what is pooled. */
export function pooledShape({ batch, height, width, channels, poolSize, strides, padding }: Pool): number[] {
  const rows = windowOutput(height, poolSize[0], strides[0], 1, padding).output;
  const columns = windowOutput(width, poolSize[1], strides[1], 1, padding).output;
  return [batch, rows, columns, channels];
}

/** Values with ties, NaNs, infinities and zeros of both signs. */
export function awkward(random: () => number): () => number {
  const rare = [Number.NaN, Infinity, -Infinity, -0, 0];
  return () => {
    const value = random();
    return value > 0.8 ? rare[Math.floor((value - 0.8) * 24.9)]! : Math.round(value * 4) / 4;
  };
}
