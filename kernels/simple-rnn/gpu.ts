/**
 * The simple recurrence on a graphics card: a pass for the input's product, one for each step, one for each output.
 */
import type { GpuCall } from '../contract.ts';
import { gpuRow, type GpuRow } from '../gpu-form.ts';
import { sourcesOf, tanhOf } from '../gpu-math.ts';
import { unravel } from '../gpu-source.ts';
import { sumLines } from '../gpu-sum.ts';
import { appendProjection, plainBias } from '../recurrent/gpu-input.ts';
import { GpuPasses } from '../recurrent/gpu-passes.ts';
import { appendSequence, liveLines, timeOf } from '../recurrent/gpu-sequence.ts';
import { appendSteps, type Before, lastState, type StepSource } from '../recurrent/gpu-steps.ts';
import type { SimpleRnnGeometry } from './geometry.ts';
import { simpleRnnGradCall } from './gpu-grad.ts';
import { simpleRnnGradKernel, simpleRnnKernel } from './index.ts';

const H0 = { input: 4 };

function simpleRnnCall(geometry: SimpleRnnGeometry, present: readonly boolean[]): GpuCall {
  const { batch, steps, units, zeroOutputForMask, inputLayout } = geometry;
  const call = new GpuPasses(present);
  const [bias, mask, inputDropout, recurrentDropout] = [3, 5, 6, 7].map((input) => call.given(input));
  const projected = appendProjection(call, inputLayout, units, inputDropout, plainBias(bias));
  const step: StepSource = {
    functions: sourcesOf([tanhOf]),
    numbers: (k) => [timeOf(geometry, k)],
    lines(name, given) {
      const before: Before = given ?? ((_, index) => `${name(H0)}[${index}]`);
      const factor = (unit: string): string =>
        recurrentDropout ? ` * ${name(recurrentDropout)}[i0 * ${units} + ${unit}]` : '';
      const term = (unit: string): string =>
        `${before(0, `i0 * ${units} + ${unit}`)}${factor(unit)} * ${name({ input: 2 })}[${unit} * ${units} + i1]`;
      return `${unravel('i', 'at', [batch, units])}
${liveLines(name, mask, geometry, 'i0', 'n2')}
value = ${before(0, 'at')};
if (live === 1) {
${sumLines('sum', units, term)}
value = tanhOf(${name(projected)}[(i0 * ${steps} + n2) * ${units} + i1] + sum);
}`;
    },
  };
  const history = appendSteps(call, { steps, parts: 1, states: batch * units }, step);
  return call.call([
    appendSequence(call, history, geometry, { part: 0, order: 'step', hidden: zeroOutputForMask ? mask : undefined }),
    lastState(call, history, 0, H0),
    appendSequence(call, history, geometry, { part: 0, order: 'time', hidden: mask }),
  ]);
}

export const simpleRnnRows: readonly GpuRow[] = [
  gpuRow(simpleRnnKernel, simpleRnnCall),
  gpuRow(simpleRnnGradKernel, simpleRnnGradCall),
];
