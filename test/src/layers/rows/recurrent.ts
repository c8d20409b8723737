/** Rows of the recurrent layers and of the wrappers around layers. */
import * as layers from '../../../../src/layers/index.ts';
import type { LayerOptions } from '../../../../src/layers/layer.ts';
import type { Recurrent } from '../../../../src/layers/recurrent.ts';
import { input } from '../../../../src/models/input.ts';
import { zeros } from '../../../../src/tensor/tensor.ts';
import type { LayerRow } from '../../../../src/testing/layer-row.ts';
import type { RefusedCall } from '../../../../src/testing/op-row.ts';

const steps: LayerRow['inputs'] = [[[3, 4, 2]], [[2, 5, 2]]];
const sequence = /expected \[batch, steps, features\]/;

const kinds = {
  lstm: { make: layers.lstm, gates: 4, name: 'LSTM' },
  gru: { make: layers.gru, gates: 3, name: 'GRU' },
  simpleRnn: { make: layers.simpleRnn, gates: 1, name: 'SimpleRNN' },
} as const;
type Kind = keyof typeof kinds;
type Make = (units: number, options?: LayerOptions & Readonly<Record<string, unknown>>) => Recurrent;
const makerOf = (kind: Kind): Make => kinds[kind].make as Make;

/** Elements of kernel, recurrent kernel and bias. */
const paramsOf = (kind: Kind, units: number, features: number, biases = kind === 'gru' ? 2 : 1): number =>
  kinds[kind].gates * units * (features + units + biases);

const refusals = (kind: Kind): readonly RefusedCall[] => {
  const make = makerOf(kind);
  return [
    { name: 'no units', call: () => make(0), message: /units is 0; it must be a positive integer/ },
    { name: 'the input shape [2, 8]', call: () => make(3)(input([8])), message: sequence },
    {
      name: 'unknown features',
      call: () => make(3)(input([8, null])),
      message: /axis -1 of the input shape .*null\] must be known/,
    },
    { name: 'a dropout of 1', call: () => make(3, { dropout: 1 }), message: /dropout is 1; it must be at least 0/ },
    {
      name: 'a negative recurrent dropout',
      call: () => make(3, { recurrentDropout: -1 }),
      message: /recurrentDropout is -1/,
    },
    {
      name: 'an unknown activation',
      call: () => make(3, { activation: 'tahn' }),
      message: /did you mean 'tanh'/,
    },
    { name: 'half a seed', call: () => make(3, { seed: 0.5 }), message: /seed is 0.5; it must be an integer/ },
    {
      name: 'other features than it was built with',
      call: () => {
        const layer = make(3);
        layer(input([4, 2]));
        layer(input([4, 3]));
      },
      message: /the input has the shape \[null, 4, 3\]; expected \[batch, steps, 2\]/,
    },
    {
      name: 'states without a fixed batch size',
      call: () => make(3, { stateful: true })(input([4, 2])),
      message: /the batch size must be fixed.*batchSize/,
    },
    {
      name: 'another batch size',
      call: () => {
        const layer = make(3, { stateful: true });
        layer(zeros([2, 4, 1]));
        layer(zeros([3, 4, 1]));
      },
      message: /built for batches of 2 samples; this batch has 3/,
    },
    {
      name: 'a mask of other steps',
      call: () => make(3)(zeros([2, 4, 1]), { mask: zeros([2, 5]) }),
      message: /the mask has the shape \[2, 5\]; expected \[2, 4\]/,
    },
    {
      name: 'too many initial states',
      call: () => make(3)(zeros([2, 4, 1]), { initialState: [zeros([2, 3]), zeros([2, 3]), zeros([2, 3])] }),
      message:
        kind === 'lstm' ? /initialState has 3 tensors; expected 2: \[h, c\]/ : /has 3 tensors; expected 1: \[h\]/,
    },
    {
      name: 'an initial state of other units',
      call: () => make(3)(input([4, 1]), { initialState: (kind === 'lstm' ? [0, 1] : [0]).map(() => input([4])) }),
      message: /the initial state h has the shape \[null, 4\]; expected \[batch, 3\]/,
    },
  ];
};

const rowsOf = (kind: Kind): readonly LayerRow[] => {
  const make = makerOf(kind);
  const row = (
    variant: string | undefined,
    options: Readonly<Record<string, unknown>>,
    more: Partial<LayerRow> = {},
  ): LayerRow => ({
    layer: kind,
    ...(variant === undefined ? {} : { variant }),
    make: (own) => make(3, { ...own, ...options }),
    inputs: steps,
    params: paramsOf(kind, 3, 2),
    ignoresMaskedSteps: true,
    refused: [],
    ...more,
  });
  return [
    row(undefined, {}, { refused: refusals(kind) }),
    row(
      'backwards, every step and the state, no bias',
      { goBackwards: true, returnSequences: true, returnState: true, useBias: false },
      { params: paramsOf(kind, 3, 2, 0) },
    ),
    row('the state, with its own initializers', {
      returnState: true,
      kernelInitializer: 'he_normal',
      recurrentInitializer: 'glorot_normal',
      biasInitializer: 'ones',
    }),
    row('with dropout', { dropout: 0.5 }, { trainingDiffers: 'it drops' }),
    row(
      'with dropout of both kinds',
      { dropout: 0.5, recurrentDropout: 0.5, seed: 7, returnSequences: true },
      { trainingDiffers: 'it drops' },
    ),
    row('step by step', { activation: 'softsign', returnSequences: true, unroll: true }),
    row(
      'step by step, backwards, with dropout',
      { activation: 'sigmoid', goBackwards: true, dropout: 0.25, recurrentDropout: 0.25, returnState: true },
      { trainingDiffers: 'it drops' },
    ),
    row('with regularizers and constraints', {
      kernelRegularizer: 'l2',
      recurrentRegularizer: 'l1',
      biasRegularizer: 'l1_l2',
      kernelConstraint: 'max_norm',
      recurrentConstraint: 'max_norm',
      biasConstraint: 'non_neg',
      activityRegularizer: 'l2',
      zeroOutputForMask: true,
    }),
  ];
};

export const rows: readonly LayerRow[] = [
  ...rowsOf('lstm'),
  {
    layer: 'lstm',
    ignoresMaskedSteps: true,
    variant: 'no forget bias',
    make: (options) => layers.lstm(3, { ...options, unitForgetBias: false }),
    inputs: steps,
    params: paramsOf('lstm', 3, 2),
    refused: [],
  },
  {
    layer: 'lstm',
    ignoresMaskedSteps: true,
    variant: 'other gates',
    make: (options) => layers.lstm(3, { ...options, recurrentActivation: 'softsign', returnState: true }),
    inputs: steps,
    params: paramsOf('lstm', 3, 2),
    refused: [],
  },
  ...rowsOf('gru'),
  {
    layer: 'gru',
    ignoresMaskedSteps: true,
    variant: 'the reset before the product',
    make: (options) => layers.gru(3, { ...options, resetAfter: false, returnSequences: true }),
    inputs: steps,
    params: paramsOf('gru', 3, 2, 1),
    refused: [],
  },
  {
    layer: 'gru',
    ignoresMaskedSteps: true,
    variant: 'the reset before the product, step by step, with dropout',
    make: (options) =>
      layers.gru(3, { ...options, resetAfter: false, recurrentActivation: 'softsign', recurrentDropout: 0.5 }),
    inputs: steps,
    params: paramsOf('gru', 3, 2, 1),
    trainingDiffers: 'it drops',
    refused: [],
  },
  ...rowsOf('simpleRnn'),
  {
    layer: 'bidirectional',
    ignoresMaskedSteps: true,
    make: (options) => layers.bidirectional(layers.lstm(3), options),
    inputs: steps,
    params: 2 * paramsOf('lstm', 3, 2),
    refused: [
      {
        name: 'a layer without steps',
        call: () => layers.bidirectional(layers.dense(3) as unknown as Recurrent),
        message: /layer must be a recurrent layer/,
      },
      {
        name: 'two layers of one direction',
        call: () => layers.bidirectional(layers.lstm(3), { backwardLayer: layers.gru(3) }),
        message: /both layers run forwards/,
      },
      {
        name: 'layers that give different things',
        call: () =>
          layers.bidirectional(layers.lstm(3), {
            backwardLayer: layers.lstm(3, { goBackwards: true, returnSequences: true }),
          }),
        message: /returnSequences is false in the forward layer and true in the backward layer/,
      },
      {
        name: 'an unknown merge mode',
        call: () => layers.bidirectional(layers.lstm(3), { mergeMode: 'add' as 'sum' }),
        message: /the mergeMode is 'add'; it must be one of 'concat'/,
      },
      {
        name: 'an odd number of initial states',
        call: () => layers.bidirectional(layers.gru(3))(zeros([2, 4, 1]), { initialState: zeros([2, 3]) }),
        message: /initialState has 1 tensors; expected the forward layer's states/,
      },
    ],
  },
  ...(['concat', 'sum', 'mul', 'ave', null] as const).map((mergeMode): LayerRow => ({
    layer: 'bidirectional',
    ignoresMaskedSteps: true,
    variant: `${String(mergeMode)}, every step`,
    make: (options) => layers.bidirectional(layers.gru(3, { returnSequences: true }), { ...options, mergeMode }),
    inputs: steps,
    params: 2 * paramsOf('gru', 3, 2),
    refused: [],
  })),
  {
    layer: 'bidirectional',
    ignoresMaskedSteps: true,
    variant: 'with the states',
    make: (options) =>
      layers.bidirectional(layers.lstm(3, { returnSequences: true, returnState: true }), {
        ...options,
        mergeMode: null,
      }),
    inputs: steps,
    params: 2 * paramsOf('lstm', 3, 2),
    refused: [],
  },
  {
    layer: 'bidirectional',
    ignoresMaskedSteps: true,
    variant: 'of two kinds',
    make: (options) =>
      layers.bidirectional(layers.lstm(3), { ...options, backwardLayer: layers.simpleRnn(4, { goBackwards: true }) }),
    inputs: steps,
    params: paramsOf('lstm', 3, 2) + paramsOf('simpleRnn', 4, 2),
    refused: [],
  },
  {
    layer: 'timeDistributed',
    make: (options) => layers.timeDistributed(layers.dense(3, { activation: 'tanh' }), options),
    inputs: steps,
    params: 2 * 3 + 3,
    refused: [
      {
        name: 'no layer',
        call: () => layers.timeDistributed('dense' as unknown as Recurrent),
        message: /takes a layer, such as dense\(8\)/,
      },
      {
        name: 'a sequence without features',
        call: () => layers.timeDistributed(layers.dense(3))(input([4])),
        message: /the input has the shape \[null, 4\]; expected at least \[batch, steps, features\]/,
      },
      {
        name: 'a mask of other steps',
        call: () => layers.timeDistributed(layers.dense(3))(zeros([2, 4, 1]), { mask: zeros([2, 3]) }),
        message: /the mask has the shape \[2, 3\]; expected \[2, 4, ...\]/,
      },
      {
        name: 'a layer that gives several tensors',
        call: () => layers.timeDistributed(layers.lstm(2, { returnState: true }))(input([3, 4, 2])),
        message: /gives several tensors/,
      },
    ],
  },
  {
    layer: 'timeDistributed',
    variant: 'an image layer',
    make: (options) => layers.timeDistributed(layers.conv2d(2, 2, { padding: 'same' }), options),
    inputs: [[[2, 3, 4, 3, 1]], [[3, 2, 5, 4, 1]]],
    params: 2 * 2 * 2 + 2,
    refused: [],
  },
  {
    layer: 'timeDistributed',
    variant: 'a recurrent layer',
    withoutMask: 'the layer inside takes a mask of its own steps',
    make: (options) => layers.timeDistributed(layers.gru(2), options),
    inputs: [[[2, 3, 4, 2]], [[3, 2, 5, 2]]],
    params: paramsOf('gru', 2, 2),
    refused: [],
  },
];
