/** Tensors beside the inputs of one call: the masks and states that it is given, and the masks that its outputs get. */
import { asTensor, identity } from '../ops/define-op.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { SideTensors } from './call-scope.ts';
import type { CallOptions, SideTensor } from './graph-node.ts';
import type { Masks, Tensors } from './layer.ts';
import { maskOf, setMask } from './masks.ts';

/** Masks that the inputs carry, unless the caller gave others. */
export function sideTensors(
  where: string,
  inputs: readonly Tensor[],
  { mask, initialState }: CallOptions,
): SideTensors {
  const real = (value: SideTensor, what: string): Tensor => asTensor(value as Tensor, `${where}: ${what}`);
  const given = mask === undefined || mask === null ? undefined : Array.isArray(mask) ? mask : [mask as SideTensor];
  return {
    // Keras looks for masks that the input carries only where the input is the only tensor of the call.
    ...(initialState !== undefined && !given ? { callMasks: [] } : {}),
    masks: given
      ? (given as readonly (SideTensor | null | undefined)[]).map((one) => (one ? real(one, 'mask') : undefined))
      : inputs.map(maskOf),
    initialState:
      initialState === undefined
        ? undefined
        : (Array.isArray(initialState) ? (initialState as readonly SideTensor[]) : [initialState as SideTensor]).map(
            (one) => real(one, 'initialState'),
          ),
  };
}

/** What a layer does with the masks of its inputs. */
export interface MaskRule {
  /** The masks of the outputs; undefined for a layer that passes none on. */
  readonly computeMask: (() => Masks) | undefined;
  /** Called when a mask ends at the layer. */
  readonly onDropped: () => void;
}

/**
 * The result with its masks attached. Outputs that already carry masks keep them: a model's come from the layers inside.
 * A result that is an input itself is copied where its mask must not go on.
 */
export function attachMasks(
  input: Tensors,
  masks: readonly (Tensor | undefined)[],
  result: Tensors,
  { computeMask, onDropped }: MaskRule,
): Tensors {
  const outputs = result instanceof Tensor ? [result] : result;
  const inputs = new Set(input instanceof Tensor ? [input] : input);
  if (!masks.some(Boolean) && outputs.every((one) => !maskOf(one)) && !computeMask) return result;
  if (outputs.length > 0 && outputs.every((one) => maskOf(one) && !inputs.has(one))) return result;
  if (!computeMask && masks.some(Boolean)) onDropped();
  const computed = computeMask?.();
  const list = (Array.isArray(computed) ? computed : [computed]) as readonly (Tensor | undefined)[];
  const masked = outputs.map((output, index) => {
    const mask = list[index];
    const own = inputs.has(output) ? undefined : maskOf(output);
    const wanted = own ?? mask;
    if (maskOf(output) === wanted) return output;
    const fresh = inputs.has(output) ? identity(output) : output;
    if (wanted) setMask(fresh, wanted);
    return fresh;
  });
  return result instanceof Tensor ? (masked[0] as Tensor) : masked;
}
