/** Small problems that train in milliseconds. */
import * as gt from 'gradtape';

/** Points in the plane and whether they lie on one side of a line. */
export function twoClasses(samples: number, seed = 1): { x: gt.Tensor; y: gt.Tensor } {
  const x = gt.ops.randomNormal([samples, 2], { seed });
  const y = gt.tensor(
    Float32Array.from({ length: samples }, (_, i) => (x.at(i, 0) + x.at(i, 1) > 0 ? 1 : 0)),
    [samples],
  );
  return { x, y };
}

/** Two inputs, two hidden layers, two classes; not compiled. */
export function smallModel(): gt.Model {
  const input = gt.input([2], { name: 'point' });
  const hidden = gt.layers.dense(8, { activation: 'tanh' })(input);
  return gt.model(input, gt.layers.dense(2, { activation: 'softmax' })(hidden));
}

/** The same, compiled. */
export function compiledModel(): gt.Model {
  const net = smallModel();
  net.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['acc'] });
  return net;
}

/** All weights as one list of numbers. */
export async function weightsOf(net: gt.Model): Promise<number[]> {
  return (await net.getWeights()).flatMap((weight) => [...weight.data]);
}
