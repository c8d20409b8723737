/** A layer made from its config alone, as reading a model makes it. */
import type { Config, Layer } from '../../src/layers/layer.ts';
import { modelFromJSON } from '../../src/models/from-json.ts';

export function layerFromConfig(className: string, config: Config): Layer {
  const envelope = { module: 'keras.layers', class_name: className, config, registered_name: null };
  const net = modelFromJSON({
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'one_layer', layers: [envelope] },
    registered_name: null,
  });
  return net.layers[0] as Layer;
}
