/** A device whose results are wrong, planted for measures to see. */
import type { Plan } from '../../src/devices/device.ts';
import { HostDevice, type HostExecutable } from '../../src/devices/host-device.ts';

/** The first element of every result is off by a millionth, of all ops or of those with such a label. */
export class InexactDevice extends HostDevice {
  readonly #labels: RegExp;

  constructor(labels: RegExp = /^/) {
    super('inexact');
    this.#labels = labels;
  }

  override link(plan: Plan): HostExecutable {
    const steps = plan.steps.map((step): Plan['steps'][number] => {
      const { kernel, ...rest } = step;
      if (!this.#labels.test(step.label)) return step;
      const cpu: typeof kernel.cpu = (inputs, outputs, geometry) => {
        kernel.cpu(inputs, outputs, geometry);
        for (const output of outputs) output[0] = (output[0] ?? 0) * (1 + 2 ** -20);
      };
      return { ...rest, kernel: { ...kernel, cpu } };
    });
    return super.link({ ...plan, steps });
  }
}
