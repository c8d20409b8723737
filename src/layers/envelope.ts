/** Layers as configs hold them inside one another. */
import type { Config, Layer } from './layer.ts';
import { kerasNameOf } from './naming.ts';

/**
 * The envelope of a layer: module, class and config. A model gives its own.
 * @throws ArgumentError when the layer holds what no file can
 */
export function layerEnvelope(layer: Layer): Config {
  if ('graphNodes' in layer) return layer.toJSON();
  const { name, trainable, dtype = 'float32', ...rest } = layer.getConfig();
  const config = { name: name ?? layer.name, ...(trainable === undefined ? {} : { trainable }), dtype, ...rest };
  const { className } = layer;
  return kerasNameOf(layer) === undefined
    ? { module: null, class_name: className, config, registered_name: className }
    : { module: 'keras.layers', class_name: className, config, registered_name: null };
}
