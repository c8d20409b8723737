/** Rows of the optimizers' updates: no gradient flows through them. */
import fc from 'fast-check';
import { adamUpdate, momentumUpdate, rmspropUpdate, sgdUpdate } from '../../../../src/ops/optimizer-updates.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { filled, filledList } from '../../../../src/testing/arbitraries/filled.ts';
import { shapesOrEmpty } from '../../../../src/testing/arbitraries/sizes.ts';
import { positiveDouble, scaledDouble, smallInteger } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';
import { callCase } from './call-case.ts';

const noGradient = 'an update is not differentiated';
const COVERS = { rank: [0, 1, 2, 3], size: [0, 1, 2, 3, 4] };

/** A variable, its gradient, a learning rate and so many states; squares are not negative. */
const drawn = (states: number, value?: fc.Arbitrary<number>): fc.Arbitrary<readonly Tensor[]> =>
  filled(
    filledList(shapesOrEmpty(0, 3), (shape) => new Array<Shape>(states).fill(shape), value ?? positiveDouble()),
    {
      variable: { values: value ?? scaledDouble(), shape: ([, shape]) => shape },
      gradient: { values: value ?? scaledDouble(), shape: ([, shape]) => shape },
      rate: { values: value ?? positiveDouble(), shape: () => [] },
    },
  ).map(({ drawn: [states], tensors: { variable, gradient, rate } }) => [variable, gradient, rate, ...states]);

const sgdCase = (value?: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  drawn(0, value).map((inputs): OpCase => ({
    inputs,
    call: (variable, gradient, rate) => sgdUpdate(variable, gradient, rate),
    expected: () => {
      const [variable, gradient, rate] = inputs as readonly [Tensor, Tensor, Tensor];
      return variable.data.map((weight, index) => weight - rate.item() * (gradient.data[index] ?? NaN));
    },
  }));

const momentumCase = (value?: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  fc.record({ inputs: drawn(1, value), nesterov: fc.boolean() }).map(({ inputs, nesterov }): OpCase => {
    const momentum = value ? 2 : 0.75;
    return {
      inputs,
      call: (variable, gradient, rate, velocity) => {
        const next = momentumUpdate(variable, gradient, rate, velocity, { momentum, nesterov });
        return [next.variable, next.velocity];
      },
      options: { momentum, nesterov },
      code: `Object.values(momentumUpdate(a, b, c, d, ${optionsCode({ momentum, nesterov })}))`,
      expected: () => {
        const [variable, gradient, rate, velocity] = inputs as readonly [Tensor, Tensor, Tensor, Tensor];
        return variable.data.map((weight, index) => {
          const step = rate.item() * (gradient.data[index] ?? NaN);
          const next = momentum * (velocity.data[index] ?? NaN) - step;
          return nesterov ? weight + momentum * next - step : weight + next;
        });
      },
    };
  });

// The moving mean of the squares is kept above the square of the moving mean of the gradient by a large epsilon.
const rmspropCase: fc.Arbitrary<OpCase> = fc
  .record({ inputs: drawn(3), moving: fc.boolean(), centered: fc.boolean() })
  .map(({ inputs, moving, centered }): OpCase => {
    const [variable, gradient, rate, meanSquare, momentum, meanGradient] = inputs as Six;
    const options = { momentum: moving ? 0.5 : 0, epsilon: 8 };
    return callCase(
      {
        variable,
        gradient,
        rate,
        meanSquare,
        momentum: moving ? momentum : undefined,
        meanGradient: centered ? meanGradient : undefined,
      },
      ({ variable: w, gradient: g, rate: r, ...state }) => present(rmspropUpdate(w, g, r, state, options)),
      (names) =>
        `Object.values(rmspropUpdate(${names.variable}, ${names.gradient}, ${names.rate}, { meanSquare: ${names.meanSquare}, momentum: ${names.momentum}, meanGradient: ${names.meanGradient} }, ${optionsCode(options)})).filter((one) => one)`,
      { options, domain: { centered } },
    );
  });

const adamCase: fc.Arbitrary<OpCase> = fc
  .record({ inputs: drawn(3), amsgrad: fc.boolean() })
  .map(({ inputs, amsgrad }): OpCase => {
    const [variable, gradient, alpha, m, v, vHat] = inputs as Six;
    return callCase(
      { variable, gradient, alpha, m, v, vHat: amsgrad ? vHat : undefined },
      ({ variable: w, gradient: g, alpha: a, ...state }) => present(adamUpdate(w, g, a, state)),
      (names) =>
        `Object.values(adamUpdate(${names.variable}, ${names.gradient}, ${names.alpha}, { m: ${names.m}, v: ${names.v}, vHat: ${names.vHat} })).filter((one) => one)`,
      { domain: { amsgrad } },
    );
  });

type Six = readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

/** The tensors of a result that are there. */
function present(result: object): readonly Tensor[] {
  return (Object.values(result) as readonly (Tensor | undefined)[]).filter((one) => one !== undefined);
}

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'sgdUpdate',
    arbitrary: sgdCase(),
    integerArbitrary: sgdCase(smallInteger()),
    noGradient,
    covers: COVERS,
    refused: [
      {
        name: 'a gradient of another shape',
        call: () => sgdUpdate(of(3), of(2), 1),
        message: /sgdUpdate: gradient has the shape \[2\], the variable \[3\]/,
      },
      {
        name: 'a rate per element',
        call: () => sgdUpdate(of(3), of(3), of(3)),
        message: /sgdUpdate: the learning rate has the shape \[3\], expected a scalar/,
      },
    ],
  },
  {
    op: 'momentumUpdate',
    arbitrary: momentumCase(),
    integerArbitrary: momentumCase(smallInteger()),
    noGradient,
    covers: { ...COVERS, nesterov: [false, true] },
    refused: [
      {
        name: 'a velocity of another shape',
        call: () => momentumUpdate(of(3), of(3), 1, of(2), { momentum: 0.9 }),
        message: /momentumUpdate: velocity has the shape \[2\]/,
      },
    ],
  },
  {
    op: 'rmspropUpdate',
    arbitrary: rmspropCase,
    noGradient,
    covers: { ...COVERS, momentum: [0, 0.5], centered: [false, true] },
    refused: [
      {
        name: 'momentum without its state',
        call: () => rmspropUpdate(of(3), of(3), 1, { meanSquare: of(3) }, { momentum: 0.9 }),
        message: /rmspropUpdate: momentum 0.9 needs its state/,
      },
    ],
  },
  {
    op: 'adamUpdate',
    arbitrary: adamCase,
    noGradient,
    covers: { ...COVERS, amsgrad: [false, true] },
    refused: [
      {
        name: 'a state of another shape',
        call: () => adamUpdate(of(3), of(3), 1, { m: of(3), v: of(2) }),
        message: /adamUpdate: v has the shape \[2\]/,
      },
    ],
  },
];
