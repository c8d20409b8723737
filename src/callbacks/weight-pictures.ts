/** Weights as pictures for TensorBoard: the shapes that Keras draws, from the smallest value in black to the largest in white. */
import type { Picture } from '../io/tensorboard/png.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Pictures of one weight, as many as TensorBoard shows by default. */
const MOST = 3;

/**
 * A bias is a column; a matrix lies on its long side; the filters of a convolution of one channel are a picture each. Of
 * four axes, the last must be 1, 3 or 4 channels. Axes of size 1 do not count.
 * @returns none for other shapes
 */
export function weightPictures(weight: Tensor): Picture[] {
  const sizes = weight.shape.filter((size) => size !== 1);
  const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1));
  const at = (axis: number): [size: number, stride: number] => [sizes[axis] ?? 1, strides[axis] ?? 0];
  const one: [number, number] = [1, 0];
  switch (sizes.length) {
    case 1:
      return draw(weight, [one, at(0), one, one]);
    case 2:
      return draw(weight, at(0)[0] > at(1)[0] ? [one, at(1), at(0), one] : [one, at(0), at(1), one]);
    case 3:
      return draw(weight, [at(2), at(0), at(1), one]);
    case 4:
      return draw(weight, [at(0), at(1), at(2), at(3)]);
    default:
      return [];
  }
}

type Axis = readonly [size: number, stride: number];

// Pictures, rows, columns, channels: how many there are and how far apart they stand in the weight.
function draw({ data }: Tensor, [pictures, rows, columns, channels]: readonly [Axis, Axis, Axis, Axis]): Picture[] {
  const [depth] = channels;
  if (data.length === 0 || (depth !== 1 && depth !== 3 && depth !== 4)) return [];
  const [smallest, largest] = rangeOf(data);
  const scale = largest > smallest ? 255 / (largest - smallest) : 0;
  return Array.from({ length: Math.min(pictures[0], MOST) }, (_, picture) => {
    const pixels = new Uint8Array(rows[0] * columns[0] * depth);
    let pixel = 0;
    for (let row = 0; row < rows[0]; row++) {
      for (let column = 0; column < columns[0]; column++) {
        for (let channel = 0; channel < depth; channel++) {
          const at = picture * pictures[1] + row * rows[1] + column * columns[1] + channel * channels[1];
          // NaN becomes 0, black.
          pixels[pixel++] = Math.round(((data[at] ?? NaN) - smallest) * scale);
        }
      }
    }
    return { width: columns[0], height: rows[0], channels: depth, pixels };
  });
}

function rangeOf(values: Float32Array): [smallest: number, largest: number] {
  let [smallest, largest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  return [smallest, largest];
}
