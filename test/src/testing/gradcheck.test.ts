/** gradcheck passes right gradients, at both orders, and catches the usual wrong ones. */
import t from 'tap';
import { ArgumentError, GradientError } from '../../../src/errors.ts';
import { defineOp, stopGradient, type Op, type TensorLike } from '../../../src/ops/define-op.ts';
import {
  add,
  clip,
  exp,
  gather,
  matmul,
  mul,
  neg,
  pad,
  relu,
  reshape,
  reverse,
  sin,
  slice,
  square,
  sum,
  tanh,
  transpose,
} from '../../../src/ops/index.ts';
import type { InputGradient } from '../../../src/tape/tape.ts';
import { ones, tensor, type Tensor, zeros } from '../../../src/tensor/tensor.ts';
import { variable } from '../../../src/tensor/variable.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';

const x = tensor([
  [0.5, -1.25, 0.75],
  [1.5, 0.25, -0.5],
]);
const w = tensor([
  [0.25, -0.5],
  [1, 0.75],
  [-1.5, 0.5],
]);
const row = tensor([0.5, -0.25, 1]);

type Forward = (x: Tensor, y: Tensor) => Tensor;
type Rule = (x: Tensor, y: Tensor, dy: Tensor) => readonly InputGradient[];

/** An op of two inputs with a gradient that a test may get wrong. */
function withRule(
  name: string,
  forward: (x: Tensor, y: Tensor) => Tensor,
  rule: Rule,
): Op<[x: TensorLike, y: TensorLike]> {
  return defineOp<[x: TensorLike, y: TensorLike], Record<string, never>>({
    name,
    shape: ([x, y]) => forward(zeros(x), zeros(y)).shape,
    forward: ([x, y]) => forward(x, y),
    gradient: ({ inputs: [x, y], gradients: [dy] }) => rule(x, y, dy),
  });
}

t.test('right gradients pass far below the limit', (t) => {
  for (const [name, f, inputs] of [
    ['tanh', (x: Tensor) => tanh(x), [x]],
    ['a broadcast product', (x: Tensor, y: Tensor) => mul(x, y), [x, row]],
    ['a matrix product', (x: Tensor, w: Tensor) => matmul(x, w), [x, w]],
    ['a custom rule', withRule('product', mul, (x, y, dy) => [mul(dy, y), mul(dy, x)]), [x, x]],
  ] as const) {
    const { worstScore, checked } = gradcheck(f as (...inputs: Tensor[]) => Tensor, inputs);
    t.equal(
      checked,
      inputs.reduce((total, input) => total + input.size, 0),
      `${name}: every element is checked`,
    );
    t.ok(worstScore < 1e-8, `${name}: score ${worstScore}`);
  }
  t.end();
});

t.test('wrong gradients are caught', (t) => {
  const wrong: readonly [name: string, f: Op<[x: TensorLike, y: TensorLike]>, inputs: readonly [Tensor, Tensor]][] = [
    ['sign', withRule('sign', mul, (x, y, dy) => [neg(mul(dy, y)), mul(dy, x)]), [x, x]],
    ['factor two', withRule('factor', mul, (x, y, dy) => [mul(dy, y), mul(mul(dy, x), 2)]), [x, x]],
    [
      'a thousandth of a percent',
      withRule('slight', mul, (x, y, dy) => [mul(dy, y), mul(mul(dy, x), 1.00001)]),
      [x, x],
    ],
    ['missing input', withRule('missing', mul, (x, y, dy) => [mul(dy, y), undefined]), [x, x]],
    [
      'transposed operand',
      withRule('transposed', matmul, (x, y, dy) => [matmul(dy, y), matmul(transpose(x), dy)]),
      [square2(x), square2(w)],
    ],
    [
      'mean instead of sum over the stretched axis',
      withRule('mean', add, (_, __, dy) => [dy, mul(sum(dy, { axis: 0 }), 0.5)]),
      [x, row],
    ],
  ];
  for (const [name, f, inputs] of wrong) t.throws(() => gradcheck(f, inputs), GradientError, name);
  t.end();
});

t.test('a missing sum over a broadcast axis is refused by the tape, which names the op', (t) => {
  const unsummed = withRule('unsummed', add, (_, __, dy) => [dy, dy]);
  t.throws(() => gradcheck(unsummed, [x, row]), {
    name: 'ShapeError',
    message: /gradient of 'unsummed'.*Sum over the stretched axes/,
  });
  t.end();
});

t.test('the error names input, element, both values and the score', (t) => {
  const wrong = withRule('wrong', mul, (x, y, dy) => [mul(dy, y), neg(mul(dy, x))]);
  t.throws(() => gradcheck(wrong, [x, x]), {
    name: 'GradientError',
    message:
      /the gradient of input 1 \(shape \[2, 3\]\) at element \[0, 0\] is .*, central differences give .* \(score .*, limit 1e-7\)/,
  });
  t.end();
});

t.test('order 2 checks the gradient of the gradient', (t) => {
  t.ok(gradcheck((x: Tensor) => mul(sin(x), exp(x)), [x], { order: 2 }).worstScore < 1e-8);
  t.equal(gradcheck((x: Tensor) => tanh(x), [x], { order: 2 }).checked, 12, 'six derivatives of each order');
  // Right as a value, but its own derivative is lost.
  const hidden = withRule(
    'hidden',
    (x) => square(x),
    (x, _, dy) => [mul(dy, mul(stopGradient(x), 2)), undefined],
  );
  t.doesNotThrow(() => gradcheck((x: Tensor) => hidden(x, 0), [x]), 'the first order cannot tell');
  t.throws(() => gradcheck((x: Tensor) => hidden(x, 0), [x], { order: 2 }), {
    name: 'GradientError',
    message: /the second derivative of input 0/,
  });
  t.end();
});

t.test('large inputs are checked along three directions, and errors are still found', (t) => {
  const large = tensor(
    Float64Array.from({ length: 100 }, (_, i) => Math.sin(i)),
    [10, 10],
  );
  t.equal(gradcheck((x: Tensor) => tanh(x), [large]).checked, 3);
  const wrong = withRule('large', mul, (_, y, dy) => [mul(mul(dy, y), 1.001), undefined]);
  t.throws(() => gradcheck((x: Tensor) => wrong(x, 2), [large]), /random direction 1/);
  t.end();
});

t.test('several outputs, empty inputs, scalars and values that float32 cannot hold', (t) => {
  t.doesNotThrow(() => gradcheck((x: Tensor) => [tanh(x), sum(square(x))], [x]));
  t.same(
    gradcheck((x: Tensor) => mul(x, 2), [zeros([0, 3])]),
    { worstScore: 0, checked: 0, moved: 0, leftOut: [] },
  );
  t.equal(gradcheck((x: Tensor) => exp(x), [tensor(0.1)]).checked, 1);
  t.end();
});

t.test('variables are read and left alone', async (t) => {
  const counter = variable(tensor([3]));
  const f = (x: Tensor): Tensor => {
    counter.assign(add(counter.value, 1));
    return mul(x, counter.value);
  };
  t.ok(gradcheck(f, [row]).worstScore < 1e-9, 'the function is the same at every evaluation');
  t.strictSame([...(await counter.read()).data], [3]);
});

t.test('a point at a kink is moved, and wrong gradients beside one are still found', (t) => {
  const atKinks = tensor([0, 0.5, -1, 0]);
  const { worstScore, checked, moved } = gradcheck((x: Tensor) => relu(x), [atKinks]);
  t.ok(worstScore < 1e-8);
  t.strictSame({ checked, moved }, { checked: 4, moved: 1 });
  t.equal(gradcheck((x: Tensor) => clip(x, 0, 1), [tensor([1, 0.5])]).moved, 1, 'a bound');
  t.equal(gradcheck((x: Tensor) => tanh(x), [atKinks]).moved, 0, 'a smooth function stays where it is');
  const wrong = withRule(
    'wrongRelu',
    (x) => relu(x),
    (_, __, dy) => [mul(dy, 0.5), undefined],
  );
  t.throws(() => gradcheck((x: Tensor) => wrong(x, 0), [atKinks]), GradientError);
  t.end();
});

t.test('constants and indices are left out', (t) => {
  const indices = tensor([1, 0, 1]);
  const report = gradcheck((x: Tensor, which: Tensor) => gather(x, which), [x, indices]);
  t.strictSame(report.leftOut, [1], 'indices take no fractions');
  t.equal(report.checked, x.size);
  const labels = tensor([[1, 0, 1]]);
  const half = withRule('labelled', mul, (_, y, dy) => [mul(dy, y), undefined]);
  t.throws(() => gradcheck(half, [x, labels]), GradientError);
  t.strictSame(gradcheck(half, [x, labels], { constants: [1] }).leftOut, [1]);
  t.throws(() => gradcheck(half, [x, labels], { constants: [2] }), {
    name: 'ArgumentError',
    message: /constants is \[2\]. Name inputs by their positions, 0 to 1/,
  });
  t.end();
});

t.test('the error says what usually causes such a pattern, and ends with a test to paste', (t) => {
  const [left, right] = [square2(x), square2(w)];
  const patterns: readonly [cause: RegExp, rule: Rule, forward?: Forward, inputs?: readonly Tensor[]][] = [
    [/every value has the wrong sign/i, (_, y, dy) => [neg(mul(dy, y)), undefined]],
    [/every value is twice the right one/i, (_, y, dy) => [mul(dy, mul(y, 2)), undefined]],
    [/half the right one/, (_, y, dy) => [mul(dy, mul(y, 0.5)), undefined]],
    [
      /1\/4 of the right one, as if a sum over 4 elements were a mean/,
      (_, y, dy) => [mul(dy, mul(y, 0.25)), undefined],
    ],
    [/1.1 times the right one/, (_, y, dy) => [mul(dy, mul(y, 1.1)), undefined]],
    [/gives this input no gradient/, () => [undefined, undefined]],
    [/right if input 1 were transposed/, (_, y, dy) => [matmul(dy, y), undefined], matmul],
    [/axes 0 and 1 exchanged/, (_, y, dy) => [transpose(mul(dy, y)), undefined]],
    [/in reverse along axis 1/, (_, y, dy) => [reverse(mul(dy, y), { axis: 1 }), undefined]],
    [
      /moved by one along axis 1/,
      (_, y, dy) => [
        pad(slice(mul(dy, y), [0, 1], [-1, -1]), {
          paddings: [
            [0, 0],
            [0, 1],
          ],
        }),
        undefined,
      ],
      mul,
      [x, x],
    ],
    [
      /Only index 0 of axis 0 of the output counts: a sum over that axis is missing/,
      (x, y, dy) => [reshape(slice(mul(dy, y), [0, 0], [1, 3]), [3]), undefined],
      mul,
      [row, x],
    ],
    [
      /the sum of the right ones along axis 1/,
      (_, y, dy) => [mul(sum(mul(dy, y), { axis: 1, keepDims: true }), ones([2, 2])), undefined],
    ],
    [
      /1 of 4 elements are wrong, all at index 1 of axis 0 \(size 2\): look at the padding/,
      (_, y, dy) => [
        mul(
          mul(dy, y),
          tensor([
            [1, 1],
            [1, 3],
          ]),
        ),
        undefined,
      ],
    ],
  ];
  for (const [cause, rule, forward = mul, inputs = [left, right]] of patterns) {
    const wrong = withRule('wrong', forward, rule);
    const first = inputs[0] as Tensor;
    t.throws(() => gradcheck((x: Tensor) => wrong(x, inputs[1] as Tensor), [first]), { name: 'GradientError' });
    t.throws(() => gradcheck(wrong, [first, inputs[1] as Tensor]), { message: cause }, String(cause));
  }
  t.throws(
    () =>
      gradcheck(
        (x: Tensor) => withRule('sign', mul, (_, y, dy) => [neg(mul(dy, y)), undefined])(x, 2),
        [tensor([0.5, 0.1])],
      ),
    {
      message: /As a test:\n\n {2}gradcheck\(\(x\) => .*, \[tensor\(\[0.5, 0.1\], \[2\]\)\]\);$/,
    },
  );
  t.end();
});

t.test('NaN is no right gradient, and an async function is refused', (t) => {
  t.throws(() => gradcheck((x: Tensor) => mul(x, NaN), [row]), GradientError);
  t.throws(() => gradcheck((async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor, [row]), ArgumentError);
  t.end();
});

function square2(value: Tensor): Tensor {
  return tensor(Float64Array.from(value.data.slice(0, 4)), [2, 2]);
}
