/**
 * gradtape on a device that works on the calling thread. Operands are variables that a compiled function without arguments
 * reads, and it assigns its results to variables: a run copies nothing in and reads nothing back.
 */
import * as gt from 'gradtape';
import { WasmDevice } from '../../src/devices/wasm-device.ts';
import { now } from '../../src/clock.ts';
import type { Operand, Workload } from '../workloads/workload.ts';
import type { Engine, Prepared } from './engine.ts';
import type { Operation } from './gradtape-operations.ts';
import { functionOf, programOf, residentProgram, toTensor } from './gradtape-programs.ts';

/** Programs on a wasm device of another kind. @param name its column */
export function gradtapeOn(device: WasmDevice, name: string, version: string): Engine {
  return {
    name,
    version,
    role: 'ours',
    prepare: async (workload) => {
      const operands = workload.operands();
      return compiled(functionOf(workload, operands), operands, device);
    },
  };
}

export function gradtape(device: 'cpu' | 'wasm', version: string): Engine {
  return {
    name: `gradtape ${device}`,
    version,
    role: 'ours',
    // What the kernels of the cpu device reach in products.
    ...(device === 'cpu' && { slow: 3 }),
    prepare: async (workload) => {
      const operands = workload.operands();
      const operation = functionOf(workload, operands);
      return workload.kind === 'eagerAdd' ? eager(operation, operands, device) : compiled(operation, operands, device);
    },
  };
}

/**
 * Milliseconds from a function and typed arrays to the first results, on a device that has compiled nothing: trace, plan,
 * emit, compile, run. The model itself is there already.
 */
export function firstRunMilliseconds(workload: Workload): number {
  const operands = workload.operands();
  const operation = functionOf(workload, operands);
  const device = new WasmDevice();
  const tensors = operands.map(toTensor);
  const start = now();
  programOf(operation, { device }).sync(...tensors);
  return now() - start;
}

function compiled(operation: Operation, operands: readonly Operand[], device: gt.DeviceName | WasmDevice): Prepared {
  const fromArrays = programOf(operation, { device });
  let resident: gt.Compiled<[], gt.Tensor[]> | undefined;
  return {
    run: () => {
      resident ??= residentProgram(operation, operands, { device }, () => []);
      resident.sync();
    },
    transfer: () => fromArrays.sync(...operands.map(toTensor)).map(({ data }) => data),
    dispose: () => undefined,
  };
}

function eager(operation: Operation, operands: readonly Operand[], device: gt.DeviceName): Prepared {
  const tensors = operands.map(toTensor);
  return {
    turn: () => gt.setDevice(device),
    run: () => operation(tensors),
    transfer: () => operation(operands.map(toTensor)).map(({ data }) => data),
    dispose: () => gt.setDevice('wasm'),
  };
}
