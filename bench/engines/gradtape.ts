/**
 * gradtape on one of its devices. Operands are variables that a compiled function without arguments reads, and it assigns
 * its results to variables: a run copies nothing in and reads nothing back.
 */
import * as gt from 'gradtape';
import { WasmDevice } from '../../src/devices/wasm-device.ts';
import { now } from '../../src/clock.ts';
import { isTraining, type Operand, type Workload } from '../workloads/workload.ts';
import type { Engine, Prepared } from './engine.ts';
import { operationOf, type Operation } from './gradtape-operations.ts';
import { trainingStep } from './gradtape-training.ts';

export function gradtape(device: gt.DeviceName, version: string): Engine {
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
  gt.compile((...inputs: gt.Tensor[]) => [...operation(inputs)], { device }).sync(...tensors);
  return now() - start;
}

function functionOf(workload: Workload, operands: readonly Operand[]): Operation {
  if (!isTraining(workload)) {
    return operationOf(
      workload,
      operands.map(({ shape }) => shape),
    );
  }
  const step = trainingStep(workload, operands);
  return ([x, y]) => [step(x!, y!)];
}

function compiled(operation: Operation, operands: readonly Operand[], device: gt.DeviceName): Prepared {
  const fromArrays = gt.compile((...inputs: gt.Tensor[]) => [...operation(inputs)], { device });
  const variables = operands.map((operand) => gt.variable(toTensor(operand)));
  let resident: (() => void) | undefined;
  const transfer = (): Float32Array[] => fromArrays.sync(...operands.map(toTensor)).map(({ data }) => data);
  return {
    run: () => {
      resident ??= resultsKept(operation, variables, device);
      resident();
    },
    transfer,
    dispose: () => undefined,
  };
}

function resultsKept(operation: Operation, variables: readonly gt.Variable[], device: gt.DeviceName): () => void {
  const shapes: gt.Shape[] = [];
  // Traced once for the shapes of its results.
  gt.compile(
    () => {
      shapes.push(...operation(variables.map(({ value }) => value)).map(({ shape }) => shape));
    },
    { device },
  ).program();
  const results = shapes.map((shape) => gt.variable(gt.zeros(shape)));
  const run = gt.compile(
    () => {
      operation(variables.map(({ value }) => value)).forEach((value, index) => results[index]!.assign(value));
    },
    { device },
  );
  return () => run.sync();
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

function toTensor({ shape, data }: Operand): gt.Tensor {
  return gt.tensor(data, shape);
}
