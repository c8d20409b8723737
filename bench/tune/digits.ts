/**
 * A real tuning task: how a model reads digits after one epoch on 4,000 of them, judged by its log loss on 1,000 others.
 * Five parameters, two of which only one of the kinds has. The same parameters give the same loss, to the last bit.
 */
import * as gt from '../../src/index.ts';
import { loadDigits, type Digits } from '../../examples/data/mnist.ts';
import type { ObjectiveTrial } from '../../src/tune/index.ts';

const DIGITS = 5000;
/** Which part of them judges. */
const VALIDATION = 0.2;

export interface DigitParams {
  readonly rate: number;
  readonly batch: number;
  readonly kind: 'dense' | 'conv';
  /** Of `conv`. */
  readonly filters?: number;
  /** Of `dense`. */
  readonly units?: number;
}

let digits: Digits | undefined;

/** The parameters, as optuna/run.py asks for them. */
export function suggestDigits(trial: ObjectiveTrial): DigitParams {
  const common = {
    rate: trial.suggestFloat('rate', 1e-4, 1e-1, { log: true }),
    batch: trial.suggestInt('batch', 16, 256, { log: true }),
    kind: trial.suggestCategorical('kind', ['dense', 'conv']),
  };
  if (common.kind === 'conv') return { ...common, filters: trial.suggestInt('filters', 2, 8) };
  return { ...common, units: trial.suggestInt('units', 8, 64, { log: true }) };
}

/** The log loss; not above twice that of a guess (ln 10), so that a model that diverged is bad and no more. */
export async function digitsLoss({ rate, batch, kind, filters = 0, units = 0 }: DigitParams): Promise<number> {
  digits ??= loadDigits('train', DIGITS);
  gt.clearSession();
  gt.seed(1);
  const image = gt.input([28, 28, 1]);
  const features = kind === 'conv' ? convolutions(image, filters) : hidden(image, units);
  const model = gt.model(image, gt.layers.dense(10, { activation: 'softmax' })(features));
  model.compile({ optimizer: gt.optimizers.adam({ learningRate: rate }), loss: 'sparse_categorical_crossentropy' });
  const { history } = await model.fit(digits.images, digits.labels, {
    epochs: 1,
    batchSize: batch,
    validationSplit: VALIDATION,
    verbose: 0,
  });
  const loss = history['val_loss']?.[0] ?? NaN;
  const worst = 2 * Math.log(10);
  return loss < worst ? loss : worst;
}

/** One convolution and one that is separable, as in the digit model, but smaller. */
function convolutions(image: gt.SymbolicTensor, filters: number): gt.SymbolicTensor {
  const { conv2d, flatten, maxPooling2d, separableConv2d } = gt.layers;
  const strokes = conv2d(filters, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  return flatten()(maxPooling2d(2)(separableConv2d(2 * filters, 3, { activation: 'relu' })(strokes)));
}

function hidden(image: gt.SymbolicTensor, units: number): gt.SymbolicTensor {
  return gt.layers.dense(units, { activation: 'relu' })(gt.layers.flatten()(image));
}
