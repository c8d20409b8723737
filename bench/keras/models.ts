/** The models of the comparison with Keras, compiled; train.py has the same. */
import * as gt from 'gradtape';
import { digitsModel } from '../../examples/support/digits-model.ts';
import { outputOf } from '../engines/gradtape-training.ts';
import type { TrainingWorkload } from '../workloads/workload.ts';

const { layers } = gt;

export type ModelName = 'sequential' | 'questionAnswering' | 'profile' | 'mlp' | 'cnn' | 'lstm' | 'digits';

/** Makes the model of this name. */
export function compiledModel(name: ModelName): gt.Model {
  switch (name) {
    case 'sequential':
      return sequential();
    case 'questionAnswering':
      return questionAnswering();
    case 'profile':
      return profile();
    case 'mlp':
      return digitLogits('mlp', [784]);
    case 'cnn':
      return digitLogits('cnn', [28, 28, 1]);
    case 'lstm':
      return lstm();
    case 'digits':
      return digitsModel();
  }
}

function sequential(): gt.Model {
  const net = gt.sequential([
    layers.dense(32, { activation: 'relu', inputShape: [64] }),
    layers.dense(32, { activation: 'relu' }),
    layers.dense(10, { activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  return net;
}

function questionAnswering(): gt.Model {
  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const encodedText = layers.lstm(32)(layers.embedding(10000, 64)(text));
  const question = gt.input([null], { dtype: 'int32', name: 'question' });
  const encodedQuestion = layers.lstm(16)(layers.embedding(10000, 32)(question));
  const joined = layers.concatenate([encodedText, encodedQuestion], { axis: -1 });
  const answer = layers.dense(500, { activation: 'softmax' })(joined);
  const net = gt.model([text, question], answer);
  net.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['acc'] });
  return net;
}

function profile(): gt.Model {
  const posts = gt.input([null], { dtype: 'int32', name: 'posts' });
  let h = layers.embedding(50000, 256)(posts);
  h = layers.conv1d(128, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.conv1d(256, 5, { activation: 'relu' })(h);
  h = layers.globalMaxPooling1d()(h);
  h = layers.dense(128, { activation: 'relu' })(h);
  const age = layers.dense(1, { name: 'age' })(h);
  const income = layers.dense(10, { activation: 'softmax', name: 'income' })(h);
  const gender = layers.dense(1, { activation: 'sigmoid', name: 'gender' })(h);
  const net = gt.model(posts, [age, income, gender]);
  net.compile({
    optimizer: 'rmsprop',
    loss: { age: 'mse', income: 'categorical_crossentropy', gender: 'binary_crossentropy' },
    lossWeights: { age: 0.25, income: 1, gender: 10 },
    metrics: { gender: ['acc'] },
  });
  return net;
}

function digitLogits(kind: 'mlp' | 'cnn', shape: readonly number[]): gt.Model {
  const net = functional(kind, shape);
  net.compile({ optimizer: 'adam', loss: gt.losses.categoricalCrossentropy({ fromLogits: true }) });
  return net;
}

function lstm(): gt.Model {
  const net = functional('lstmRegression', [50, 32]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

function functional(kind: TrainingWorkload['kind'], shape: readonly number[]): gt.Model {
  const input = gt.input(shape);
  return gt.model(input, outputOf(kind, input));
}
