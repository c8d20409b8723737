/** Rows of transposed convolution. */
import fc from 'fast-check';
import { conv1dTranspose, conv2dTranspose } from '../../../../src/ops/conv-transpose.ts';
import { reshape } from '../../../../src/ops/shaping.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { smallInteger, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const drawn = fc
  .record({
    batch: size(2),
    height: size(3),
    width: size(3),
    taps: fc.tuple(size(3), size(3)),
    channels: size(2),
    filters: size(2),
    strides: fc.tuple(size(3), size(3)),
    dilated: fc.boolean(),
    padding: fc.constantFrom('valid' as const, 'same' as const),
    padded: fc.boolean(),
    withBias: fc.boolean(),
  })
  .map(({ strides, dilated, ...rest }) => ({
    ...rest,
    strides: dilated ? ([1, 1] as const) : strides,
    dilationRate: dilated ? 2 : 1,
  }));

const caseOf = (value?: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  drawn.chain((one) => {
    const { batch, height, width, taps, channels, filters, strides, dilationRate, padding, padded, withBias } = one;
    const outputPadding = padded ? ([strides[0] - 1, strides[1] - 1] as const) : undefined;
    return fc
      .record({
        x: tensorOf([batch, height, width, channels], value),
        kernel: tensorOf([...taps, filters, channels], value),
        bias: tensorOf([filters], value),
      })
      .map(({ x, kernel, bias }) => {
        const options = { strides, dilationRate, padding, outputPadding };
        return {
          inputs: [x, kernel, ...(withBias ? [bias] : [])],
          call: (a, b, c) => conv2dTranspose(a as Tensor, b as Tensor, c, options),
          describe: `${padding}, ${dilationRate > 1 ? 'dilated' : `strides ${Math.max(...strides) > 1 ? 'above 1' : '1'}`}${padded ? ', output padding' : ''}`,
          expected: () => spread(x, kernel, withBias ? bias : undefined, options),
        };
      });
  });

/** The same draws, as images of height 1 in the reference. */
const stepsOf = (value?: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  drawn.chain((one) => {
    const { batch, width, taps, channels, filters, strides, dilationRate, padding, padded, withBias } = one;
    const stride = strides[1];
    return fc
      .record({
        x: tensorOf([batch, width, channels], value),
        kernel: tensorOf([taps[1], filters, channels], value),
        bias: tensorOf([filters], value),
      })
      .map(({ x, kernel, bias }) => {
        const outputPadding = padded ? stride - 1 : undefined;
        return {
          inputs: [x, kernel, ...(withBias ? [bias] : [])],
          call: (a, b, c) =>
            conv1dTranspose(a as Tensor, b as Tensor, c, { strides: stride, dilationRate, padding, outputPadding }),
          describe: `${padding}, ${dilationRate > 1 ? 'dilated' : `strides ${stride > 1 ? 'above 1' : '1'}`}${padded ? ', output padding' : ''}`,
          expected: () =>
            spread(
              reshape(x, [batch, 1, width, channels]),
              reshape(kernel, [1, ...kernel.shape]),
              withBias ? bias : undefined,
              {
                strides: [1, stride],
                dilationRate,
                padding,
                outputPadding: outputPadding === undefined ? undefined : [0, outputPadding],
              },
            ),
        };
      });
  });

/** Every input cell spreads the filters over the output, by plain loops; sizes as Keras documents them. */
function spread(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  options: {
    strides: readonly [number, number];
    dilationRate: number;
    padding: 'valid' | 'same';
    outputPadding: readonly [number, number] | undefined;
  },
): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [tall = 0, wide = 0, filters = 0] = kernel.shape;
  const { strides, dilationRate, padding, outputPadding } = options;
  const axis = (input: number, taps: number, index: 0 | 1): { size: number; cut: number } => {
    const span = (taps - 1) * dilationRate + 1;
    const stride = strides[index];
    const more = outputPadding?.[index];
    if (padding === 'valid')
      return { size: (input - 1) * stride + (more === undefined ? Math.max(span, stride) : span + more), cut: 0 };
    const size = more === undefined ? input * stride : (input - 1) * stride + (span % 2) + more;
    const around = size - ((input - 1) * stride + 1) + (span - 1);
    return { size, cut: span - 1 - Math.min(Math.ceil(around / 2), span - 1) };
  };
  const rows = axis(height, tall, 0);
  const columns = axis(width, wide, 1);
  const y = new Array<number>(batch * rows.size * columns.size * filters).fill(0);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++)
        for (let u = 0; u < tall; u++)
          for (let v = 0; v < wide; v++)
            for (let o = 0; o < filters; o++) {
              const row = i * strides[0] + u * dilationRate - rows.cut;
              const column = j * strides[1] + v * dilationRate - columns.cut;
              if (row < 0 || row >= rows.size || column < 0 || column >= columns.size) continue;
              const at = ((b * rows.size + row) * columns.size + column) * filters + o;
              for (let c = 0; c < channels; c++) y[at] = (y[at] ?? 0) + x.at(b, i, j, c) * kernel.at(u, v, o, c);
            }
  return y.map((value, index) => value + (bias ? bias.at(index % filters) : 0));
}

const x = ones([1, 3, 3, 2]);
const kernel = ones([2, 2, 4, 2]);

export const rows: readonly OpRow[] = [
  {
    op: 'conv2dTranspose',
    arbitrary: caseOf(),
    integerArbitrary: caseOf(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'filters for other channels',
        call: () => conv2dTranspose(x, ones([2, 2, 4, 3])),
        message: /conv2dTranspose: the image has 2 channels but the filters expect 3/,
      },
      {
        name: 'a sequence',
        call: () => conv2dTranspose(ones([1, 3, 2]), kernel),
        message: /the image has the shape \[1, 3, 2\], expected \[batch, height, width, channels\]/,
      },
      {
        name: 'an output padding as large as the stride',
        call: () => conv2dTranspose(x, kernel, { outputPadding: 1 }),
        message: /outputPadding is 1; it must be integers of at least 0 and below the strides 1 x 1/,
      },
      {
        name: 'strides with dilation',
        call: () => conv2dTranspose(x, kernel, { strides: 2, dilationRate: 2 }),
        message: /together with dilationRate/,
      },
      {
        name: 'a bias for other filters',
        call: () => conv2dTranspose(x, kernel, ones([2])),
        message: /the bias has the shape \[2\]; 4 output channels take \[4\]/,
      },
      {
        name: 'an output padding that is no number',
        call: () => conv2dTranspose(x, kernel, { strides: 2, outputPadding: 'same' as never }),
        message: /outputPadding is 'same'; it must be integers/,
      },
    ],
  },
  {
    op: 'conv1dTranspose',
    arbitrary: stepsOf(),
    integerArbitrary: stepsOf(smallInteger()),
    secondOrder: true,
    refused: [
      {
        name: 'filters for other channels',
        call: () => conv1dTranspose(ones([1, 3, 2]), ones([2, 4, 3])),
        message: /conv1dTranspose: the sequence has 2 channels but the filters expect 3/,
      },
      {
        name: 'an image',
        call: () => conv1dTranspose(x, kernel),
        message: /the sequence has the shape \[1, 3, 3, 2\], expected \[batch, steps, channels\]/,
      },
      {
        name: 'filters of an image',
        call: () => conv1dTranspose(ones([1, 3, 2]), kernel),
        message: /the filters have the shape \[2, 2, 4, 2\], expected \[steps, filters, channels\]/,
      },
      {
        name: 'an output padding as large as the stride',
        call: () => conv1dTranspose(ones([1, 3, 2]), ones([2, 4, 2]), { strides: 2, outputPadding: 2 }),
        message: /outputPadding is 2; it must be integers of at least 0 and below the strides 2/,
      },
      {
        name: 'strides with dilation',
        call: () => conv1dTranspose(ones([1, 3, 2]), ones([2, 4, 2]), { strides: 2, dilationRate: 2 }),
        message: /together with dilationRate/,
      },
    ],
  },
];
