import t from 'tap';
import { computationOf } from '../../bench/engines/onnx/graphs.ts';
import { gatesReordered, permuted } from '../../bench/engines/onnx/layout.ts';
import { encodeModel } from '../../bench/engines/onnx/model.ts';
import { Message } from '../../bench/engines/onnx/protobuf.ts';
import { allWorkloads } from '../../bench/workloads/index.ts';

const workloads = allWorkloads(1);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

t.test("protobuf: the examples of its documentation, and a negative integer's ten bytes", async (t) => {
  t.equal(hex(new Message().integer(1, 150).toBytes()), '089601');
  t.equal(hex(new Message().text(2, 'testing').toBytes()), '120774657374696e67');
  t.equal(hex(new Message().message(3, new Message().integer(1, 150)).toBytes()), '1a03089601');
  t.equal(hex(new Message().integer(1, -2).toBytes()), '08feffffffffffffffff01');
  t.equal(hex(new Message().float(2, 1).toBytes()), '150000803f');
});

t.test('encodeModel: the bytes of a model with one node, its constant, its input and its output', async (t) => {
  const bytes = encodeModel({
    nodes: [
      { op: 'Add', inputs: ['x', 'c'], outputs: ['y'], attributes: { k: 3, n: 'v', p: [1, 2] }, floats: { f: 1 } },
    ],
    constants: [{ name: 'c', shape: [1], data: Float32Array.of(1) }],
    inputs: [{ name: 'x', shape: [300] }],
    outputs: ['y'],
  });
  const attributes = [
    '2a08' + '0a016b' + '1803' + 'a00102', // k: integer 3
    '2a09' + '0a016e' + '220176' + 'a00103', // n: string v
    '2a0a' + '0a0170' + '4001' + '4002' + 'a00107', // p: integers 1, 2
    '2a0b' + '0a0166' + '150000803f' + 'a00101', // f: float 1
  ].join('');
  const node = '0a0178' + '0a0163' + '120179' + '2203416464' + attributes;
  const tensor = '0801' + '1001' + '420163' + '4a040000803f';
  const input = '0a0178' + '120b' + '0a09' + '0801' + '1205' + '0a03' + '08ac02';
  const output = '0a0179' + '1204' + '0a02' + '0801';
  const sized = (tag: string, content: string): string =>
    tag + (content.length / 2).toString(16).padStart(2, '0') + content;
  const graph = sized('0a', node) + '120562656e6368' + sized('2a', tensor) + sized('5a', input) + sized('62', output);
  t.equal(hex(bytes), '0808' + sized('3a', graph) + '4204' + '0a00' + '1011');
});

t.test('encodeModel: a view of a larger buffer gives its own bytes only', async (t) => {
  const data = Float32Array.of(9, 1, 9).subarray(1, 2);
  const model = { nodes: [], inputs: [], outputs: [], constants: [{ name: 'c', shape: [1], data }] };
  t.match(hex(encodeModel(model)), '4a040000803f');
});

t.test('permuted: axes in another order, and back again', async (t) => {
  const x = { shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, i) => i) };
  const turned = permuted(x, [2, 0, 1]);
  t.same(turned.shape, [4, 2, 3]);
  // turned[c][a][b] = x[a][b][c]
  t.equal(turned.data[1 * 6 + 1 * 3 + 2], x.data[1 * 12 + 2 * 4 + 1]);
  t.same(permuted(turned, [1, 2, 0]), x);
});

t.test('gatesReordered: i, f, c, o become i, o, f, c', async (t) => {
  t.same(
    gatesReordered({ shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }).data,
    [1, 4, 2, 3, 5, 8, 6, 7],
  );
  t.same(gatesReordered({ shape: [8], data: Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4) }).data, [1, 1, 4, 4, 2, 2, 3, 3]);
});

t.test('an inference engine has graphs for what needs no gradient of a filter, no moments and no update', async (t) => {
  const kinds = new Set(workloads.filter((workload) => !computationOf(workload)).map(({ kind }) => kind));
  t.same([...kinds].toSorted(), ['batchNorm', 'cnn', 'conv2dFilterGrad', 'lstmGradients', 'lstmRegression', 'mlp']);
});

t.test('workloads have names of their own', async (t) => {
  t.equal(new Set(workloads.map(({ name }) => name)).size, workloads.length);
});
