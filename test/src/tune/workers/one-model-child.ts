/** One model for all folds, which is a mistake. */
import * as gt from '../../../../src/index.ts';

const one = gt.sequential([gt.layers.dense(3, { activation: 'softmax', inputShape: [4] })]);
one.compile({ optimizer: 'sgd', loss: 'categorical_crossentropy' });

// oxlint-disable-next-line import/no-default-export -- what threads run
export default function buildModel(): gt.Model {
  return one;
}
