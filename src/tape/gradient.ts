/**
 * Reverse mode: one walk over the tape forwards to see what depends on the sources, one backwards to collect
 * gradients. Both are loops, so the depth of a model does not matter.
 */
import { addKernel } from '../../kernels/elementwise/index.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import { full, type Tensor } from '../tensor/tensor.ts';
import { call } from './call.ts';
import { describeNode, withLabel } from './label.ts';
import type { Operation, Tape } from './tape.ts';

/** The sum of the gradients that reach a tensor by several ways; both have its shape. */
const accumulateOperation: Operation = {
  name: 'add',
  kernel: addKernel,
  gradient: ({ gradients }) => [gradients[0], gradients[0]],
};

/** @internal See `Tape.gradient`. */
export function gradient(
  tape: Tape,
  target: Tensor,
  sources: readonly Tensor[],
  outputGradient: Tensor | undefined,
): Tensor[] {
  const seed = outputGradient ?? full(target.shape, 1);
  if (!outputGradient && target.size !== 1) {
    throw new ShapeError(
      `gradient: the target has the shape ${formatShape(target.shape)}; gradients are taken of a scalar. Reduce it with ops.sum() or ops.mean(), or give outputGradient.`,
      { where: 'gradient', got: target.shape, expected: [] },
    );
  }
  if (!sameShape(seed.shape, target.shape)) {
    throw new ShapeError(
      `gradient: outputGradient has the shape ${formatShape(seed.shape)}, the target ${formatShape(target.shape)}. They must be equal.`,
      { where: 'gradient', got: seed.shape, expected: target.shape },
    );
  }
  // The rules append nodes; those are not part of what is differentiated here.
  const length = tape.nodes.length;
  const dependent = dependentTensors(tape, sources, length);
  const gradients = new Map<Tensor, Tensor>();
  if (dependent.has(target)) gradients.set(target, seed);

  for (let index = length - 1; index >= 0; index--) {
    const node = tape.nodes[index];
    if (!node?.outputs.some((output) => gradients.has(output))) continue;
    const { operation, inputs, outputs, options } = node;
    if (!inputs.some((input) => input !== undefined && dependent.has(input))) continue;
    if (operation.gradient === 'none') continue;
    if (operation.gradient === undefined) {
      throw new ArgumentError(
        `gradient: the op '${operation.name}' has no gradient rule. Give its definition one, or pass its input through stopGradient().`,
        {
          where: operation.name,
        },
      );
    }
    const used = outputs.map((output) => gradients.has(output));
    const outputGradients = outputs.map((output) => gradients.get(output) ?? full(output.shape, 0));
    const differentiate = operation.gradient;
    const label = `the gradient of ${describeNode(operation.name, node.label)}`;
    const rules = withLabel(label, () => differentiate({ inputs, outputs, options, gradients: outputGradients, used }));
    inputs.forEach((input, position) => {
      if (input === undefined || !dependent.has(input)) return;
      const rule = rules[position];
      const contribution = typeof rule === 'function' ? withLabel(label, rule) : rule;
      if (contribution === undefined) return;
      if (!sameShape(contribution.shape, input.shape)) {
        throw new ShapeError(
          `gradient of '${operation.name}': the gradient of input ${position} has the shape ${formatShape(contribution.shape)}, the input ${formatShape(input.shape)}. Was it broadcast? Sum over the stretched axes.`,
          { where: operation.name, got: contribution.shape, expected: input.shape },
        );
      }
      const known = gradients.get(input);
      gradients.set(input, known ? addGradients(known, contribution) : contribution);
    });
  }
  return sources.map((source) => gradients.get(source) ?? full(source.shape, 0));
}

function dependentTensors(tape: Tape, sources: readonly Tensor[], length: number): Set<Tensor> {
  const dependent = new Set(sources);
  for (let index = 0; index < length; index++) {
    const node = tape.nodes[index];
    if (!node || node.operation.gradient === 'none') continue;
    if (node.inputs.some((input) => input !== undefined && dependent.has(input))) {
      for (const output of node.outputs) dependent.add(output);
    }
  }
  return dependent;
}

function addGradients(a: Tensor, b: Tensor): Tensor {
  return call(accumulateOperation, [a, b], undefined, [a.shape])[0] as Tensor;
}
