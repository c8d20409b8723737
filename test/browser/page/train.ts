/** What the page computes, and Node beside it: a small convolutional network trained on made-up pictures. */
import * as gt from 'gradtape';

export interface Trained {
  readonly device: string;
  readonly losses: readonly number[];
  /** All bits of all weights, in hexadecimal digits. */
  readonly weights: string;
}

export async function train(): Promise<Trained> {
  gt.clearSession();
  gt.seed(5);
  const { layers, ops } = gt;
  const image = gt.input([10, 10, 1]);
  let x = layers.conv2d(6, 3, { activation: 'relu' })(image);
  x = layers.batchNormalization()(layers.maxPooling2d(2)(x));
  x = layers.dropout(0.1)(layers.flatten()(x));
  const net = gt.model(image, layers.dense(3, { activation: 'softmax' })(x));
  net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.02 }), loss: 'sparse_categorical_crossentropy' });
  const pictures = ops.randomNormal([48, 10, 10, 1], { seed: 1 });
  const labels = ops.floor(ops.randomUniform([48], { maximum: 3, seed: 2 }));
  const { history } = await net.fit(pictures, labels, { epochs: 12, batchSize: 16, verbose: 0 });
  const words = (await net.getWeights()).map(({ data }) =>
    Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length), (word) => word.toString(16)).join(),
  );
  const step = gt.compile((value: gt.Tensor) => ops.exp(value));
  return { device: step.program(gt.tensor([1])).device.name, losses: history['loss'] ?? [], weights: words.join(';') };
}
