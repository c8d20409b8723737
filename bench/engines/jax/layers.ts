/** Convolutions and the LSTM in jax-js. Its own convolution takes ten times as long as the product these are made of. */
import type { Jax, JaxArray } from './api.ts';

/** The windows of an image of stride 1 and padding 'same' side by side: `[batch, height, width, taps * channels]`. */
function windows({ numpy }: Jax, x: JaxArray, taps: readonly [number, number]): JaxArray {
  const [, height = 0, width = 0] = x.shape;
  const [rows, columns] = taps;
  const padded = numpy.pad(x, [[0, 0], halves(rows), halves(columns), [0, 0]]);
  const parts: JaxArray[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      parts.push(padded.ref.slice([], [row, row + height], [column, column + width], []));
    }
  }
  padded.dispose();
  return numpy.concatenate(parts, 3);
}

const halves = (taps: number): readonly [number, number] => [(taps - 1) >> 1, taps >> 1];

/** @param filters `[rows, columns, channels, filters]` */
export function jaxConv2d(jax: Jax, x: JaxArray, filters: JaxArray): JaxArray {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [rows = 0, columns = 0, , count = 0] = filters.shape;
  const depth = rows * columns * channels;
  const patches = windows(jax, x, [rows, columns]).reshape([batch * height * width, depth]);
  return jax.numpy.matmul(patches, filters.reshape([depth, count])).reshape([batch, height, width, count]);
}

/** The gradient of the image: the output's gradient convolved with the filters turned around. */
export function jaxConv2dInputGrad(jax: Jax, dy: JaxArray, filters: JaxArray): JaxArray {
  return jaxConv2d(jax, dy, jax.numpy.flip(filters, [0, 1]).transpose([0, 1, 3, 2]));
}

export function jaxConv2dFilterGrad(jax: Jax, x: JaxArray, dy: JaxArray): JaxArray {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const count = dy.shape[3] ?? 0;
  const patches = windows(jax, x, [3, 3]).reshape([batch * height * width, 9 * channels]);
  const product = jax.numpy.matmul(patches.transpose(), dy.reshape([batch * height * width, count]));
  return product.reshape([3, 3, channels, count]);
}

/** @param filters `[taps, channels, filters]` */
export function jaxConv1d(jax: Jax, x: JaxArray, filters: JaxArray): JaxArray {
  const [batch = 0, steps = 0, channels = 0] = x.shape;
  const [taps = 0, , count = 0] = filters.shape;
  const image = x.reshape([batch, 1, steps, channels]);
  return jaxConv2d(jax, image, filters.reshape([1, taps, channels, count])).reshape([batch, steps, count]);
}

/** @param filters `[rows, columns, channels, 1]` */
export function jaxDepthwise({ numpy }: Jax, x: JaxArray, filters: JaxArray): JaxArray {
  const [, height = 0, width = 0] = x.shape;
  const [rows = 0, columns = 0] = filters.shape;
  const padded = numpy.pad(x, [[0, 0], halves(rows), halves(columns), [0, 0]]);
  let sum: JaxArray | undefined;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const part = padded.ref
        .slice([], [row, row + height], [column, column + width], [])
        .mul(filters.ref.slice(row, column, [], 0));
      sum = sum ? sum.add(part) : part;
    }
  }
  padded.dispose();
  filters.dispose();
  return sum!;
}

/** @returns the hidden state `[batch, units]` after each step */
export function jaxLstm(jax: Jax, x: JaxArray, kernel: JaxArray, recurrent: JaxArray, bias: JaxArray): JaxArray[] {
  const { numpy, nn } = jax;
  const [batch = 0, steps = 0, features = 0] = x.shape;
  const units = recurrent.shape[0] ?? 0;
  const projected = numpy
    .matmul(x.reshape([batch * steps, features]), kernel)
    .add(bias)
    .reshape([batch, steps, 4 * units]);
  const states: JaxArray[] = [];
  let hidden = numpy.zeros([batch, units]);
  let cell = numpy.zeros([batch, units]);
  for (let step = 0; step < steps; step++) {
    const z = projected.ref.slice([], step, []).add(numpy.matmul(hidden, recurrent.ref));
    const gate = (index: number): JaxArray => z.ref.slice([], [index * units, (index + 1) * units]);
    const kept = nn.sigmoid(gate(1)).mul(cell);
    cell = kept.add(nn.sigmoid(gate(0)).mul(numpy.tanh(gate(2))));
    hidden = nn.sigmoid(gate(3)).mul(numpy.tanh(cell.ref));
    z.dispose();
    states.push(hidden.ref);
  }
  for (const left of [projected, recurrent, hidden, cell]) left.dispose();
  return states;
}
