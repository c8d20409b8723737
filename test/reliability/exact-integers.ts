/** A2: small integers give exact results in any order of summation, so every device must give the reference's bits. */
import fc from 'fast-check';
import { deviceNames } from '../../src/devices/default-device.ts';
import type { Device } from '../../src/devices/device.ts';
import { compile } from '../../src/tape/compile.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';
import { opLaws } from '../../src/testing/op-laws.ts';
import type { OpCase, OpRow } from '../../src/testing/op-row.ts';
import { rows } from '../src/ops/rows/index.ts';
import { float64Values, withGradients } from './float64.ts';
import { firstLine, type Measured } from './measure.ts';

/** Ops whose gradients are sums of products too, so that integers stay integers. */
const INTEGER_GRADIENT = /^(matmul|affine|dot|conv|depthwise|separable|maxPool|gather|scatterAdd)/;

/** @param cases of each op on each device */
export async function exactIntegers(
  cases: number,
  list: readonly OpRow[] = rows,
  devices: readonly (string | Device)[] = deviceNames(),
): Promise<Measured> {
  const failures: string[] = [];
  const exact = { ops: 0, gradients: 0, cases: 0 };
  for (const { op, integerArbitrary, skippedOn } of list) {
    if (!integerArbitrary) continue;
    let drawn = 0;
    const counted = integerArbitrary.map((one) => {
      drawn++;
      return one;
    });
    try {
      exact.ops++;
      await opLaws(
        // The gradient is compared below, with exact values instead of central differences.
        {
          op,
          arbitrary: fc.constant(fc.sample(integerArbitrary, { numRuns: 1, seed: 1 })[0] as OpCase),
          integerArbitrary: counted,
          noGradient: 'compared below',
          ...(skippedOn && { skippedOn }),
        },
        { cases, devices },
      );
      if (INTEGER_GRADIENT.test(op)) {
        exact.gradients++;
        const wanted = devices.filter((device) => skippedOn?.[nameOf(device)] === undefined);
        const checked = await fc.check(gradientProperty(counted, wanted), { numRuns: cases, seed: 43 });
        if (checked.failed) throw checked.errorInstance;
      }
    } catch (error) {
      failures.push(`${op}: ${firstLine(error)}`);
    }
    exact.cases += drawn;
  }
  const names = devices.map(nameOf);
  return {
    figure:
      failures.length > 0
        ? `${failures.length} of ${exact.ops} ops differ: ${failures[0]}`
        : `bit-equal on ${names.join(', ')}: ${exact.ops} ops and the gradients of ${exact.gradients}, ${exact.cases} cases`,
    met: failures.length === 0 && exact.ops > 0,
    cases,
    detail: { ...exact, casesPerOp: cases, devices: names.join(', '), failures },
  };
}

function nameOf(device: string | Device): string {
  return typeof device === 'string' ? device : device.name;
}

function gradientProperty(
  arbitrary: fc.Arbitrary<OpCase>,
  devices: readonly (string | Device)[],
): fc.IAsyncProperty<[OpCase]> {
  return fc.asyncProperty(arbitrary, async ({ inputs, call, differentiable }) => {
    const first = (...given: readonly Tensor[]): Tensor => [call(...given)].flat()[0] as Tensor;
    const f = withGradients(first, differentiable ?? inputs.map((_, position) => position));
    const all = [...inputs, integersOf(first(...inputs))];
    const expected = float64Values(f, all);
    if (!expected.every((values) => values.every(Number.isInteger))) throw new Error('the reference is no integer');
    for (const device of devices) {
      const actual = await compile(f, { device: device as 'cpu' })(...all);
      expected.forEach((values, index) => {
        const different = values.findIndex((value, i) => value !== actual[index]?.data[i]);
        if (different >= 0 || values.length !== actual[index]?.size) {
          throw new Error(
            `${index === 0 ? 'the result' : `gradient ${index - 1}`} on ${nameOf(device)}: element ${different} is ${actual[index]?.data[different]}, not ${values[different]}`,
          );
        }
      });
    }
  });
}

/** Whole numbers from -2 to 2 in the shape of a tensor. */
function integersOf({ shape, size }: Tensor): Tensor {
  return tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7 + 3) % 5) - 2),
    shape,
  );
}
