/**
 * Recurrences as cells made of ops, step after step: for activations that the kernels do not compute. They give what the
 * kernels give where both can, and have derivatives of every order.
 */
import { add, affine, concat, expandDims, matmul, mul, slice, split, stack, sub, where } from '../ops/index.ts';
import { reshape } from '../ops/shaping.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';
import type { Activation } from './options.ts';

/** The weights of a recurrence. */
export interface CellWeights {
  /** `[features, gates * units]` */
  readonly kernel: Tensor;
  /** `[units, gates * units]` */
  readonly recurrentKernel: Tensor;
  /** `[gates * units]`, or `[2, gates * units]`: for the input, then for the state. */
  readonly bias: Tensor | undefined;
}

/** What a recurrence runs on beside its weights. */
export interface RecurrentRun {
  readonly x: Tensor;
  /** `[batch, units]` each, the hidden state first. */
  readonly initialState: readonly Tensor[];
  readonly mask: Tensor | undefined;
  /** `[batch, features]` or `[batch, gates * features]` */
  readonly inputDropout: Tensor | undefined;
  /** `[batch, units]` or `[batch, gates * units]` */
  readonly recurrentDropout: Tensor | undefined;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
}

/** What a recurrence gives: the sequence in processing order `[batch, steps, units]`, and the last states. */
export interface RecurrentOutcome {
  readonly sequence: Tensor;
  readonly states: readonly Tensor[];
}

/** The state's product with the recurrent kernel, for gates from one to another; dropout is applied to the state. */
type Recur = (state: Tensor, from?: number, to?: number) => Tensor;

/** One step: the projected input of the step `[batch, gates * units]` and the states give the next states. */
export type Step = (projected: Tensor, states: readonly Tensor[], recur: Recur) => readonly Tensor[];

/** i, f, o = gate(z_i, z_f, z_o), c' = f c + i activation(z_c), h' = o activation(c'). */
export function lstmStep(activation: Activation, gate: Activation): Step {
  return (projected, [hidden, cell], recur) => {
    const [i, f, c, o] = split(add(projected, recur(hidden as Tensor)), 4, { axis: -1 }) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const newCell = add(mul(gate.apply(f), cell as Tensor), mul(gate.apply(i), activation.apply(c)));
    return [mul(gate.apply(o), activation.apply(newCell)), newCell];
  };
}

/** z, r = gate(a + q), h' = z h + (1 - z) activation(a_h + r q_h), or with the reset before the product. */
export function gruStep(
  activation: Activation,
  gate: Activation,
  resetAfter: boolean,
  stateBias: Tensor | undefined,
): Step {
  return (projected, [hidden], recur) => {
    const h = hidden as Tensor;
    const [az, ar, ah] = split(projected, 3, { axis: -1 }) as Three;
    let inner: Tensor;
    let update: Tensor;
    if (resetAfter) {
      const product = recur(h);
      const [qz, qr, qh] = split(stateBias ? add(product, stateBias) : product, 3, { axis: -1 }) as Three;
      update = gate.apply(add(az, qz));
      inner = mul(gate.apply(add(ar, qr)), qh);
    } else {
      const [qz, qr] = split(recur(h, 0, 2), 2, { axis: -1 }) as [Tensor, Tensor];
      update = gate.apply(add(az, qz));
      inner = recur(mul(gate.apply(add(ar, qr)), h), 2, 3);
    }
    return [add(mul(update, h), mul(sub(1, update), activation.apply(add(ah, inner))))];
  };
}
type Three = [Tensor, Tensor, Tensor];

/** h' = activation(a + q). */
export function simpleStep(activation: Activation): Step {
  return (projected, [hidden], recur) => [activation.apply(add(projected, recur(hidden as Tensor)))];
}

/** Runs a step over a sequence. Without steps the states are those before the first. */
export function unrollSteps(step: Step, weights: CellWeights, gates: number, run: RecurrentRun): RecurrentOutcome {
  const { x, mask, goBackwards, zeroOutputForMask } = run;
  const [batch = 0, steps = 0] = x.shape;
  const { recurrentKernel } = weights;
  const [units = 0] = recurrentKernel.shape;
  const projected = project(weights, gates, run);
  const recur: Recur = (state, from = 0, to = gates) => recurrentProduct(state, recurrentKernel, gates, run, from, to);
  const atStep = (all: Tensor, time: number, width: number): Tensor =>
    reshape(slice(all, [0, time, 0], [batch, 1, width]), [batch, width]);

  let states = run.initialState;
  const outputs: Tensor[] = [];
  for (let index = 0; index < steps; index++) {
    const time = goBackwards ? steps - 1 - index : index;
    const before = states;
    const after = step(atStep(projected, time, gates * units), before, recur);
    if (mask === undefined) states = after;
    else {
      const kept = slice(mask, [0, time], [batch, 1]);
      states = after.map((state, place) => where(kept, state, before[place] as Tensor));
      if (zeroOutputForMask) outputs.push(where(kept, after[0] as Tensor, 0));
    }
    if (mask === undefined || !zeroOutputForMask) outputs.push(states[0] as Tensor);
  }
  return { sequence: steps === 0 ? zeros([batch, 0, units]) : stack(outputs, { axis: 1 }), states };
}

// x kernel + bias for all steps: `[batch, steps, gates * units]`; gate by gate where each has its own dropout mask.
function project({ kernel, bias }: CellWeights, gates: number, { x, inputDropout }: RecurrentRun): Tensor {
  const inputBias = bias?.rank === 2 ? reshape(slice(bias, [0, 0], [1, -1]), [-1]) : bias;
  if (inputDropout === undefined) return affine(x, kernel, inputBias);
  const [, , features = 0] = x.shape;
  const parts = (inputDropout.shape[1] ?? 0) === features ? 1 : gates;
  const products = columns(kernel, parts).map((part, index) => {
    const factors = slice(inputDropout, [0, index * features], [-1, features]);
    return affine(mul(x, expandDims(factors, 1)), part, undefined);
  });
  const product = products.length === 1 ? (products[0] as Tensor) : concat(products, { axis: -1 });
  return inputBias ? add(product, inputBias) : product;
}

function recurrentProduct(
  state: Tensor,
  recurrentKernel: Tensor,
  gates: number,
  { recurrentDropout }: RecurrentRun,
  from: number,
  to: number,
): Tensor {
  const [units = 0] = recurrentKernel.shape;
  const part = (first: number, end: number): Tensor =>
    end - first === gates ? recurrentKernel : slice(recurrentKernel, [0, first * units], [-1, (end - first) * units]);
  if (recurrentDropout === undefined) return matmul(state, part(from, to));
  if (recurrentDropout.shape[1] === units) return matmul(mul(state, recurrentDropout), part(from, to));
  const products: Tensor[] = [];
  for (let gate = from; gate < to; gate++) {
    const factors = slice(recurrentDropout, [0, gate * units], [-1, units]);
    products.push(matmul(mul(state, factors), part(gate, gate + 1)));
  }
  return products.length === 1 ? (products[0] as Tensor) : concat(products, { axis: -1 });
}

function columns(kernel: Tensor, parts: number): Tensor[] {
  return parts === 1 ? [kernel] : split(kernel, parts, { axis: -1 });
}
