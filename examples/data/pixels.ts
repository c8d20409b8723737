/** The pictures of MNIST in memory. */

/** Pixels of a row and of a column. */
export const SIDE = 28;
export const PIXELS: number = SIDE * SIDE;

/** Pixels 0 to 1, as models read them, of pixels 0 to 255. */
export function scaledPixels(images: Uint8Array): Float32Array<ArrayBuffer> {
  const scaled = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) scaled[i] = (images[i] ?? 0) / 255;
  return scaled;
}
