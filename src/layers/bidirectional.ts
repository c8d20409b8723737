/** A recurrent layer run in both directions. */
import { ArgumentError } from '../errors.ts';
import { add, concat, div, mul, reverse } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { layerEnvelope } from './envelope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';
import { Recurrent } from './recurrent.ts';

/** How the two directions become one output; null gives both. */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave' | null;

export interface BidirectionalOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Side by side, sum, product or mean; null gives a list of both. Default `'concat'`. */
  readonly mergeMode?: MergeMode;
  /** The layer of the other direction. Default: one like the first, which runs the other way. */
  readonly backwardLayer?: Recurrent;
  /** First values of all weights, the forward layer's, then the backward layer's. */
  readonly weights?: readonly (Tensor | Float32Array)[];
}

const mergeModes: readonly MergeMode[] = ['concat', 'sum', 'mul', 'ave', null];

export class Bidirectional<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Bidirectional';
  readonly mergeMode: MergeMode;
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;
  readonly #firstWeights: readonly (Tensor | Float32Array)[] | undefined;

  constructor(options: BidirectionalOptions<Name> & { readonly layer: Recurrent }) {
    super(options);
    const where = `layer '${this.name}'`;
    const { layer, backwardLayer, mergeMode = 'concat' } = options;
    for (const [what, one] of [['layer', layer] as const, ['backwardLayer', backwardLayer] as const]) {
      if (one instanceof Recurrent || (one === undefined && what === 'backwardLayer')) continue;
      throw new ArgumentError(`${where} (Bidirectional): ${what} must be a recurrent layer: lstm, gru or simpleRnn.`, {
        where,
      });
    }
    if (!mergeModes.includes(mergeMode)) {
      throw new ArgumentError(
        `${where} (Bidirectional): the mergeMode is '${String(mergeMode)}'; it must be one of 'concat', 'sum', 'mul', 'ave' and null.`,
        { where, got: mergeMode, expected: mergeModes },
      );
    }
    this.mergeMode = mergeMode;
    this.#firstWeights = options.weights;
    this.forwardLayer = layer.copyWith({ name: directed('forward', layer.name) });
    this.backwardLayer = backwardLayer ?? layer.copyWith({ name: directed('backward', layer.name), goBackwards: true });
    checkPair(where, this.forwardLayer, this.backwardLayer);
    // Zeros add nothing where the directions are merged step by step.
    for (const one of [this.forwardLayer, this.backwardLayer]) one.zeroOutputForMask = one.returnSequences;
  }

  get returnSequences(): boolean {
    return this.forwardLayer.returnSequences;
  }

  get returnState(): boolean {
    return this.forwardLayer.returnState;
  }

  get stateful(): boolean {
    return this.forwardLayer.stateful;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(shapes: InputShapes): void {
    this.forwardLayer.ensureBuilt(shapes);
    this.backwardLayer.ensureBuilt(shapes);
    const values = this.#firstWeights;
    if (!values) return;
    const half = Math.floor(values.length / 2);
    this.forwardLayer.setWeights(values.slice(0, half));
    this.backwardLayer.setWeights(values.slice(half));
  }

  override call(x: Tensor, context: CallContext): Tensor | Tensor[] {
    const { forwardLayer, backwardLayer } = this;
    const { mask, initialState } = context;
    const half = (initialState?.length ?? 0) / 2;
    if (!Number.isInteger(half)) {
      throw new ArgumentError(
        `layer '${this.name}' (Bidirectional): initialState has ${initialState?.length} tensors; expected the forward layer's states, then as many of the backward layer.`,
        { where: this.name, got: initialState?.length },
      );
    }
    const run = (layer: Recurrent, state: readonly Tensor[] | undefined): Tensor[] => {
      const result = layer.invoke(x, { mask, initialState: state }) as Tensor | Tensor[];
      return result instanceof Tensor ? [result] : result;
    };
    const [forward, ...forwardStates] = run(forwardLayer, initialState?.slice(0, half));
    const [last, ...backwardStates] = run(backwardLayer, initialState?.slice(half));
    const backward = this.returnSequences ? reverse(last as Tensor, { axis: 1 }) : (last as Tensor);
    const outputs = this.merge(forward as Tensor, backward);
    if (this.returnState) return [...outputs, ...forwardStates, ...backwardStates];
    return this.mergeMode === null ? outputs : (outputs[0] as Tensor);
  }

  override computeMask(_input: Tensors, [mask]: readonly (Tensor | undefined)[]): Masks {
    const own = this.returnSequences ? mask : undefined;
    return this.mergeMode === null ? [own, own] : this.returnState ? [own] : own;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    const shapesOf = (layer: Recurrent): readonly PartialShape[] => {
      const found = layer.computeOutputShape(shapes);
      return (Array.isArray(found[0]) ? found : [found]) as readonly PartialShape[];
    };
    const [forward, ...forwardStates] = shapesOf(this.forwardLayer) as [PartialShape, ...PartialShape[]];
    const [backward, ...backwardStates] = shapesOf(this.backwardLayer) as [PartialShape, ...PartialShape[]];
    const width = (shape: PartialShape): number => shape.at(-1) as number;
    const merged = this.mergeMode === 'concat' ? [...forward.slice(0, -1), width(forward) + width(backward)] : forward;
    const outputs = this.mergeMode === null ? [forward, backward] : [merged];
    if (this.returnState) return [...outputs, ...forwardStates, ...backwardStates];
    return this.mergeMode === null ? outputs : merged;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      merge_mode: this.mergeMode,
      layer: layerEnvelope(this.forwardLayer),
      backward_layer: layerEnvelope(this.backwardLayer),
    };
  }

  private merge(forward: Tensor, backward: Tensor): Tensor[] {
    switch (this.mergeMode) {
      case 'concat':
        return [concat([forward, backward], { axis: -1 })];
      case 'sum':
        return [add(forward, backward)];
      case 'mul':
        return [mul(forward, backward)];
      case 'ave':
        return [div(add(forward, backward), 2)];
      case null:
        return [forward, backward];
    }
  }
}

/**
 * A recurrent layer over the steps in both directions. The layer itself is a pattern: two copies of it are made,
 * `forward_name` and `backward_name`; the backward one's sequence is turned round before both are merged.
 * With `returnState` it gives the output(s), the forward states, the backward states; `initialState` is given likewise.
 * Weights: those of the forward layer, then those of the backward layer. Source: Schuster and Paliwal 1997; Keras
 * `Bidirectional`.
 * @throws ArgumentError for another layer than a recurrent one, two layers of one direction, an unknown merge mode
 * @example const encoded = bidirectional(lstm(32, { returnSequences: true }), { mergeMode: 'sum' })(sequence);
 */
export function bidirectional<const Name extends string = string>(
  layer: Recurrent,
  options: BidirectionalOptions<Name> = {},
): Bidirectional<Name> {
  return new Bidirectional<Name>({ ...options, layer });
}

function directed(direction: 'forward' | 'backward', name: string): string {
  const prefix = `${direction}_`;
  return name.startsWith(prefix) ? name : prefix + name;
}

function checkPair(where: string, forward: Recurrent, backward: Recurrent): void {
  if (forward.goBackwards === backward.goBackwards) {
    throw new ArgumentError(
      `${where} (Bidirectional): both layers run ${forward.goBackwards ? 'backwards' : 'forwards'}; give one of them another goBackwards.`,
      { where, got: forward.goBackwards },
    );
  }
  for (const option of ['stateful', 'returnSequences', 'returnState'] as const) {
    if (forward[option] === backward[option]) continue;
    throw new ArgumentError(
      `${where} (Bidirectional): ${option} is ${forward[option]} in the forward layer and ${backward[option]} in the backward layer; give both the same.`,
      { where, got: [forward[option], backward[option]] },
    );
  }
}
