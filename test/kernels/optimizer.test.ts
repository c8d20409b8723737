import fc from 'fast-check';
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { adamKernel, momentumKernel, rmspropKernel, sgdKernel } from '../../kernels/optimizer/index.ts';
import { type NestedArray, outputsInPlace, outputsOf, RUNS } from './indexing.ts';

/** One element's update: numbers in (optional states may be missing), numbers out. */
type Update = (inputs: (number | undefined)[]) => number[];

interface Row {
  readonly name: string;
  readonly run: (inputs: readonly (NestedArray | undefined)[], outputs: number[][], overwrite?: number[]) => number[][];
  /** Which inputs there are, the third being the scalar rate. */
  readonly present: readonly boolean[];
  readonly outputs: number;
  readonly update: Update;
  /** The state that each output replaces. */
  readonly states: readonly number[];
  /** Whether the last state is the largest mean square so far, which this step's may exceed or not. */
  readonly largest: boolean;
}

function row<Options, Geometry>(
  kernel: Kernel<Options, Geometry>,
  options: Options,
  optional: readonly boolean[],
  states: readonly number[],
  update: Update,
): Row {
  return {
    name: `${kernel.name} ${JSON.stringify(options ?? {})}`,
    run: (inputs, shapes, overwrite) =>
      overwrite === undefined
        ? outputsOf(kernel, inputs, shapes, options, Float64Array)
        : outputsInPlace(kernel, inputs, shapes, options, overwrite),
    present: [true, true, true, ...optional],
    outputs: states.length,
    update,
    states,
    largest: kernel.name === adamKernel.name,
  };
}

// Powers of two and small integers keep the linear updates exact; square roots agree because both are rounded correctly.
const rows: Row[] = [
  row(sgdKernel, undefined, [], [0], ([w, g, lr]) => [w! - lr! * g!]),
  ...[false, true].map((nesterov) =>
    row(momentumKernel, { momentum: 0.5, nesterov }, [true], [0, 3], ([w, g, lr, v]) => {
      const velocity = 0.5 * v! - lr! * g!;
      return [w! + (nesterov ? 0.5 * velocity - lr! * g! : velocity), velocity];
    }),
  ),
  ...[0, 0.5].flatMap((momentum) =>
    [false, true].map((centered) =>
      row(
        rmspropKernel,
        { rho: 0.75, momentum, epsilon: 2 ** -7, centered },
        [true, momentum > 0, centered],
        [0, 3, ...(momentum > 0 ? [4] : []), ...(centered ? [5] : [])],
        ([w, g, lr, s, m, a]) => {
          const square = 0.75 * s! + 0.25 * g! * g!;
          const average = centered ? 0.75 * a! + 0.25 * g! : 0;
          const increment = (lr! * g!) / Math.sqrt(square - average * average + 2 ** -7);
          const moved = momentum > 0 ? momentum * m! + increment : increment;
          return [w! - moved, square, ...(momentum > 0 ? [moved] : []), ...(centered ? [average] : [])];
        },
      ),
    ),
  ),
  ...[false, true].map((amsgrad) =>
    row(
      adamKernel,
      { beta1: 0.5, beta2: 0.75, epsilon: 2 ** -7, amsgrad },
      [true, true, amsgrad],
      [0, 3, 4, ...(amsgrad ? [5] : [])],
      ([w, g, alpha, m, v, h]) => {
        const first = m! + (g! - m!) * 0.5;
        const second = v! + (g! * g! - v!) * 0.25;
        const highest = amsgrad ? Math.max(h!, second) : second;
        const next = w! - (alpha! * first) / (Math.sqrt(highest) + 2 ** -7);
        return [next, first, second, ...(amsgrad ? [highest] : [])];
      },
    ),
  ),
];

for (const { name, run, present, outputs, update, states, largest } of rows) {
  const cases = fc.nat(5).chain((size) =>
    fc.tuple(
      ...present.map((there, input) => {
        const length = input === 2 ? 1 : size;
        // Mean squares lie above the square of any mean gradient here, as they do in training.
        const meanSquare = fc.integer({ min: 16, max: 32 });
        const value = input < 3 || (input === 5 && !largest) ? fc.integer({ min: -4, max: 4 }) : meanSquare;
        return there
          ? fc
              .array(value, { minLength: length, maxLength: length })
              .map((data) => ({ shape: input === 2 ? [] : [size], data }))
          : fc.constant(undefined);
      }),
    ),
  );

  t.test(`${name} follows Keras element by element`, (t) => {
    fc.assert(
      fc.property(cases, (inputs) => {
        const size = inputs[0]!.data.length;
        const expected = Array.from({ length: outputs }, (): number[] => []);
        for (let i = 0; i < size; i++) {
          const element = inputs.map((input, k) => input?.data[k === 2 ? 0 : i]);
          update(element).forEach((value, k) => expected[k]!.push(value));
        }
        const shapes = expected.map(() => [size]);
        t.same(run(inputs, shapes), expected);
        t.same(
          run(inputs, shapes, [...states]),
          expected.map((values) => values.map(Math.fround)),
          'also when each output overwrites its state',
        );
      }),
      RUNS,
    );
    t.end();
  });
}
