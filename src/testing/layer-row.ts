/** The table row of a layer: how to make it, what it takes, what is known of it, what is refused. `layerLaws` derives all checks from it. */
import type { Layer, LayerOptions } from '../layers/layer.ts';
import type { ModelFromJSONOptions } from '../models/from-json.ts';
import type { Shape } from '../tensor/shape.ts';
import type { RefusedCall } from './op-row.ts';

/** One layer, with some options of its own, under all its laws. */
export interface LayerRow {
  /** The layer's name. */
  readonly layer: string;
  /** What tells it from the layer's other rows. */
  readonly variant?: string;
  /** A fresh layer with these options beside the row's own. */
  readonly make: (options: LayerOptions) => Layer;
  /** Shapes of the inputs, batch first, twice: an axis whose sizes differ is left open where shapes are declared. */
  readonly inputs: readonly [readonly Shape[], readonly Shape[]];
  /** Number of elements of all weights. */
  readonly params: number;
  /** The inputs are whole numbers from 0 to below this. */
  readonly indices?: number;
  /** All first weights are constants, the same with every seed. */
  readonly constantWeights?: true;
  /** Why training gives other results than inference. */
  readonly trainingDiffers?: string;
  /** The layer computes with masks: what a masked step holds does not matter to its output. */
  readonly ignoresMaskedSteps?: true;
  /** Why the laws of masks are left out: this layer's masks are not `[batch, steps]`. */
  readonly withoutMask?: string;
  /** The layer's class, under the name in its config, where `modelFromJSON` does not know it. */
  readonly customObjects?: ModelFromJSONOptions['customObjects'];
  /** Wrong uses, and what their messages say. */
  readonly refused?: readonly RefusedCall[];
}
