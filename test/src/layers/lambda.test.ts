/** Lambda layers: functions of the user's inside models. */
import t from 'tap';
import { input, layers, maskOf, model, ops, tensor, type CallContext, type Tensor } from '../../../src/index.ts';

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

t.test('a lambda layer runs a function of ops, finds its shape, and knows whether the model trains', async (t) => {
  const start = input([null]);
  const doubled = layers.lambda((given: Tensor, { training }: CallContext) => ops.mul(given, training ? 3 : 2));
  const [first, second] = [input([3]), input([3])];
  const difference = layers.lambda(([a, b]: readonly Tensor[]) => ops.sub(a as Tensor, b as Tensor));
  const net = model(start, doubled(start));
  t.strictSame(net.outputs[0]?.shape, [null, null], 'unknown sizes stay unknown');
  t.strictSame((await net.predict(x)).toArray(), [
    [2, 4, 6],
    [8, 10, 12],
  ]);
  t.strictSame([...(net(x, { training: true }) as Tensor).data], [3, 6, 9, 12, 15, 18]);
  t.strictSame((await model([first, second], difference([first, second])).predict([x, x])).shape, [2, 3]);
});

t.test('the output shape and the mask can be said', (t) => {
  const fixed = layers.lambda((given: Tensor) => ops.sum(given, { axis: 1, keepDims: true }), { outputShape: [1] });
  t.strictSame(fixed(input([3])).shape, [null, 1]);
  const masked = layers.lambda((given: Tensor) => given, { mask: (_given, [mask]) => mask });
  const dropped = layers.lambda((given: Tensor) => ops.add(given, 0));
  const embedded = layers.embedding(7, 2, { maskZero: true })(tensor([[1, 0, 2]]));
  t.strictSame([...(maskOf(masked(embedded))?.data ?? [])], [1, 0, 1]);
  t.equal(maskOf(dropped(embedded)), undefined, 'a mask ends at a lambda that says nothing of it');
  t.end();
});

t.test('what is no function, and writing one into a file, is refused', (t) => {
  t.throws(() => layers.lambda(3 as never), { message: /the function is 3; it must be a function of tensors/ });
  t.throws(() => layers.lambda('square' as never), { message: /the function is 'square'/ });
  const start = input([3]);
  const net = model(start, layers.lambda((given: Tensor) => ops.square(given), { name: 'squared' })(start));
  t.throws(() => JSON.stringify(net), { message: /layer 'squared': a lambda layer cannot be written into a config/ });
  t.end();
});
