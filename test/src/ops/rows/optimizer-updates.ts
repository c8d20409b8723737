/** Rows of the optimizers' updates: no gradient flows through them. */
import fc from 'fast-check';
import { adamUpdate, momentumUpdate, rmspropUpdate, sgdUpdate } from '../../../../src/ops/optimizer-updates.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { positiveDouble, shapes, smallInteger, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const noGradient = 'an update is not differentiated';

/** A variable, its gradient, a learning rate and so many states; squares are not negative. */
const drawn = (states: number, value?: fc.Arbitrary<number>): fc.Arbitrary<readonly Tensor[]> =>
  shapes({ maxRank: 3 }).chain((shape) =>
    fc
      .tuple(
        tensorOf(shape, value),
        tensorOf(shape, value),
        tensorOf([], value ?? positiveDouble()),
        ...Array.from({ length: states }, () => tensorOf(shape, value ?? positiveDouble())),
      )
      .map((tensors) => tensors as readonly Tensor[]),
  );

const sgdCase = (value?: fc.Arbitrary<number>): fc.Arbitrary<OpCase> =>
  drawn(0, value).map((inputs): OpCase => ({
    inputs,
    call: (variable, gradient, rate) => sgdUpdate(variable, gradient, rate),
    describe: `rank ${inputs[0]?.rank}`,
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
      describe: nesterov ? 'Nesterov' : 'plain momentum',
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

// The moving mean of the squares is kept above the square of the moving mean of the gradient.
const rmspropCase: fc.Arbitrary<OpCase> = fc
  .record({ inputs: drawn(3), moving: fc.boolean(), centered: fc.boolean() })
  .map(({ inputs, moving, centered }): OpCase => ({
    inputs,
    call: (variable, gradient, rate, meanSquare, momentum, meanGradient) => {
      const state = {
        meanSquare,
        momentum: moving ? momentum : undefined,
        meanGradient: centered ? meanGradient : undefined,
      };
      const next = rmspropUpdate(variable, gradient, rate, state, { momentum: moving ? 0.5 : 0, epsilon: 8 });
      return [next.variable, next.meanSquare, next.momentum, next.meanGradient].filter((one) => one !== undefined);
    },
    describe: `${moving ? 'momentum' : 'no momentum'}, ${centered ? 'centred' : 'not centred'}`,
  }));

const adamCase: fc.Arbitrary<OpCase> = fc
  .record({ inputs: drawn(3), amsgrad: fc.boolean() })
  .map(({ inputs, amsgrad }): OpCase => ({
    inputs,
    call: (variable, gradient, alpha, m, v, vHat) => {
      const next = adamUpdate(variable, gradient, alpha, { m, v, vHat: amsgrad ? vHat : undefined });
      return [next.variable, next.m, next.v, next.vHat].filter((one) => one !== undefined);
    },
    describe: amsgrad ? 'AMSGrad' : 'plain',
  }));

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'sgdUpdate',
    arbitrary: sgdCase(),
    integerArbitrary: sgdCase(smallInteger()),
    noGradient,
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
    refused: [
      {
        name: 'a state of another shape',
        call: () => adamUpdate(of(3), of(3), 1, { m: of(3), v: of(2) }),
        message: /adamUpdate: v has the shape \[2\]/,
      },
    ],
  },
];
