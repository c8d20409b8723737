/**
 * gradtape on the GPU device. A run is over when one number of its last result was read: the device works in the order of
 * the calls, so everything before it is done then.
 */
import * as gt from 'gradtape';
import { openGpuDevice, type GpuMode } from 'gradtape/gpu';
import type { Engine } from './engine.ts';
import { functionOf, programOf, residentProgram, toTensor } from './gradtape-programs.ts';

/** @throws DeviceError where this mode of GPU.js cannot be used */
export async function gradtapeGpu(mode: GpuMode, version: string): Promise<Engine> {
  const device = await openGpuDevice({ mode });
  return {
    name: `gradtape ${mode}`,
    version,
    role: 'ours',
    prepare: async (workload) => {
      const operands = workload.operands();
      const operation = functionOf(workload, operands);
      const fromArrays = programOf(operation, { device });
      let resident: gt.Compiled<[], gt.Tensor[]> | undefined;
      return {
        run: () => {
          resident ??= residentProgram(operation, operands, { device }, (results) => [firstNumber(results.at(-1)!)]);
          return resident();
        },
        transfer: async () => (await fromArrays(...operands.map(toTensor))).map(({ data }) => data),
        dispose: () => undefined,
      };
    },
  };
}

function firstNumber(x: gt.Tensor): gt.Tensor {
  return gt.ops.slice(
    x,
    x.shape.map(() => 0),
    x.shape.map(() => 1),
  );
}
