/** Ops as methods. */
import t from 'tap';
import '../../../src/ops/methods.ts';
import type { SymbolicMethods } from '../../../src/ops/methods.ts';
import { Symbolic, type DeferredCall } from '../../../src/tensor/symbolic.ts';
import { tensor, zeros, Tensor } from '../../../src/tensor/tensor.ts';

t.test('methods chain and take what the ops take', (t) => {
  const a = tensor([
    [1, 2],
    [3, 4],
  ]);
  t.strictSame(a.add(1).mul(a).toArray(), [
    [2, 6],
    [12, 20],
  ]);
  t.strictSame(a.matmul(a, { transposeB: true }).toArray(), [
    [5, 11],
    [11, 25],
  ]);
  t.strictSame(a.sum({ axis: 0 }).toArray(), [4, 6]);
  t.equal(a.mean().item(), 2.5);
  t.strictSame(a.transpose().reshape([-1]).slice([1]).toArray(), [3, 2, 4]);
  t.strictSame(a.sub(2).relu().pow(2).toArray(), [
    [0, 0],
    [1, 4],
  ]);
  t.equal(
    zeros([2])
      .tanh()
      .add(zeros([2]).softmax())
      .mean()
      .item(),
    0.5,
  );
  t.end();
});

t.test('methods do not show among the keys of a tensor', (t) => {
  t.strictSame(Object.keys(Tensor.prototype), []);
  t.end();
});

interface Recorder extends SymbolicMethods<Recorder> {}

class Recorder extends Symbolic {
  readonly shape = [null, 2];
  readonly calls: DeferredCall[] = [];
  override applyDeferred(deferred: DeferredCall): Symbolic {
    this.calls.push(deferred);
    return this;
  }
}

t.test('a symbolic tensor is handed the op, which runs when tensors come', (t) => {
  const x = new Recorder();
  x.mul(2).softmax({ axis: 0 }).sum({ axis: 1 });
  t.strictSame(
    x.calls.map(({ name }) => name),
    ['mul', 'transpose', 'softmax', 'transpose', 'sum'],
  );
  t.strictSame(x.calls[0]?.inputs, [x, 2]);
  t.strictSame(x.calls[0]?.call([tensor([1, 2]), 2]).toArray(), [2, 4]);
  t.end();
});
