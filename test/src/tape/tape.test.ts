/** The long form of differentiation, and what a tape refuses. */
import t from 'tap';
import { ArgumentError } from '../../../src/errors.ts';
import { add, matmul, mul, square, sum } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { grad } from '../../../src/tape/grad.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';

t.test('a tape gives gradients of anything computed from what it watched', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([1, 2]));
  const y = square(x);
  const z = sum(mul(y, 3));
  t.strictSame(
    tape.gradient(z, [x, y]).map((one) => one.toArray()),
    [
      [6, 12],
      [3, 3],
    ],
    'intermediate values are sources too',
  );
  t.end();
});

t.test('a source that the target is made of: the target itself has gradient 1', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([4]));
  t.strictSame(
    tape.gradient(x, [x]).map((one) => one.toArray()),
    [[1]],
  );
  t.end();
});

t.test('outputGradient weighs a target that is no scalar', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([1, 2]));
  const [gradient] = tape.gradient(square(x), [x], { outputGradient: tensor([1, 10]) });
  t.strictSame(gradient?.toArray(), [2, 40]);
  t.throws(() => tape.gradient(square(x), [x], { outputGradient: tensor([1, 2, 3]) }), {
    name: 'ShapeError',
    message: /outputGradient has the shape \[3\]/,
  });
  t.end();
});

t.test('gradients are on the tape: they can be differentiated again, several times', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([2]));
  const [first] = tape.gradient(sum(mul(x, square(x))), [x]) as [Tensor];
  const [second] = tape.gradient(sum(first), [x]) as [Tensor];
  t.strictSame(second.toArray(), [12]);
  t.strictSame(tape.gradient(sum(second), [x])[0]?.toArray(), [6]);
  t.end();
});

t.test('grad of a watched argument joins its tape', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([3]));
  const gradient = grad((y: Tensor) => sum(mul(y, square(y))))(x);
  t.strictSame(gradient.toArray(), [27]);
  t.strictSame(tape.gradient(sum(gradient), [x])[0]?.toArray(), [18], 'and is differentiated on');
  t.end();
});

t.test('a variable is watched with the value it has', (t) => {
  const w = variable(tensor([2, 3]));
  const tape = new Tape();
  const x = tape.watch(w);
  const loss = sum(square(x));
  t.strictSame(
    tape.gradient(loss, [w]).map((one) => one.toArray()),
    [[4, 6]],
  );
  t.end();
});

t.test('tensors of two tapes do not mix', (t) => {
  const [one, other] = [new Tape(), new Tape()];
  const [x, y] = [one.watch(tensor([1])), other.watch(tensor([2]))];
  t.throws(() => add(x, y), { name: 'ArgumentError', message: /^add: a tensor belongs to another tape/ });
  t.throws(() => other.watch(x), { name: 'ArgumentError', message: /another tape/ });
  t.throws(() => other.gradient(sum(x), [y]), { name: 'ArgumentError', message: /another tape/ });
  t.throws(() => grad((z: Tensor) => sum(mul(z, x)))(tensor([1])), { name: 'ArgumentError', message: /another tape/ });
  t.end();
});

t.test('a traced tensor that escaped its function is refused elsewhere', async (t) => {
  const escaped: Tensor[] = [];
  const w = variable(tensor([1]));
  await compile((x: Tensor) => {
    escaped.push(x);
    return square(x);
  })(tensor([1]));
  const [leaked] = escaped as [Tensor];
  await t.rejects(compile((x: Tensor) => add(x, leaked))(tensor([1])), {
    name: 'ArgumentError',
    message: /another tape/,
  });
  await t.rejects(compile(() => w.assign(leaked))(), { name: 'ArgumentError', message: /another tape/ });
  t.throws(() => leaked.data, ArgumentError);
});

t.test('a gradient with respect to something unwatched is refused', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([1]));
  t.throws(() => tape.gradient(sum(x), [tensor([1])]), { name: 'ArgumentError', message: /Watch it first/ });
  t.end();
});

t.test('eager ops that watch nothing leave no node; watched ones leave one each', (t) => {
  const tape = new Tape();
  const x = tape.watch(tensor([[1, 2]]));
  const before = tape.nodes.length;
  mul(tensor([1]), 2);
  t.equal(tape.nodes.length, before);
  matmul(x, tensor([[1], [1]]));
  t.equal(tape.nodes.length, before + 1);
  t.end();
});
