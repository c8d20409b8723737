/** Rows of transposed convolution. */
import type fc from 'fast-check';
import { conv1dTranspose, conv2dTranspose } from '../../../../src/ops/conv-transpose.ts';
import { reshape } from '../../../../src/ops/shaping.ts';
import type { Pair } from '../../../../src/ops/windows.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const { smallInteger } = arbitraries;

interface TransposedOptions {
  readonly strides?: Pair;
  readonly padding?: 'valid' | 'same';
  readonly outputPadding?: Pair | null | undefined;
  readonly dilationRate?: Pair;
}

const caseOf = <Options extends TransposedOptions>(
  calls: fc.Arbitrary<arbitraries.ConvolutionCall<Options>>,
  op: (x: Tensor, filters: Tensor, bias: Tensor | undefined, options: Options) => Tensor,
): fc.Arbitrary<OpCase> =>
  calls.map(({ x, filters, bias, options }): OpCase => ({
    inputs: [x, filters, ...(bias ? [bias] : [])],
    call: (one, other, third?: Tensor) => op(one as Tensor, other as Tensor, third, options),
    options: { ...options },
    domain: { bias: bias !== undefined },
    expected: () => {
      if (x.rank === 4)
        return spread(
          x,
          filters,
          bias,
          spreadOptions(options, (value) => [value, value]),
        );
      // A sequence is an image of height 1.
      const [batch = 0, steps = 0, channels = 0] = x.shape;
      const windows = spreadOptions(options, (value, other) => [other, value]);
      return spread(reshape(x, [batch, 1, steps, channels]), reshape(filters, [1, ...filters.shape]), bias, windows);
    },
  }));

interface SpreadOptions {
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: 'valid' | 'same';
  readonly outputPadding: readonly [number, number] | undefined;
}

/** Options of both axes; `both` makes a pair of one number and of what the option is for an axis that does nothing. */
function spreadOptions(
  { strides = 1, dilationRate = 1, padding = 'valid', outputPadding }: TransposedOptions,
  both: (value: number, other: number) => readonly [number, number],
): SpreadOptions {
  const pair = (value: Pair, other: number): readonly [number, number] =>
    typeof value === 'number' ? both(value, other) : value;
  return {
    strides: pair(strides, 1),
    dilationRate: pair(dilationRate, 1),
    padding,
    outputPadding: outputPadding === null || outputPadding === undefined ? undefined : pair(outputPadding, 0),
  };
}

/** Every input cell spreads the filters over the output, by plain loops; sizes as Keras documents them. */
function spread(x: Tensor, kernel: Tensor, bias: Tensor | undefined, options: SpreadOptions): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [tall = 0, wide = 0, filters = 0] = kernel.shape;
  const { strides, dilationRate, padding, outputPadding } = options;
  const axis = (input: number, taps: number, index: 0 | 1): { size: number; cut: number } => {
    const span = (taps - 1) * dilationRate[index] + 1;
    const stride = strides[index];
    if (input === 0) return { size: 0, cut: 0 };
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
              const row = i * strides[0] + u * dilationRate[0] - rows.cut;
              const column = j * strides[1] + v * dilationRate[1] - columns.cut;
              if (row < 0 || row >= rows.size || column < 0 || column >= columns.size) continue;
              const at = ((b * rows.size + row) * columns.size + column) * filters + o;
              for (let c = 0; c < channels; c++) y[at] = (y[at] ?? 0) + x.at(b, i, j, c) * kernel.at(u, v, o, c);
            }
  return y.map((value, index) => value + (bias ? bias.at(index % filters) : 0));
}

const x = ones([1, 3, 3, 2]);
const kernel = ones([2, 2, 4, 2]);

const covers = {
  padding: ['valid', 'same'],
  strides: [1, 2, 3],
  dilationRate: [1, 2, 3],
  outputPadding: [null, 0, 1, 2],
  bias: [true, false],
  size: [0, 1, 2],
} as const;

export const rows: readonly OpRow[] = [
  {
    op: 'conv2dTranspose',
    arbitrary: caseOf(arbitraries.conv2dTranspose(), conv2dTranspose),
    integerArbitrary: caseOf(arbitraries.conv2dTranspose({ values: smallInteger() }), conv2dTranspose),
    covers,
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
    arbitrary: caseOf(arbitraries.conv1dTranspose(), conv1dTranspose),
    integerArbitrary: caseOf(arbitraries.conv1dTranspose({ values: smallInteger() }), conv1dTranspose),
    covers,
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
