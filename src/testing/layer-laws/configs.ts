/** Laws of configs and files: a layer is made again from its JSON, a model of it from toJSON and its weights. */
import type { Layer } from '../../layers/layer.ts';
import { seed } from '../../layers/naming.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { modelFromJSON, type Model } from '../../training/models.ts';
import type { LayerRow } from '../layer-row.ts';
import type { Book } from './book.ts';
import { dataFor, listed, modelOf, run } from './running.ts';

export function configLaw(book: Book): void {
  const { row } = book;
  for (const options of [{ name: 'mine', trainable: false }, {}]) {
    const layer = row.make(options);
    book.same('its config is JSON', JSON.parse(JSON.stringify(layer)), layer.getConfig());
    const again = fromConfig(row, layer);
    book.holds('its config makes a layer of its class', again.constructor === layer.constructor, again.className);
    book.same('its config makes a layer of the same config', again.getConfig(), layer.getConfig());
    const given = dataFor(row);
    book.same('its config makes a layer that computes the same', run(again, row, given), run(layer, row, given));
  }
}

function fromConfig(row: LayerRow, layer: Layer): Layer {
  const envelope = {
    module: 'keras.layers',
    class_name: layer.className,
    config: layer.getConfig(),
    registered_name: null,
  };
  const json = {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'one_layer', layers: [envelope] },
    registered_name: null,
  };
  return restored(row, json).layers[0] as Layer;
}

// The copy starts with other weights, which those of the first replace.
export function saveLaw(book: Book): void {
  const { row } = book;
  const { net, given } = modelOf(row, row.make({}));
  seed(7);
  const copy = restored(row, JSON.parse(JSON.stringify(net.toJSON())) as object);
  seed(0);
  copy.setWeights(net.weights.map((weight) => tensor(Float32Array.from(weight.data), weight.shape)));
  const outputs = (of: Model): Tensor[] =>
    listed(of(given.length > 1 ? given : (given[0] as Tensor)) as unknown as Tensor | Tensor[]);
  book.same('a model of it is restored bit for bit from toJSON and its weights', outputs(copy), outputs(net));
}

function restored({ customObjects }: LayerRow, json: object): Model {
  return modelFromJSON(json, customObjects === undefined ? {} : { customObjects });
}
