/** The one way an op runs: at once on the host, and recorded when a tape watches, or traced as shapes only. */
import { debugging, refuseNaN } from '../devices/debug.ts';
import { defaultDevice } from '../devices/default-device.ts';
import { sizeOf, type Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { activeTape, mixedTapes } from './active-tape.ts';
import { currentLabel, describeNode } from './label.ts';
import type { Operation, Tape, TapeNode } from './tape.ts';

/**
 * Calls an op whose output shapes are known.
 * @internal
 */
export function call(
  operation: Operation,
  inputs: readonly (Tensor | undefined)[],
  options: unknown,
  outputShapes: readonly Shape[],
): readonly Tensor[] {
  const tape = tapeOf(operation, inputs);
  const values =
    tape?.mode === 'traced'
      ? outputShapes.map((shape) => tape.createTensor(shape))
      : runOnHost(operation, inputs, options, outputShapes);
  const outputs = tape?.mode === 'eager' ? values.map((value) => tape.createTensor(value.shape, value)) : values;
  const node: TapeNode = { operation, inputs, options, outputs, label: currentLabel() };
  if (tape?.mode !== 'traced') checkFlag(node);
  tape?.record(node);
  return outputs;
}

// A traced function records every op, so that nothing runs while it is traced; eagerly only what was watched matters.
function tapeOf(operation: Operation, inputs: readonly (Tensor | undefined)[]): Tape | undefined {
  const active = activeTape();
  let tape = active?.mode === 'traced' ? active : undefined;
  for (const input of inputs) {
    if (input?.tape === undefined) continue;
    const own = input.tape as Tape;
    if ((tape ?? active ?? own) !== own) throw mixedTapes(operation.name);
    tape = own;
  }
  return tape;
}

function runOnHost(
  operation: Operation,
  inputs: readonly (Tensor | undefined)[],
  options: unknown,
  outputShapes: readonly Shape[],
): Tensor[] {
  const { kernel } = operation;
  const first = inputs[0];
  if (kernel === undefined) {
    if (first === undefined) throw new TypeError(`${operation.name}: an alias needs an input`);
    return outputShapes.map((shape) => new Tensor(shape, first.data, first.wide ? { wide: first.wide } : {}));
  }
  const geometry = kernel.plan(
    inputs.map((input) => input?.shape),
    outputShapes,
    options,
  );
  const results = outputShapes.map((shape) => new Float32Array(sizeOf(shape)));
  const values = inputs.map((input) => input?.data);
  // The same bits as in a program; what is exact needs no other device for that.
  const device = kernel.exact ? undefined : defaultDevice();
  if (device?.runKernel) device.runKernel(kernel, geometry, values, results);
  else kernel.cpu(values, results, geometry);
  if (debugging()) refuseNaN(describeNode(operation.name, currentLabel()), values, results);
  return results.map((result, index) => new Tensor(outputShapes[index] ?? [], result));
}

function checkFlag(node: TapeNode): void {
  const { errorFlag } = node.operation;
  if (errorFlag === undefined) return;
  const flag = node.outputs[errorFlag.output]?.data[0] ?? 0;
  if (flag !== 0) throw errorFlag.error(flag, node);
}
