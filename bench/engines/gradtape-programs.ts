/** The workloads as gradtape's programs, for devices that answer at once and for those that have to be waited for. */
import * as gt from 'gradtape';
import type { CompileOptions } from '../../src/tape/compile.ts';
import { isTraining, type Operand, type Workload } from '../workloads/workload.ts';
import { operationOf, type Operation } from './gradtape-operations.ts';
import { trainingStep } from './gradtape-training.ts';

type Program<Args extends readonly gt.Tensor[]> = gt.Compiled<Args, gt.Tensor[]>;

/** A workload as a function of its operands. */
export function functionOf(workload: Workload, operands: readonly Operand[]): Operation {
  if (!isTraining(workload)) {
    return operationOf(
      workload,
      operands.map(({ shape }) => shape),
    );
  }
  const step = trainingStep(workload, operands);
  return ([x, y]) => [step(x!, y!)];
}

/** From tensors to tensors. */
export function programOf(operation: Operation, options: CompileOptions): Program<gt.Tensor[]> {
  return gt.compile((...inputs: gt.Tensor[]) => [...operation(inputs)], options);
}

/**
 * Reads its operands from variables and assigns its results to variables: a run copies nothing in, and out only what
 * `given` says.
 * @param given what a run gives of the results
 */
export function residentProgram(
  operation: Operation,
  operands: readonly Operand[],
  options: CompileOptions,
  given: (results: readonly gt.Tensor[]) => gt.Tensor[],
): Program<[]> {
  const variables = operands.map((operand) => gt.variable(toTensor(operand)));
  const compute = (): readonly gt.Tensor[] => operation(variables.map(({ value }) => value));
  const shapes: gt.Shape[] = [];
  // Traced once for the shapes of its results.
  gt.compile(() => {
    shapes.push(...compute().map(({ shape }) => shape));
  }, options).program();
  const kept = shapes.map((shape) => gt.variable(gt.zeros(shape)));
  return gt.compile(() => {
    const results = compute();
    results.forEach((value, index) => kept[index]!.assign(value));
    return given(results);
  }, options);
}

export function toTensor({ shape, data }: Operand): gt.Tensor {
  return gt.tensor(data, shape);
}
