/** Random straight-line programs over small tensors and a few variables, as data that fast-check draws and shrinks. */
import fc from 'fast-check';
import {
  add,
  max,
  maximum,
  matmul,
  mean,
  momentumUpdate,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  tanh,
  transpose,
} from '../../../src/ops/index.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { ones, tensor, zeros, type Tensor } from '../../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../../src/tensor/variable.ts';

const VARIABLES = 3;

const WIDE = tensor(Float32Array.from({ length: 12 }, (_, i) => ((i * 7) % 12) / 4 - 1));
const LONG = tensor(Float32Array.from({ length: 35 }, (_, i) => ((i * 11) % 35) / 8 - 2));

type LineKind = (a: Tensor, b: Tensor, own: Variable, other: Variable) => Tensor | undefined | void;

/** Every value has 1, 4 or 16 elements; this makes 4 of them, in the shape that is wanted. */
function fit(x: Tensor, shape: readonly number[]): Tensor {
  if (x.size === 4) return reshape(x, shape);
  if (x.size === 16) return reshape(sum(reshape(x, [4, 4]), { axis: 0 }), shape);
  return mul(ones(shape), reshape(x, []));
}

/** What a line does with two earlier values and a number. Values stay in a pool that later lines pick from. */
const lines: Readonly<Record<string, LineKind>> = {
  add: (a, b) => add(fit(a, [4]), fit(b, [4])),
  sub: (a, b) => sub(fit(a, [2, 2]), fit(b, [1, 2, 2])),
  maximum: (a, b) => maximum(fit(a, [4]), fit(b, [1, 4])),
  outer: (a, b) => mul(fit(a, [4, 1]), fit(b, [4])),
  scale: (a, b) => mul(a, sum(b)),
  twice: (a) => mul(a, a),
  tanh: (a) => tanh(a),
  neg: (a) => neg(a),
  sum: (a) => sum(a),
  // Rows that a chain folds as it computes them: of whole vectors, of whole and partial ones, and all in one.
  rowSums: (a) => sum(square(mul(fit(a, [4, 1]), WIDE)), { axis: 1 }),
  rowMeans: (a, b) => mean(sub(mul(fit(a, [2, 2, 1]), LONG), fit(b, [2, 2, 1])), { axis: -1, keepDims: true }),
  spread: (a) => {
    const wide = tanh(mul(fit(a, [4, 1]), LONG));
    return sub(max(neg(wide), { axis: 1 }), mean(wide));
  },
  meanSquare: (a, b) => mean(square(sub(fit(a, [4, 1]), fit(b, [4])))),
  rows: (a) => reshape(a, a.size === 16 ? [2, 8] : [a.size, 1]),
  transpose: (a) => transpose(fit(a, [2, 2])),
  matmul: (a, b) => matmul(fit(a, [2, 2]), fit(b, [2, 2])),
  dead: (a, b) => {
    matmul(tanh(fit(a, [4, 1])), fit(b, [1, 4]));
    return undefined;
  },
  read: (_a, _b, own) => own.value,
  assign: (a, _b, own) => own.assign(fit(tanh(a), own.shape)),
  assignAsIs: (a, _b, own) => own.assign(fit(a, own.shape)),
  increment: (_a, _b, own) => own.assign(add(own.value, 0.25)),
  squareOwn: (_a, _b, own) => own.assign(tanh(matmul(own.value, own.value))),
  copy: (_a, _b, own, other) => own.assign(other.value),
  swap: (_a, _b, own, other) => {
    const old = own.value;
    own.assign(other.value);
    other.assign(old);
    return undefined;
  },
  descend: (a, _b, own) => {
    const [loss, [gradient]] = valueAndGrad(() => sum(square(tanh(matmul(own.value, fit(a, [2, 2]))))), [own]);
    own.assign(sub(own.value, mul(gradient as Tensor, 0.1)));
    return loss;
  },
  momentum: (a, _b, own, other) => {
    if (own === other) return undefined;
    const next = momentumUpdate(own, fit(a, own.shape), 0.1, other, { momentum: 0.5 });
    own.assign(next.variable);
    other.assign(next.velocity);
    return next.velocity;
  },
  // One value in two roles, only one of which the kernel may overwrite.
  shared: (a, b) => {
    const both = tanh(fit(b, [4]));
    return momentumUpdate(tanh(fit(a, [4])), both, 0.1, both, { momentum: 0.5 }).velocity;
  },
};

/** One line: its kind and which earlier values and variables it takes, counted from the last and wrapping around. */
interface Line {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  readonly own: number;
  readonly other: number;
}

export interface RandomProgram {
  readonly lines: readonly Line[];
  /** Which values are returned. */
  readonly results: readonly number[];
}

const line: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom(...Object.keys(lines)),
  a: fc.nat(5),
  b: fc.nat(5),
  own: fc.nat(VARIABLES - 1),
  other: fc.nat(VARIABLES - 1),
});

export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 14 }),
  results: fc.array(fc.nat(11), { maxLength: 4 }),
});

/** New variables with the same first values each time. */
export function makeVariables(): readonly Variable[] {
  return Array.from({ length: VARIABLES }, (_, number) =>
    variable(
      tensor(
        Float32Array.from([0.5, -0.25, 0.125, 1], (value) => value * (number + 1)),
        [2, 2],
      ),
      { name: `v${number}` },
    ),
  );
}

/** The arguments of one run. */
export function makeArguments(run: number): readonly Tensor[] {
  return [
    tensor([0.5 + run, -0.75, 0.25, 1]),
    tensor([
      [0.3, -run],
      [0.7, -0.1],
    ]),
  ];
}

/** The program as a function. It may be run eagerly, traced or compiled. */
export function interpret(
  program: RandomProgram,
  variables: readonly Variable[],
  args: readonly Tensor[],
): readonly Tensor[] {
  const pool: Tensor[] = [...args];
  const pick = (back: number): Tensor =>
    pool[(pool.length - 1 - (back % pool.length) + pool.length) % pool.length] ?? zeros([4]);
  for (const { kind, a, b, own, other } of program.lines) {
    const value = lines[kind]?.(pick(a), pick(b), variables[own] as Variable, variables[other] as Variable);
    if (value) pool.push(value);
  }
  return program.results.map(pick);
}
