/** Programs in float64 on memory of their own: the reference of gradients and of devices. */
import { HostDevice, type HostExecutable } from '../devices/host-device.ts';
import { runWithTape } from '../tape/active-tape.ts';
import { planProgram } from '../tape/plan.ts';
import { Tape } from '../tape/tape.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** @internal What one function of tensors computes, in float64. */
export class Float64Program {
  readonly #executable: HostExecutable;

  constructor(f: (...args: readonly Tensor[]) => readonly Tensor[], shapes: readonly Shape[]) {
    const tape = new Tape('traced');
    const args = shapes.map((shape) => tape.createTensor(shape));
    const results = runWithTape(tape, () => f(...args));
    // Variables stay as they are: f must be the same function at every evaluation.
    tape.assigned.clear();
    this.#executable = new HostDevice('float64', 'float64').link(planProgram(tape, args, results).plan);
  }

  run(inputs: readonly Float64Array[]): readonly Float64Array[] {
    this.#executable.upload();
    return this.#executable.execute(inputs).map((array) => Float64Array.from(array));
  }
}
