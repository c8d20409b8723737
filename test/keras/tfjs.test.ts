/** Models that TensorFlow.js itself saved give TensorFlow.js's predictions; what does not fit is refused by name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tensor, type Tensor } from '../../src/index.ts';
import { groupAt, readH5, type H5Dataset, type H5Group } from '../../src/keras/hdf5.ts';
import { fromKeras, fromTfjs, loadModel } from '../../src/keras/index.ts';
import { root } from '../house/sources.ts';
import { decodeTensors, ErrorReport, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface Manifest {
  readonly weightsManifest: {
    paths: string[];
    weights: { name: string; shape: unknown; dtype: string; quantization?: object }[];
  }[];
  format?: string;
  modelTopology: Record<string, unknown>;
}
interface Case {
  readonly x: readonly FixtureTensor[];
  readonly predictions: readonly FixtureTensor[];
}

const folder = join(root, 'test/keras/fixtures/tfjs');
const keras2Folder = join(root, 'test/keras/fixtures/keras2/files');
const jsonOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(folder, name, 'model.json'), 'utf8')) as Manifest;
const shardsOf = (name: string): Map<string, Uint8Array> =>
  new Map(
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.bin'))
      .map((file) => [file, new Uint8Array(readFileSync(join(folder, name, file)))]),
  );

const report = new ErrorReport();

for (const name of readdirSync(folder).sort()) {
  t.test(`${name} predicts what TensorFlow.js predicts`, async (t) => {
    const { x, predictions } = decodeTensors(readFileSync(join(folder, name, 'case.json'), 'utf8')) as Case;
    const model = await fromTfjs(readFileSync(join(folder, name, 'model.json'), 'utf8'), shardsOf(name));
    const inputs = x.map(toTensor);
    const given = await model.predict((inputs.length > 1 ? inputs : inputs[0]) as Tensor, { verbose: 0 });
    const outputs = (Array.isArray(given) ? given : [given]) as Tensor[];
    t.equal(outputs.length, predictions.length);
    report.case(name);
    outputs.forEach((output, index) => {
      const error = relativeDifference(output, predictions[index] as FixtureTensor);
      report.note(name, error);
      t.ok(error <= 1e-6, `output ${index} differs by ${error}`);
    });
  });
}

/** A file of Keras 2 as TensorFlow.js's converter writes it: Keras's names of weights, the config in `model_config`. */
async function converted(file: string): Promise<{ json: object; shards: Map<string, Uint8Array> }> {
  const tree = await readH5(new Uint8Array(readFileSync(join(keras2Folder, `${file}.h5`))), file);
  const weights: object[] = [];
  const data: Uint8Array[] = [];
  const groups = groupAt(tree, 'model_weights') as H5Group;
  for (const layer of groups.attributes.get('layer_names') as readonly string[]) {
    const group = groupAt(groups, layer) as H5Group;
    for (const name of group.attributes.get('weight_names') as readonly string[]) {
      const slash = name.lastIndexOf('/');
      const dataset = groupAt(group, name.slice(0, slash))?.datasets.get(name.slice(slash + 1)) as H5Dataset;
      weights.push({ name: name.replace(/:0$/, ''), shape: dataset.shape, dtype: 'float32' });
      data.push(new Uint8Array(Float32Array.from(dataset.data).buffer));
    }
  }
  const json = {
    format: 'layers-model',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: JSON.parse(tree.attributes.get('model_config') as string) as object,
    },
    weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights }],
  };
  return { json, shards: new Map([['group1-shard1of1.bin', new Uint8Array(Buffer.concat(data))]]) };
}

for (const file of [
  'lstm',
  'bidirectional',
  'convolutional',
  'separable',
  'nested',
  'time_distributed',
  'activations',
]) {
  t.test(`the weights of Keras 2's ${file}.h5 are found by the names that the converter gives them`, async (t) => {
    const { json, shards } = await converted(file);
    const { x, predictions } = decodeTensors(readFileSync(join(keras2Folder, `${file}.json`), 'utf8')) as Case;
    const model = await fromTfjs(json, shards);
    const given = model(...(x.map(toTensor) as [Tensor])) as Tensor | Tensor[];
    [given].flat().forEach((output, index) => {
      const error = relativeDifference(output, predictions[index] as FixtureTensor);
      t.ok(error <= 1e-6, `output ${index} differs by ${error}`);
    });
  });
}

t.test('shards may come as a list, and the JSON as an object', async (t) => {
  const shards = shardsOf('plain-shards');
  t.ok(shards.size > 2);
  const json = jsonOf('plain-shards');
  const [paths] = json.weightsManifest.map((group) => group.paths);
  const list = (paths ?? []).map((path) => shards.get(path) as Uint8Array);
  const [a, b] = [await fromTfjs(json, list), await fromTfjs(jsonOf('plain-shards'), shards)];
  const x = tensor([[1, 2, 3, 4]]);
  t.strictSame((a(x) as Tensor).data, (b(x) as Tensor).data);
});

t.test('loadModel reads model.json and the shards beside it, and no other files', async (t) => {
  const model = await loadModel(join(folder, 'plain-shards', 'model.json'));
  const same = await fromTfjs(jsonOf('plain-shards'), shardsOf('plain-shards'));
  const x = tensor([[1, 2, 3, 4]]);
  t.strictSame((model(x) as Tensor).data, (same(x) as Tensor).data);
  for (const [name, message] of [
    ['notes.txt', /only \.bin files are read/],
    ['../outside.bin', /only files beside this one are read/],
    ['C:outside.bin', /only files beside this one are read/],
    ['gone.bin', /gone\.bin' cannot be read/],
  ] as const) {
    const json = jsonOf('plain');
    json.weightsManifest[0]?.paths.splice(0, 1, name);
    const path = join(t.testdir({ 'model.json': JSON.stringify(json) }), 'model.json');
    await t.rejects(loadModel(path), { message }, name);
  }
  const bytes = new Uint8Array(readFileSync(join(folder, 'plain', 'model.json')));
  await t.rejects(fromKeras(bytes), { name: 'FormatError', message: /fromTfjs\(json, shards\)/ });
});

t.test('what does not fit is refused, with the name of what', async (t) => {
  const refused = async (
    message: RegExp,
    change: (json: Manifest, shards: Map<string, Uint8Array>) => unknown,
  ): Promise<void> => {
    const json = jsonOf('plain');
    const shards = shardsOf('plain');
    const given = change(json, shards) ?? json;
    await t.rejects(fromTfjs(given as object, shards), { name: 'FormatError', message });
  };
  const weights = (json: Manifest): Manifest['weightsManifest'][number]['weights'] =>
    json.weightsManifest[0]?.weights ?? [];
  const shard = 'group1-shard1of1.bin';
  await refused(/the shard 'group1-shard1of1\.bin' are not there/, (_, shards) => {
    shards.clear();
  });
  await refused(/ends at byte 172, but the shards of its group hold 171/, (_, shards) => {
    shards.set(shard, (shards.get(shard) as Uint8Array).subarray(1));
  });
  await refused(/hold 176 bytes, but its weights take 172/, (_, shards) => {
    shards.set(shard, new Uint8Array(176));
  });
  await refused(/only files beside this one are read/, (json) => {
    json.weightsManifest[0]?.paths.splice(0, 1, '../../etc/passwd');
  });
  await refused(/its shape holds -4/, (json) => void ((weights(json)[0] as { shape: unknown }).shape = [-4, 5]));
  await refused(/shape \[1000000, 1000000\] ends at byte/, (json) => {
    (weights(json)[0] as { shape: unknown }).shape = [1e6, 1e6];
  });
  await refused(
    /its dtype is string; known: float32/,
    (json) => void ((weights(json)[0] as { dtype: string }).dtype = 'string'),
  );
  await refused(/quantized as uint4/, (json) => {
    (weights(json)[0] as { quantization?: object }).quantization = { dtype: 'uint4' };
  });
  await refused(/no layer has the weight 'other\/kernel'/, (json) => {
    (weights(json)[0] as { name: string }).name = 'other/kernel';
  });
  await refused(/is a second tensor for the weight/, (json) => {
    (weights(json)[2] as { name: string }).name = (weights(json)[0] as { name: string }).name;
  });
  await refused(/has the shape \[5, 4\], the weight .* \[4, 5\]/, (json) => {
    (weights(json)[0] as { shape: unknown }).shape = [5, 4];
  });
  await refused(/there is no tensor for the weights .*bias/, (json, shards) => {
    weights(json).pop();
    shards.set(shard, (shards.get(shard) as Uint8Array).subarray(0, 160));
  });
  await refused(/this is the config of a model, without weights/, (json) => json.modelTopology);
  await refused(/this is a graph model/, (json) => void (json.format = 'graph-model'));
  await refused(/this is no layers model of TensorFlow\.js: its keys are a/, () => ({ a: 1 }));
  t.end();
});

t.teardown(() => {
  for (const line of report.lines()) t.comment(line);
});
