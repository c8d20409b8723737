/** grad and valueAndGrad against derivatives known in closed form, nested and of several arguments. */
import t from 'tap';
import { ArgumentError, ShapeError } from '../../../src/errors.ts';
import { stopGradient } from '../../../src/ops/define-op.ts';
import { add, exp, matmul, mul, reshape, sin, square, sum, tanh } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { grad, valueAndGrad } from '../../../src/tape/grad.ts';
import { Tape } from '../../../src/tape/tape.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';

const cube = (x: Tensor): Tensor => sum(mul(x, square(x)));

t.test('grad gives the gradient with respect to the first argument, a plain tensor of its shape', (t) => {
  const gradient = grad((x: Tensor, y: Tensor) => sum(mul(square(x), y)))(tensor([1, 2, 3]), tensor([1, 10, 100]));
  t.strictSame(gradient.toArray(), [2, 40, 600]);
  t.equal(gradient.tape, undefined, 'no tape is left on it');
  t.end();
});

t.test('argnums names the arguments; a list gives a list', (t) => {
  const f = (x: Tensor, y: Tensor): Tensor => sum(mul(x, square(y)));
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];
  t.strictSame(grad(f, { argnums: 1 })(x, y).toArray(), [6, 16]);
  const both = grad(f, { argnums: [1, 0] })(x, y);
  t.strictSame(
    both.map((one) => one.toArray()),
    [
      [6, 16],
      [9, 16],
    ],
  );
  t.throws(() => grad(f, { argnums: 2 as number })(x, y), {
    name: 'ArgumentError',
    message: /argument 2 is not a tensor \(missing\)/,
  });
  t.end();
});

t.test('valueAndGrad gives both; an argument used twice collects both ways', (t) => {
  const [value, gradient] = valueAndGrad((x: Tensor) => sum(add(mul(x, x), x)))(tensor([1, -2]));
  t.equal(value.item(), 4);
  t.strictSame(gradient.toArray(), [3, -3]);
  t.end();
});

t.test('derivatives of derivatives: x³ has 3x², 6x, 6 and 0', (t) => {
  const first = grad(cube);
  const second = grad((x: Tensor) => sum(first(x)));
  const third = grad((x: Tensor) => sum(second(x)));
  const fourth = grad((x: Tensor) => sum(third(x)));
  const x = tensor([0.5, -2]);
  t.strictSame(first(x).toArray(), [0.75, 12]);
  t.strictSame(second(x).toArray(), [3, -12]);
  t.strictSame(third(x).toArray(), [6, 6]);
  t.strictSame(fourth(x).toArray(), [0, 0]);
  t.end();
});

t.test('a derivative inside a differentiated function: d/dx of x · (d/dy of x y² at y = x) is 6x²', (t) => {
  const inner = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => sum(mul(x, square(y))))(x));
  t.strictSame(grad((x: Tensor) => sum(inner(x)))(tensor([2])).toArray(), [24]);
  t.end();
});

t.test('a Hessian-vector product is the gradient of <gradient, vector>', (t) => {
  const a = tensor([
    [2, 1],
    [1, 3],
  ]);
  const v = tensor([[1], [-1]]);
  const quadratic = (x: Tensor): Tensor => sum(mul(x, matmul(a, x)));
  const product = grad((x: Tensor) => sum(mul(grad(quadratic)(x), v)))(tensor([[5], [7]]));
  t.strictSame(product.toArray(), [[2], [-4]], '2 A v');
  t.end();
});

t.test('compiled derivatives of any order equal the eager ones', async (t) => {
  const f = (x: Tensor): Tensor => sum(mul(sin(x), exp(tanh(x))));
  const second = grad((x: Tensor) => sum(grad(f)(x)));
  const x = tensor([0.3, -1.7, 2]);
  t.strictSame((await compile(second)(x)).data, second(x).data);
});

t.test('gradients with respect to variables, in the order of the list; unused ones get zeros', async (t) => {
  const [w, b, unused] = [variable(tensor([2, 3])), variable(tensor(1)), variable(tensor([[9]]))];
  const loss = (): Tensor => sum(add(square(w.value), b.value));
  const step = compile(() => valueAndGrad(loss, [b, w, unused]) as readonly [Tensor, readonly Tensor[]]);
  const [value, gradients] = await step();
  t.equal(value.item(), 15);
  t.strictSame(
    gradients.map((one) => one.toArray()),
    [2, [4, 6], [[0]]],
  );
});

t.test('no gradient flows through stopGradient, and zeros come where nothing depends on the argument', (t) => {
  t.strictSame(grad((x: Tensor) => sum(mul(x, stopGradient(x))))(tensor([3])).toArray(), [3]);
  t.strictSame(grad<[Tensor]>(() => tensor(1))(tensor([3, 4])).toArray(), [0, 0]);
  t.strictSame(grad((x: Tensor) => reshape(x, []))(tensor([3])).toArray(), [1], 'an alias alone');
  t.end();
});

t.test('only a scalar has a gradient', (t) => {
  t.throws(() => grad((x: Tensor) => square(x))(tensor([1, 2])), {
    name: 'ShapeError',
    message: /returned the shape \[2\].*ops\.sum\(\)/,
  });
  t.throws(() => grad((() => 3) as unknown as (x: Tensor) => Tensor)(tensor([1])), ArgumentError);
  t.throws(() => grad((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor)(tensor([1])), ArgumentError);
  const tape = new Tape();
  const x = tape.watch(tensor([1, 2]));
  t.throws(() => tape.gradient(square(x), [x]), ShapeError);
  t.end();
});

t.test('a chain of 20,000 ops needs no stack', (t) => {
  const deep = (x: Tensor): Tensor => {
    let y = x;
    for (let i = 0; i < 20_000; i++) y = add(y, x);
    return sum(y);
  };
  t.strictSame(grad(deep)(tensor([1])).toArray(), [20_001]);
  t.end();
});
