/**
 * A custom callback: after each epoch it runs the validation samples through a model that ends at an inner layer, and
 * logs what that layer makes of them. The numbers show how training pulls the digits apart inside the network.
 */
import * as gt from 'gradtape/node';
import { loadDigits, type Digits } from './data/mnist.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

export interface ActivationsResult extends RunResult {
  /** What the inner layer gave for the validation samples, one `[samples, units]` per epoch. */
  readonly activations: readonly gt.Tensor[];
  /** The same, computed by hand from the trained layers after `fit`. */
  readonly atTheEnd: gt.Tensor;
}

/** Trains on 1,500 digits, with 500 others to look at. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<ActivationsResult> {
  gt.seed(seed);
  const image = gt.input([28, 28, 1], { name: 'image' });
  const inner = layers.dense(32, { activation: 'relu', name: 'inner' });
  let x = layers.conv2d(8, 5, { strides: 2, padding: 'same', activation: 'relu' })(image);
  x = inner(layers.flatten()(layers.maxPooling2d(2)(x)));
  const net = gt.model(image, layers.dense(10, { activation: 'softmax', name: 'digit' })(x));
  net.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });

  const train = loadDigits('train', 1500);
  const validation = loadDigits('t10k', 500);
  const logger = new ActivationLogger('inner', validation);
  const history = await net.fit(train.images, train.labels, {
    epochs: 4,
    batchSize: 32,
    validationData: [validation.images, validation.labels],
    callbacks: [logger],
    verbose: verbose ? 2 : 0,
  });
  if (verbose) {
    history.history['separation']?.forEach((separation, epoch) =>
      console.log(
        `Epoch ${epoch + 1}: digits lie ${separation.toFixed(2)} times as far apart as their own spread; ` +
          `${percent(history.history['silent']?.[epoch] ?? NaN)} of the activations are zero.`,
      ),
    );
  }
  return {
    history,
    accuracy: history.history['val_accuracy']?.at(-1) ?? NaN,
    activations: logger.activations,
    atTheEnd: await gt.model(net.input, inner.output).predict(validation.images),
  };
}

/** Keeps a layer's activations for some samples, and adds two numbers about them to the logs of each epoch. */
class ActivationLogger implements gt.Callback {
  readonly activations: gt.Tensor[] = [];
  readonly #layerName: string;
  readonly #samples: Digits;
  #activationsModel: gt.Model | undefined;

  constructor(layerName: string, samples: Digits) {
    this.#layerName = layerName;
    this.#samples = samples;
  }

  /** Called before training: the new model shares the layers, and so the weights, of the one that is trained. */
  setModel(model: gt.Model): void {
    this.#activationsModel = gt.model(model.input, model.getLayer(this.#layerName).output);
  }

  async onEpochEnd(_epoch: number, logs: gt.Logs): Promise<void> {
    const activations = await (this.#activationsModel as gt.Model).predict(this.#samples.images);
    this.activations.push(activations);
    logs['separation'] = separation(activations, this.#samples.labels.data);
    logs['silent'] = activations.data.filter((value) => value === 0).length / activations.size;
  }
}

/** Mean distance between the digits' mean activations, over the mean distance of a sample to its digit's mean. */
function separation(activations: gt.Tensor, labels: Uint8Array): number {
  const { ops } = gt;
  const classes = ops.oneHot(gt.tensor([...labels]), 10); // [samples, 10]
  const counts = ops.expandDims(ops.sum(classes, { axis: 0 }), 1); // [10, 1]
  const means = ops.div(ops.matmul(classes, activations, { transposeA: true }), counts); // [10, units]
  const within = lengths(ops.sub(activations, ops.matmul(classes, means)));
  const between = lengths(ops.sub(ops.expandDims(means, 0), ops.expandDims(means, 1))); // [10, 10], zeros on the diagonal
  return (ops.sum(between).data[0] ?? NaN) / 90 / (ops.mean(within).data[0] ?? NaN);
}

/** Euclidean, along the last axis. */
function lengths(vectors: gt.Tensor): gt.Tensor {
  return gt.ops.sqrt(gt.ops.sum(gt.ops.square(vectors), { axis: -1 }));
}

if (isMain(import.meta.url)) await run({ verbose: true });
