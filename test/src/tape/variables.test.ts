/** Variables inside compiled and differentiated functions: an assignment is an ordered effect of every run. */
import t from 'tap';
import { add, matmul, mul, neg, reshape, square, sub, sum, transpose } from '../../../src/ops/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { grad, valueAndGrad } from '../../../src/tape/grad.ts';
import { tensor, type NestedArray, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';

const valueOf = async (one: Variable): Promise<NestedArray> => (await one.read()).toArray();

t.test('a counter counts runs', async (t) => {
  const counter = variable(tensor([0]));
  const step = compile(() => counter.assign(add(counter.value, 1)));
  for (let run = 1; run <= 3; run++) {
    await step();
    t.strictSame(await valueOf(counter), [run]);
  }
  counter.assign(tensor([10]));
  await step();
  t.strictSame(await valueOf(counter), [11], 'an assignment from outside is seen by the next run');
});

t.test('runs that are not awaited happen in order', async (t) => {
  const state = variable(tensor([1]));
  const double = compile(() => state.assign(mul(state.value, 2)));
  const increment = compile(() => state.assign(add(state.value, 1)));
  await Promise.all([double(), increment(), double(), increment()]);
  t.strictSame(await valueOf(state), [7]);
});

t.test('a read after an assignment sees it, one before does not', async (t) => {
  const state = variable(tensor([1, 2]));
  const step = compile(() => {
    const before = add(state.value, 0);
    state.assign(mul(state.value, 10));
    const after = add(state.value, 1);
    state.assign(neg(state.value));
    return [before, after, state.value];
  });
  const results = await step();
  t.strictSame(
    results.map((one) => one.toArray()),
    [
      [1, 2],
      [11, 21],
      [-10, -20],
    ],
  );
  t.strictSame(await valueOf(state), [-10, -20]);
});

t.test('the old value itself can be returned beside an assignment', async (t) => {
  const state = variable(tensor([[1, 2]]));
  const step = compile(() => {
    const old = state.value;
    const flat = reshape(old, [2]);
    state.assign(add(old, 1));
    return { old, flat };
  });
  const { old, flat } = await step();
  t.strictSame([old.toArray(), flat.toArray()], [[[1, 2]], [1, 2]]);
  t.strictSame((await step()).old.toArray(), [[2, 3]]);
  t.strictSame(await valueOf(state), [[3, 4]]);
});

t.test('two variables swap, three rotate', async (t) => {
  const [a, b, c] = [variable(tensor([1])), variable(tensor([2])), variable(tensor([3]))];
  const swap = compile(() => {
    const old = a.value;
    a.assign(b.value);
    b.assign(old);
  });
  await swap();
  t.strictSame([await valueOf(a), await valueOf(b)], [[2], [1]]);
  const rotate = compile(() => {
    const first = a.value;
    a.assign(b.value);
    b.assign(c.value);
    c.assign(first);
    return first;
  });
  t.strictSame((await rotate()).toArray(), [2]);
  t.strictSame([await valueOf(a), await valueOf(b), await valueOf(c)], [[1], [3], [2]]);
});

t.test('one value can go to several variables, and constants and arguments to any', async (t) => {
  const [a, b, c, d] = [variable(tensor([0])), variable(tensor([0])), variable(tensor([0])), variable(tensor([0]))];
  const step = compile((x: Tensor) => {
    const y = square(x);
    a.assign(y);
    b.assign(y);
    c.assign(x);
    d.assign(tensor([7]));
    return y;
  });
  t.strictSame((await step(tensor([3]))).toArray(), [9]);
  t.strictSame(await Promise.all([a, b, c, d].map(valueOf)), [[9], [9], [3], [7]]);
});

t.test('a value whose making reads the old one all over is not made in its place', async (t) => {
  const w = variable(
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  const step = compile(() => w.assign(matmul(w.value, transpose(w.value))));
  await step();
  t.strictSame(await valueOf(w), [
    [5, 11],
    [11, 25],
  ]);
  const twice = compile(() => {
    const old = w.value;
    w.assign(mul(old, 2));
    return sub(w.value, old);
  });
  t.strictSame(
    (await twice()).toArray(),
    [
      [5, 11],
      [11, 25],
    ],
    'the old value is read after the new one was made',
  );
});

t.test('what was assigned to itself, or never read, is as it should be', async (t) => {
  const state = variable(tensor([5]));
  await compile(() => state.assign(state.value))();
  t.strictSame(await valueOf(state), [5]);
  await compile((x: Tensor) => state.assign(reshape(x, [1])))(tensor([[6]]));
  t.strictSame(await valueOf(state), [6]);
});

t.test('gradient descent in one program: the gradient is taken at the old value, the update is in place', async (t) => {
  const w = variable(tensor([4, -8]));
  const step = compile(() => {
    const [loss, [gradient]] = valueAndGrad(() => sum(square(w.value)), [w]);
    w.assign(sub(w.value, mul(gradient as Tensor, 0.25)));
    return loss;
  });
  const losses = [(await step()).item(), (await step()).item()];
  t.strictSame(losses, [80, 20]);
  t.strictSame(await valueOf(w), [1, -2]);
  t.equal(
    step
      .program()
      .toString()
      .split('\n')
      .filter((line) => line.includes('<-')).length,
    0,
    'nothing is copied',
  );
});

t.test('a variable read before valueAndGrad is a constant in it, compiled or not', async (t) => {
  const w = variable(tensor([3]));
  const f = (): readonly Tensor[] => {
    const before = w.value;
    return valueAndGrad(() => sum(mul(before, square(w.value))), [w])[1];
  };
  t.strictSame(f()[0]?.toArray(), [18]);
  t.strictSame((await compile(f)())[0]?.toArray(), [18]);
});

t.test('a gradient with respect to a variable that was assigned before, compiled or not', async (t) => {
  const w = variable(tensor([1]));
  const f = (x: Tensor): readonly Tensor[] => {
    w.assign(tensor([5]));
    const [, [plain]] = valueAndGrad(() => sum(square(w.value)), [w]);
    w.assign(mul(w.value, x));
    const [, [computed]] = valueAndGrad(() => sum(square(w.value)), [w]);
    return [plain as Tensor, computed as Tensor];
  };
  const inside = (x: Tensor): readonly Tensor[] => {
    let found: readonly Tensor[] = [];
    const outer = grad((y: Tensor) => {
      found = f(y);
      return sum(mul(found[1] as Tensor, 1));
    })(x);
    return [...found, outer];
  };
  for (const run of [inside, compile(inside)]) {
    t.strictSame(
      (await run(tensor([2]))).map((one) => [...one.data]),
      [[10], [20], [10]],
    );
  }
});

t.test('an assignment of another shape is refused', (t) => {
  const w = variable(tensor([1, 2]), { name: 'kernel' });
  t.throws(() => w.assign(tensor([1])), {
    name: 'ShapeError',
    message: /variable 'kernel': cannot assign a tensor of shape \[1\]/,
  });
  t.end();
});

t.test('an eager assignment inside a differentiated function happens, and is seen', (t) => {
  const state = variable(tensor([1]));
  const [value] = valueAndGrad((x: Tensor) => {
    state.assign(mul(state.value, 5));
    return sum(mul(x, state.value));
  })(tensor([2]));
  t.equal(value.item(), 10);
  t.strictSame([...state.data], [5]);
  t.end();
});
