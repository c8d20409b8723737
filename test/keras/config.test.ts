/** The models that real Keras is given to read: every layer class is among them, and we read them back ourselves. */
import t from 'tap';
import { layerClasses } from '../../src/layers/classes.ts';
import { modelFromJSON } from '../../src/models/from-json.ts';
import { sampleModels } from './write-configs.ts';

t.test('the models that real Keras is given read back alike, and use every layer class', (t) => {
  const used = new Set<string>();
  for (const net of sampleModels()) {
    const copy = modelFromJSON(JSON.stringify(net));
    t.strictSame(copy.toJSON(), net.toJSON(), net.name);
    t.strictSame(
      copy.weights.map((one) => one.shape),
      net.weights.map((one) => one.shape),
    );
    for (const layer of net.layers) used.add(layer.className);
  }
  t.strictSame(
    [...layerClasses.keys()].filter((name) => !used.has(name)),
    [],
  );
  t.end();
});
