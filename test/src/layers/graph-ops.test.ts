/** Ops between symbolic tensors: typed as such, run as layers, written into configs and read back. */
import t from 'tap';
import { input, layers, model, modelFromJSON, ops, tensor } from '../../../src/index.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';

const a = tensor([
  [1, 2, 3],
  [0.5, 0.25, -1],
]);
const b = tensor([
  [1, 0, 1],
  [2, 2, 2],
]);

t.test('ops take symbolic tensors beside numbers and give what layers take', async (t) => {
  const [x, y] = [input([3]), input([3])];
  const joined: SymbolicTensor = ops.concat([ops.add(x, 1), ops.mul(y, x)], { axis: 1 });
  const net = model([x, y], layers.activation('tanh')(ops.slice(ops.clip(joined, -2, 2), [0, 1], [-1, 4])));
  const expected = ops.tanh(
    ops.slice(ops.clip(ops.concat([ops.add(a, 1), ops.mul(b, a)], { axis: 1 }), -2, 2), [0, 1], [-1, 4]),
  );
  t.strictSame([...(await net.predict([a, b])).data], [...expected.data]);
  t.strictSame(net.outputs[0]?.shape, [null, 4]);
});

t.test('a model with ops between symbolic tensors survives its config', async (t) => {
  const [x, y] = [input([3], { name: 'x' }), input([3], { name: 'y' })];
  const made: Record<string, SymbolicTensor> = {
    arithmetic: x.add(y).mul(2).sub(1).div(3).pow(2).neg().abs(),
    functions: ops.maximum(ops.exp(x), ops.log(ops.add(ops.square(y), 1))),
    reductions: ops.concat([x.sum({ axis: -1, keepDims: true }), y.mean({ axis: 1, keepDims: true })], { axis: -1 }),
    shapes: ops.expandDims(x.slice([0, 1], [-1, 2]), 1),
    activations: ops.elu(x.matmul(tensorLayer()(y)).softmax()),
    compared: ops.where(ops.notEqual(y, 2), x, 7),
  };
  const net = model([x, y], made);
  const again = modelFromJSON(JSON.stringify(net));
  again.setWeights(await net.getWeights());
  const [before, after] = [await net.predict([a, b]), await again.predict([a, b])] as unknown as Record<
    string,
    { shape: readonly number[]; data: Float32Array }
  >[];
  for (const name of Object.keys(made)) {
    t.strictSame(after?.[name]?.shape, before?.[name]?.shape, name);
    t.strictSame([...(after?.[name]?.data ?? [])], [...(before?.[name]?.data ?? [1])], name);
  }
  t.strictSame(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(net)), 'and so does its config');
});

t.test('an op that Keras has no operation for, or a tensor of values, is refused by name', (t) => {
  const x = input([3]);
  t.throws(() => JSON.stringify(model(x, ops.erf(x))), { message: /the op 'erf' between symbolic tensors/ });
  t.throws(() => JSON.stringify(model(x, ops.add(x, tensor([[1, 2, 3]])))), {
    message: /the op 'add' was called with a tensor of values/,
  });
  const unknown = JSON.parse(JSON.stringify(model(x, ops.exp(x)))) as { config: { layers: { class_name: string }[] } };
  (unknown.config.layers[1] as { class_name: string }).class_name = 'Einsum';
  t.throws(() => modelFromJSON(unknown), { message: /keras\.ops Einsum is not known here/ });
  t.end();
});

// A square matrix of outer products, so that a matrix product of two symbolic tensors stands in the graph.
function tensorLayer(): Layer {
  const [x] = [input([3])];
  return model(x, ops.matmul(layers.reshape([3, 1])(x), layers.reshape([1, 3])(x)));
}
