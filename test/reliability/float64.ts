/** The same function of tensors as a program in float64 and on a device: what exactness and errors are measured with. */
import { HostDevice } from '../../src/devices/host-device.ts';
import { activeTape, runWithTape } from '../../src/tape/active-tape.ts';
import { planProgram } from '../../src/tape/plan.ts';
import { Tape } from '../../src/tape/tape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export type TensorFunction = (...inputs: readonly Tensor[]) => readonly Tensor[];

/** The results in double; inputs are taken unrounded. */
export function float64Values(f: TensorFunction, inputs: readonly Tensor[]): readonly Float64Array[] {
  const tape = new Tape('traced');
  const args = inputs.map(({ shape }) => tape.createTensor(shape));
  const results = runWithTape(tape, () => f(...args));
  const executable = new HostDevice('reference', 'float64').link(planProgram(tape, args, results).plan);
  executable.upload();
  const outputs = executable.execute(inputs.map(({ wide, data }) => wide ?? Float64Array.from(data)));
  return results.map((_, index) => Float64Array.from(outputs[index] ?? []));
}

/**
 * The function's first result, and its gradients when the result's own gradient is given as the last input.
 * @param differentiable positions of the inputs that have gradients
 */
export function withGradients(
  f: (...inputs: readonly Tensor[]) => Tensor,
  differentiable: readonly number[],
): TensorFunction {
  return (...all) => {
    const inputs = all.slice(0, -1);
    const outputGradient = all.at(-1) as Tensor;
    const result = f(...inputs);
    const tape = activeTape() as Tape;
    const sources = differentiable.map((position) => inputs[position] as Tensor);
    return [result, ...tape.gradient(result, sources, { outputGradient })];
  };
}
