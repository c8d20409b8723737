/** The order of layers and calls: Keras's rules decide it, because files number the weights by it. */
import t from 'tap';
import { ArgumentError } from '../../../src/errors.ts';
import * as layers from '../../../src/layers/index.ts';
import type { SymbolicTensor } from '../../../src/layers/symbolic-tensor.ts';
import { input } from '../../../src/models/input.ts';
import { model, type Model } from '../../../src/models/model.ts';

const dense = (name: string, x: SymbolicTensor): SymbolicTensor => layers.dense(2, { name })(x);
const inputOf = (name: string): SymbolicTensor => input([2], { name });
const names = (net: Model): string[] => net.layers.map((layer) => layer.name);

t.test('two branches: layers follow the order in which the join takes them', (t) => {
  const [a, b] = [inputOf('a'), inputOf('b')];
  const [x, y] = [dense('x', a), dense('y', b)];
  const joined = layers.concatenate([x, y], { name: 'cat' });
  t.strictSame(names(model([a, b], dense('out', joined))), ['a', 'b', 'x', 'y', 'cat', 'out']);
  const swapped = layers.concatenate([y, x], { name: 'cat' });
  t.strictSame(names(model([a, b], dense('out', swapped))), ['b', 'a', 'y', 'x', 'cat', 'out']);
  t.end();
});

t.test('branches of different lengths: the deepest layers come first', (t) => {
  const a = inputOf('a');
  const [second, third] = [dense('d2', dense('d1', a)), dense('d3', a)];
  t.strictSame(names(model(a, layers.add([third, second], { name: 'add' }))), ['a', 'd1', 'd3', 'd2', 'add']);
  t.end();
});

t.test('a shared layer stands where its deepest call stands', (t) => {
  const [a, b] = [inputOf('a'), inputOf('b')];
  const deep = dense('D', b);
  const shared = layers.dense(2, { name: 'L' });
  const [first, second] = [shared(a), shared(deep)];
  const net = model([a, b], layers.concatenate([first, second], { name: 'cat' }));
  t.strictSame(names(net), ['b', 'a', 'D', 'L', 'cat']);
  t.equal(net.graphNodes.filter((node) => node.layer === shared).length, 2);
  t.equal(net.weights.filter((one) => one.name.startsWith('L/')).length, 2, 'its weights count once');
  t.end();
});

t.test('several outputs keep the order in which they are given; a record is sorted by its keys', (t) => {
  const a = inputOf('a');
  const hidden = dense('h', a);
  const [age, income, gender] = [dense('age', hidden), dense('inc', hidden), dense('gen', hidden)];
  t.strictSame(names(model(a, [age, income, gender])), ['a', 'h', 'age', 'inc', 'gen']);
  const record = model(a, { zz: age, mm: income, aa: gender });
  t.strictSame(names(record), ['a', 'h', 'gen', 'inc', 'age']);
  t.strictSame(record.outputNames, ['zz', 'mm', 'aa']);
  t.end();
});

t.test('an input that no output uses comes after the layers of the same depth that were visited later', (t) => {
  const [a, u] = [inputOf('a'), inputOf('u')];
  t.strictSame(names(model([a, u], dense('d', a))), ['a', 'u', 'd']);
  t.end();
});

t.test('a graph that reaches an undeclared input is refused, naming it and the declared ones', (t) => {
  const [a, b] = [inputOf('a'), inputOf('b')];
  const joined = layers.add([a, b]);
  t.throws(() => model(a, joined), ArgumentError);
  t.throws(() => model(a, joined), { message: /disconnected: the output depends on the input 'b', .*\(a\)/ });
  t.end();
});

t.test('two layers of one name are refused', (t) => {
  const a = inputOf('a');
  t.throws(() => model(a, dense('same', dense('same', a))), {
    message: /two layers are named 'same' \(Dense and Dense\)/,
  });
  t.end();
});

t.test('a graph of 5,000 layers neither overflows the stack nor loses its order', (t) => {
  const a = inputOf('a');
  let x = a;
  for (let i = 0; i < 5000; i++) x = layers.activation('linear', { name: `l${i}` })(x);
  const net = model(a, x);
  t.equal(net.layers.length, 5001);
  t.equal(net.layers[1]?.name, 'l0');
  t.equal(net.layers.at(-1)?.name, 'l4999');
  t.end();
});
