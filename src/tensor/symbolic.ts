/**
 * A symbolic tensor stands for a layer's output while a model's graph is built: a shape whose sizes may be unknown.
 * Ops that meet one hand themselves to it, and it makes a layer of them.
 */
import type { Tensor } from './tensor.ts';

/** Sizes of a symbolic tensor; `null` is not known before data comes. */
export type PartialShape = readonly (number | null)[];

/** An op as a graph keeps it: a name for the layer, and the call with tensors in place of symbolic ones. */
export interface DeferredCall {
  readonly name: string;
  /** What the op was given, in order; symbolic ones become graph inputs. */
  readonly inputs: readonly unknown[];
  /** The op's options as the caller wrote them. */
  readonly options?: unknown;
  readonly call: (inputs: readonly unknown[]) => Tensor;
}

/** Where the layers declare the class of their symbolic tensors, which ops give for symbolic inputs. */
export interface SymbolicTypes {}

/** What an op gives that was called on a symbolic tensor. */
export type SymbolicResult = SymbolicTypes extends { readonly tensor: infer Declared } ? Declared : Symbolic;

export abstract class Symbolic {
  abstract readonly shape: PartialShape;
  /** @internal Makes a layer of an op that was called with this tensor, and returns its output. */
  abstract applyDeferred(deferred: DeferredCall): Symbolic;
}
