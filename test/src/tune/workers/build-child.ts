/** Models of folds, for threads. */
import * as gt from '../../../../src/index.ts';

const { layers } = gt;

// oxlint-disable-next-line import/no-default-export -- what threads run
export default function buildModel(): gt.Model {
  const x = gt.input([4]);
  const hidden = layers.dropout(0.2)(layers.dense(6, { activation: 'tanh' })(x));
  const kind = layers.dense(3, { activation: 'softmax', name: 'kind' })(layers.batchNormalization()(hidden));
  const net = gt.model(x, { kind, size: layers.dense(1, { name: 'size' })(hidden) });
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 0.05 }),
    loss: { kind: 'categorical_crossentropy', size: 'mse' },
    metrics: { kind: ['accuracy'] },
  });
  return net;
}
