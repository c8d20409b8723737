/** Every layer class by Keras's name, for models that are read from a config. Importing this file imports all layers. */
import { Activation } from './activation.ts';
import { ELU, LeakyReLU, PReLU, ReLU, Softmax } from './activation-layers.ts';
import { ActivityRegularization } from './activity-regularization.ts';
import { AlphaDropout } from './alpha-dropout.ts';
import { BatchNormalization } from './batch-normalization.ts';
import { Bidirectional } from './bidirectional.ts';
import { Conv1DTranspose, Conv2DTranspose } from './conv-transpose.ts';
import { Conv1D } from './conv1d.ts';
import { Conv2D } from './conv2d.ts';
import { Dense } from './dense.ts';
import { DepthwiseConv1D, DepthwiseConv2D } from './depthwise-conv.ts';
import { Dot } from './dot.ts';
import { Dropout, SpatialDropout1D, SpatialDropout2D } from './dropout.ts';
import { Embedding } from './embedding.ts';
import { Flatten } from './flatten.ts';
import { GaussianDropout, GaussianNoise } from './gaussian-noise.ts';
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
} from './global-pooling.ts';
import { GRU } from './gru.ts';
import { Identity } from './identity.ts';
import type { Layer } from './layer.ts';
import { LayerNormalization } from './layer-normalization.ts';
import { LSTM } from './lstm.ts';
import { Masking } from './masking.ts';
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from './merge.ts';
import { Permute } from './permute.ts';
import { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D } from './pooling.ts';
import { RepeatVector } from './repeat-vector.ts';
import { Rescaling } from './rescaling.ts';
import { Reshape } from './reshape.ts';
import { SeparableConv1D, SeparableConv2D } from './separable-conv.ts';
import { SimpleRNN } from './simple-rnn.ts';
import { TimeDistributed } from './time-distributed.ts';

import { UpSampling1D, UpSampling2D } from './up-sampling.ts';
import { Cropping1D, Cropping2D, ZeroPadding1D, ZeroPadding2D } from './zero-padding.ts';

/** A layer class: made from one options object whose names are Keras's in camelCase. */
export type LayerClass = new (options: never) => Layer;

const classes: readonly (LayerClass & { readonly kerasName: string })[] = [
  Activation,
  ActivityRegularization,
  Add,
  AlphaDropout,
  Average,
  AveragePooling1D,
  AveragePooling2D,
  BatchNormalization,
  Bidirectional,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Dense,
  DepthwiseConv1D,
  DepthwiseConv2D,
  Dropout,
  Dot,
  ELU,
  Embedding,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GRU,
  Identity,
  LSTM,
  LayerNormalization,
  LeakyReLU,
  Masking,
  Maximum,
  MaxPooling1D,
  MaxPooling2D,
  Multiply,
  Minimum,
  PReLU,
  Permute,
  ReLU,
  RepeatVector,
  Rescaling,
  Reshape,
  SeparableConv1D,
  SeparableConv2D,
  Softmax,
  SpatialDropout1D,
  SpatialDropout2D,
  Subtract,
  SimpleRNN,
  TimeDistributed,
  Cropping1D,
  Cropping2D,
  UpSampling1D,
  UpSampling2D,
  ZeroPadding1D,
  ZeroPadding2D,
];

export const layerClasses: ReadonlyMap<string, LayerClass> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ classes.map((one) => [one.kerasName, one]),
);
