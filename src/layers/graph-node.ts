/** One call of a layer in a model graph, with the tensors that it was given beside its inputs. */
import { ArgumentError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';
import { SymbolicTensor } from './symbolic-tensor.ts';

/** A tensor beside the inputs: symbolic in a model graph, real otherwise. */
export type SideTensor = Tensor | SymbolicTensor;

/** Options of one layer call. */
export interface CallOptions {
  /** Default: that of the enclosing layer or model, else false. */
  readonly training?: boolean;
  /** 1 where a step counts, `[batch, steps]`; a list for a layer that takes one. Default: what the inputs carry, but none with `initialState`, as in Keras. */
  readonly mask?: SideTensor | readonly (SideTensor | null)[] | null | undefined;
  /** Of recurrent layers: the state before the first step, `[h]` or `[h, c]`, each `[batch, units]`. Default zeros. */
  readonly initialState?: SideTensor | readonly SideTensor[] | undefined;
}

/** A symbolic tensor that a call was given beside its inputs. */
export interface SideInput {
  readonly option: 'mask' | 'initialState';
  /** Its place in the option's list; undefined when the option is one tensor. */
  readonly place: number | undefined;
}

export interface GraphNode {
  readonly layer: Layer;
  /** Which call of the layer this is, counted from 0. */
  readonly callIndex: number;
  /** Everything the call depends on: what the layer was called on, then the side inputs. */
  readonly inputs: readonly SymbolicTensor[];
  /** What the inputs from `mainCount` on are. */
  readonly sideInputs: readonly SideInput[];
  /** How many inputs the layer was called on. */
  readonly mainCount: number;
  /** Whether the layer was called with a list. */
  readonly isList: boolean;
  /** Without the symbolic tensors. */
  readonly options: CallOptions;
  /** Set once, right after the node is made. */
  outputs: readonly SymbolicTensor[];
  /** Whether the layer gave a list. */
  readonly givesList: boolean;
}

/** What the layer was called on. */
export function mainInputs(node: GraphNode): readonly SymbolicTensor[] {
  return node.sideInputs.length === 0 ? node.inputs : node.inputs.slice(0, node.mainCount);
}

/** Takes the symbolic tensors out of a call's options. */
export function splitOptions(options: CallOptions): {
  readonly options: CallOptions;
  readonly sideInputs: readonly SideInput[];
  readonly tensors: readonly SymbolicTensor[];
} {
  const sideInputs: SideInput[] = [];
  const tensors: SymbolicTensor[] = [];
  const rest: { training?: boolean; mask?: CallOptions['mask']; initialState?: CallOptions['initialState'] } = {
    ...options,
  };
  for (const option of ['mask', 'initialState'] as const) {
    const value = options[option];
    const list: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (!list.some((one) => one instanceof SymbolicTensor)) continue;
    list.forEach((one, index) => {
      if (!(one instanceof SymbolicTensor)) return;
      sideInputs.push({ option, place: Array.isArray(value) ? index : undefined });
      tensors.push(one);
    });
    // Real tensors and nulls keep their places.
    if (Array.isArray(value)) rest[option] = list.map((one) => (one instanceof SymbolicTensor ? null : one)) as never;
    else delete rest[option];
  }
  return { options: rest, sideInputs, tensors };
}

/** The options of a call with values in place of the symbolic tensors. */
export function joinOptions(
  { options, sideInputs, mainCount, inputs }: GraphNode,
  valueOf: (symbolic: SymbolicTensor) => SideTensor,
): CallOptions {
  if (sideInputs.length === 0) return options;
  const joined = { ...options } as Record<string, unknown>;
  sideInputs.forEach(({ option, place }, index) => {
    const value = valueOf(inputs[mainCount + index] as SymbolicTensor);
    if (place === undefined) joined[option] = value;
    else {
      const list = [...((joined[option] as readonly unknown[] | undefined) ?? [])];
      list[place] = value;
      joined[option] = list;
    }
  });
  return joined as CallOptions;
}

/** The node of a layer's only call. @throws ArgumentError when there is none, or are several */
export function onlyNode({ name, nodes }: Pick<Layer, 'name' | 'nodes'>, what: string): GraphNode {
  const [node] = nodes;
  if (node && nodes.length === 1) return node;
  throw new ArgumentError(
    `layer '${name}': '${what}' is defined for a layer that was called once in a model graph; this one was called ${nodes.length} times.`,
    { where: name },
  );
}
