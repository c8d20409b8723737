/**
 * The tape: a list of nodes (op, inputs, options, outputs) in the order in which a function called its ops. An eager
 * tape's ops also ran at once; a traced tape knows shapes only. Gradients append more nodes to the same list.
 */
import type { Kernel } from '../../kernels/contract.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { setVariableRecorder, Variable } from '../tensor/variable.ts';
import { activeTape, mixedTapes, runWithTape } from './active-tape.ts';
import { gradient } from './gradient.ts';

/** A gradient for one input: a tensor, a function that makes it when it is wanted, or undefined for none. */
export type InputGradient = Tensor | (() => Tensor) | undefined;

/** What a gradient rule sees. */
export interface GradientContext {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly options: unknown;
  /** The gradient of each output; zeros where nothing depends on it. */
  readonly gradients: readonly Tensor[];
  /** Whether anything depends on each output. */
  readonly used: readonly boolean[];
}

/** What the tape needs to know of an op. */
export interface Operation {
  readonly name: string;
  /** Undefined for an alias: output 0 is input 0 under another shape, and no memory moves. */
  readonly kernel: Kernel | undefined;
  /** Undefined when the op has no derivative rule; `'none'` when its outputs do not vary with its inputs. */
  readonly gradient: ((context: GradientContext) => readonly InputGradient[]) | 'none' | undefined;
  /** An output of size 1 that is not 0 when the kernel met a value it must refuse. */
  readonly errorFlag?: { readonly output: number; readonly error: (flag: number, node: TapeNode) => Error };
}

/** One call of an op. */
export interface TapeNode {
  readonly operation: Operation;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly options: unknown;
  readonly outputs: readonly Tensor[];
  /** The layer that called it, where one did. */
  readonly label?: string | undefined;
}

/** Another name for a tensor: what `watch` and custom gradients are made of. */
export const identityOperation: Operation = {
  name: 'identity',
  kernel: undefined,
  gradient: ({ gradients }) => [gradients[0]],
};

/** The same value, but no gradient flows through. */
export const stopGradientOperation: Operation = { name: 'stopGradient', kernel: undefined, gradient: 'none' };

export class Tape {
  readonly mode: 'eager' | 'traced';
  /** @internal */
  readonly nodes: TapeNode[] = [];
  /** @internal First values of the variables that were read. */
  readonly reads: Map<Tensor, Variable> = new Map();
  /** @internal Last values of the variables that were assigned while tracing. */
  readonly assigned: Map<Variable, Tensor> = new Map();
  readonly #current = new Map<Variable, Tensor>();

  constructor(mode: 'eager' | 'traced' = 'eager') {
    this.mode = mode;
  }

  /**
   * The same value as a tensor of this tape: ops on it are recorded, and gradients with respect to it can be taken.
   */
  watch(value: Tensor | Variable): Tensor {
    if (value instanceof Variable) return this.readVariable(value);
    if (!((value as unknown) instanceof Tensor)) {
      throw new ArgumentError(`Tape.watch: ${describeValue(value)} is no tensor. Make one with tensor(...).`, {
        where: 'Tape.watch',
        got: value,
      });
    }
    if (value.tape === undefined && this.mode === 'eager') return this.createTensor(value.shape, value);
    this.checkOwn(value, 'watch', true);
    const watched = this.createTensor(value.shape, value);
    this.record({ operation: identityOperation, inputs: [value], options: undefined, outputs: [watched] });
    return watched;
  }

  /**
   * Gradients of a scalar with respect to tensors of this tape, as ops on it: they can be differentiated again.
   * @param target a scalar of this tape, or any shape with `outputGradient`
   * @param sources what was watched, or anything computed from it, or variables
   * @param options `outputGradient`: the gradient of something else with respect to the target; default 1
   * @returns one tensor per source; zeros where the target does not depend on it
   */
  gradient(
    target: Tensor,
    sources: readonly (Tensor | Variable)[],
    options: { readonly outputGradient?: Tensor } = {},
  ): Tensor[] {
    this.checkOwn(target, 'gradient', true);
    const tensors = sources.map((source) => {
      if (source instanceof Variable) return this.readVariable(source);
      this.checkOwn(source, 'gradient');
      return source;
    });
    return runWithTape(this, () => gradient(this, target, tensors, options.outputGradient));
  }

  /** @internal A tensor of this tape. */
  createTensor(shape: Shape, values?: Tensor): Tensor {
    const origin = values?.wide ? { tape: this, wide: values.wide } : { tape: this };
    return new Tensor(shape, this.mode === 'eager' ? values?.data : undefined, origin);
  }

  /** @internal */
  record(node: TapeNode): void {
    this.nodes.push(node);
  }

  /** @internal The variable's current value within the recorded function. */
  readVariable(variable: Variable): Tensor {
    let value = this.#current.get(variable);
    if (value === undefined) {
      value = this.createTensor(variable.shape, this.mode === 'eager' ? variable.hostValue() : undefined);
      this.#current.set(variable, value);
      this.reads.set(value, variable);
    }
    return value;
  }

  /** @internal The variable's value as a tensor of its own, which reads give from now on: earlier reads are no part of it. */
  watchVariable(variable: Variable): Tensor {
    const watched = this.watch(this.readVariable(variable));
    this.#current.set(variable, watched);
    return watched;
  }

  /** @internal */
  assignVariable(variable: Variable, value: Tensor): void {
    this.checkOwn(value, 'assign', true);
    this.#current.set(variable, value);
    if (this.mode === 'eager') variable.assignOnHost(value);
    else this.assigned.set(variable, value);
  }

  /** @internal */
  checkOwn(value: Tensor, where: string, allowConstant = false): void {
    if (value.tape === this || (allowConstant && value.tape === undefined)) return;
    if (value.tape === undefined) {
      throw new ArgumentError(
        `Tape.${where}: the tensor of shape ${formatShape(value.shape)} is not on this tape. Watch it first: 'const x = tape.watch(value)'.`,
        {
          where: `Tape.${where}`,
        },
      );
    }
    throw mixedTapes(where);
  }
}

setVariableRecorder(activeTape);
