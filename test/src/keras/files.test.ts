/** The functions of gradtape/keras: paths, kinds of files, options, and messages for what does not fit. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { zipSync } from 'fflate';
import { Layer, layers, losses, model, modelFromJSON, ops, sequential, tensor } from '../../../src/index.ts';
import type { Model, Tensor, Variable } from '../../../src/index.ts';
import type { Initializer } from '../../../src/initializers/index.ts';
import { fromKeras, loadModel, loadWeights, saveModel, saveWeights, toKeras } from '../../../src/keras/index.ts';
import { groupAt, makeGroup, newGroup, readH5, writeH5 } from '../../../src/keras/hdf5.ts';
import { readZip, writeZip } from '../../../src/keras/zip.ts';
import { ByteBudget } from '../../../src/io/byte-budget.ts';
import { input } from '../../../src/models/input.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradtape-keras-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const net = (name = 'net', units = 3): Model =>
  sequential([layers.dense(units, { inputShape: [2], name: 'first' }), layers.dense(1, { name: 'second' })], { name });
const dataOf = (one: Model): number[][] => one.weights.map(({ data }) => [...data]);
const warningsIn = async (body: () => Promise<unknown>): Promise<string[]> => {
  const told: string[] = [];
  const { warn } = console;
  console.warn = (message: string) => void told.push(message);
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return told;
};
const membersOf = async (bytes: Uint8Array): Promise<Map<string, Uint8Array>> =>
  new Map(await readZip(bytes, { where: 'it', budget: new ByteBudget('it', bytes.length), wanted: () => true }));

t.test('models and weights go to paths and back, and no other file is left', async (t) => {
  const one = net();
  for (const file of ['model.keras', 'model.h5', 'deep/er/model.keras']) {
    await saveModel(one, join(folder, file));
    t.strictSame(dataOf(await loadModel(join(folder, file))), dataOf(one), file);
  }
  await saveWeights(one, join(folder, 'model.weights.h5'));
  for (const file of ['model.weights.h5', 'model.keras', 'model.h5']) {
    const other = net();
    other.setWeights(other.weights.map(({ shape, size }) => tensor(new Float32Array(size), shape)));
    await loadWeights(other, join(folder, file));
    t.strictSame(dataOf(other), dataOf(one), `weights of ${file}`);
  }
  t.strictSame(readdirSync(folder).sort(), ['deep', 'model.h5', 'model.keras', 'model.weights.h5']);
});

t.test('the bytes tell what kind of file it is, whatever its name', async (t) => {
  const path = join(folder, 'misnamed.keras');
  writeFileSync(path, await toKeras(net(), { format: 'h5' }));
  t.equal((await loadModel(path)).name, 'net');
  await t.rejects(fromKeras(new TextEncoder().encode('name,value\n')), {
    name: 'FormatError',
    message: /neither a .keras file \(a zip archive\) nor an .h5 file: its 11 bytes/,
  });
  await t.rejects(fromKeras(await toKeras(net(), { format: 'weights.h5' })), {
    name: 'FormatError',
    message: /holds weights, not a model. Make the model and load them into it/,
  });
  const other = newGroup();
  makeGroup(other, 'measurements');
  await t.rejects(fromKeras(await writeH5(other)), { message: /not one of Keras. It has measurements/ });
  await t.rejects(loadWeights(net(), await writeH5(other)), { message: /not one of Keras. It has measurements/ });
});

t.test('wrong paths, endings and arguments are told', async (t) => {
  await t.rejects(saveModel(net(), 'model.txt'), { name: 'ArgumentError', message: /must end in .keras or .h5/ });
  await t.rejects(saveModel(net(), 'a.weights.h5'), { message: /For weights alone there is saveWeights\(\)/ });
  await t.rejects(saveWeights(net(), 'a.h5'), { message: /must end in .weights.h5/ });
  await t.rejects(loadModel(join(folder, 'none.keras')), {
    name: 'FileError',
    message: /none.keras' cannot be read: ENOENT/,
  });
  await t.rejects(loadModel(7 as never), { name: 'ArgumentError', message: /the path is 7/ });
  await t.rejects(toKeras({} as never), { name: 'ArgumentError', message: /toKeras: got an object. Give a model/ });
  await t.rejects(toKeras(net(), { format: 'pickle' as never }), {
    message: /the format is 'pickle'. Give one of 'keras', 'h5'/,
  });
  await t.rejects(fromKeras('model.keras' as never), { message: /Give the bytes of the file/ });
  await t.rejects(loadWeights(sequential([layers.dense(2)]), await toKeras(net())), { message: /has no weights yet/ });
});

t.test('weights in parts: only files beside the map, of the right kind, that are there', async (t) => {
  const one = net();
  const place = join(folder, 'parts');
  mkdirSync(place);
  const map = (...names: unknown[]): string => {
    writeFileSync(join(place, 'net.weights.json'), JSON.stringify({ weight_map: { '/layers/dense/vars': names } }));
    return join(place, 'net.weights.json');
  };
  writeFileSync(join(place, 'a.weights.h5'), await toKeras(one, { format: 'weights.h5' }));
  writeFileSync(join(folder, 'outside.weights.h5'), await toKeras(one, { format: 'weights.h5' }));
  const other = net();
  await loadWeights(other, map('a.weights.h5'));
  t.strictSame(dataOf(other), dataOf(one));
  await t.rejects(loadWeights(other, map('../outside.weights.h5')), {
    name: 'FormatError',
    message: /names the file "\.\.\/outside\.weights\.h5"; only files beside this one are read/,
  });
  await t.rejects(loadWeights(other, map('a.h5')), { message: /'a\.h5'; only \.weights\.h5 files are read/ });
  await t.rejects(loadWeights(other, map('b.weights.h5')), {
    name: 'FileError',
    message: /parts\/b\.weights\.h5' cannot be read: ENOENT/,
  });
  writeFileSync(join(place, 'b.weights.h5'), readFileSync(join(place, 'a.weights.h5')));
  await t.rejects(loadWeights(other, map('a.weights.h5', 'b.weights.h5')), {
    name: 'FormatError',
    message: /layers\/dense\/vars\/0 is in two shards/,
  });
  const bytes = readFileSync(map('a.weights.h5'));
  await t.rejects(loadWeights(other, bytes), { message: /names the files that hold the weights: a\.weights\.h5\. Give its path/ });
  await t.rejects(loadModel(map('a.weights.h5')), { message: /the file holds weights, not a model/ });
  await t.rejects(loadWeights(other, new TextEncoder().encode('{"modelTopology":{}}')), {
    name: 'FormatError',
    message: /this JSON has no weight_map, so it is no \.weights\.json of Keras/,
  });
}); // prettier-ignore

t.test('a folder of Keras is a model; what another folder or NumPy has, is told', async (t) => {
  const one = net();
  const place = join(folder, 'unzipped');
  mkdirSync(place);
  await t.rejects(loadModel(place), {
    name: 'FormatError',
    message: /unzipped: of folders only those .* zipped=False, with config\.json .*unzipped\/config\.json' cannot be read: ENOENT/,
  });
  const members = await membersOf(await toKeras(one));
  for (const [name, bytes] of members) writeFileSync(join(place, name), bytes);
  t.strictSame(dataOf(await loadModel(place)), dataOf(one));
  const other = net();
  await loadWeights(other, place);
  t.strictSame(dataOf(other), dataOf(one));
  members.delete('model.weights.h5');
  const numpy = await writeZip(members.set('model.weights.npz', new Uint8Array(9)));
  await t.rejects(fromKeras(numpy), { name: 'FormatError', message: /has arrays of NumPy, 'model\.weights\.npz'/ });
  const arrays = await writeZip(new Map([['__root__.npy', new Uint8Array(9)]]));
  await t.rejects(loadWeights(other, arrays), { message: /'__root__\.npy', which are not read\. Load the file in Keras/ });
}); // prettier-ignore

t.test('weights that do not fit are listed with layer, weight and both shapes, and nothing changes', async (t) => {
  const bytes = await toKeras(net('saved', 5), { format: 'weights.h5' });
  const other = net();
  const before = dataOf(other);
  await t.rejects(loadWeights(other, bytes), {
    name: 'FormatError',
    message:
      "loadWeights: these do not fit the model:\n  layer 'first' (layers/dense): the weight 'first/kernel' has the shape [2, 3], the file's array [2, 5].\n  layer 'second' (layers/dense_1): the weight 'second/kernel' has the shape [3, 1], the file's array [5, 1].\nLoad them into the model that was saved, or leave them out with { skipMismatch: true }.",
  });
  t.strictSame(dataOf(other), before);
  const deeper = sequential([layers.dense(3, { inputShape: [2] }), layers.dense(1), layers.dense(1)]);
  await t.rejects(loadWeights(deeper, await toKeras(net(), { format: 'weights.h5' })), {
    message: /layer 'dense_\d+' \(layers\/dense_2\): the file has no such object; its weights are 'dense_\d+\/kernel'/,
  });
  const shallower = sequential([layers.dense(3, { inputShape: [2] })]);
  await t.rejects(loadWeights(shallower, await toKeras(net(), { format: 'weights.h5' })), {
    message: /'layers\/dense_1' in the file: the model has no such layer/,
  });
  const unbiased = sequential([layers.dense(3, { inputShape: [2], useBias: false }), layers.dense(1)]);
  await t.rejects(loadWeights(unbiased, await toKeras(net(), { format: 'weights.h5' })), {
    message: /the file has 2 arrays for 1 weights \('dense_\d+\/kernel'\)/,
  });
});

t.test('skipMismatch loads what fits and warns of the rest', async (t) => {
  const saved = net('saved', 3);
  const wider = sequential([layers.dense(3, { inputShape: [2] }), layers.dense(4)]);
  const told = await warningsIn(async () =>
    loadWeights(wider, await toKeras(saved, { format: 'weights.h5' }), { skipMismatch: true }),
  );
  t.match(told.join(), /\[3, 4\], the file's array \[3, 1\].\nThey are left out/);
  t.strictSame(dataOf(wider).slice(0, 2), dataOf(saved).slice(0, 2));
});

t.test('an .h5 file is read in the order of its layers, or by their names', async (t) => {
  const bytes = await toKeras(net(), { format: 'h5' });
  const head = sequential([layers.dense(7, { inputShape: [3], name: 'new' }), layers.dense(1, { name: 'other' })]);
  await t.rejects(loadWeights(head, bytes), {
    message: /layer 'new' \(in the file 'first'\): the weight 'new\/kernel'/,
  });
  const x = input([2]);
  const h = layers.dense(3, { name: 'first' })(x);
  const three = model(x, layers.dense(1, { name: 'second' })(layers.dense(3, { name: 'between' })(h))) as Model;
  await t.rejects(loadWeights(three, bytes), {
    message:
      /the file has weights of 2 layers \('first', 'second'\), the model has 3 layers with weights \('first', 'between', 'second'\)/,
  });
  const between = dataOf(three).slice(2, 4);
  await loadWeights(three, bytes, { byName: true });
  const [kernel, bias, ...rest] = dataOf(net());
  t.strictSame(dataOf(three), [kernel, bias, ...between, ...rest]);
  const told = await warningsIn(() => loadWeights(head, bytes, { byName: true }));
  t.match(
    told.join(),
    /no layer of the model bears a name that the file has. The model: new, other. The file: first, second/,
  );
  await t.rejects(loadWeights(three, await toKeras(three), { byName: true }), {
    message: /byName is for older .h5 files/,
  });
});

t.test('a file of weights alone in the older layout is read too', async (t) => {
  const whole = await readH5(await toKeras(net(), { format: 'h5' }), 'a.h5');
  const alone = await writeH5(groupAt(whole, 'model_weights') ?? newGroup());
  const other = net();
  other.weights.forEach((one) => one.assign(tensor(new Float32Array(one.size), one.shape)));
  await loadWeights(other, alone);
  t.strictSame(dataOf(other), dataOf(net()));
  await t.rejects(fromKeras(alone), { message: /holds weights, not a model/ });
});

t.test('lists of names too long for one attribute are split as Keras splits them', async (t) => {
  const long = 'n'.repeat(200);
  const many = sequential(
    Array.from({ length: 350 }, (_, i) => layers.dense(1, { inputShape: [1], name: `${long}_${i}` })),
  );
  const bytes = await toKeras(many, { format: 'h5' });
  const group = groupAt(await readH5(bytes, 'a.h5'), 'model_weights');
  t.notOk(group?.attributes.has('layer_names'));
  t.ok(group?.attributes.has('layer_names1'));
  t.strictSame(dataOf(await fromKeras(bytes)), dataOf(many));
});

t.test('the early files of Keras 3 are read, whose lists of layers had another name', async (t) => {
  const root = await readH5(await toKeras(net(), { format: 'weights.h5' }), 'a.h5');
  root.groups.set('_layer_checkpoint_dependencies', root.groups.get('layers') ?? newGroup());
  root.groups.delete('layers');
  const other = net();
  other.weights.forEach((one) => one.assign(tensor(new Float32Array(one.size), one.shape)));
  await loadWeights(other, await writeH5(root));
  t.strictSame(dataOf(other), dataOf(net()));
});

t.test('without the optimizer a file has no settings of compile and no state', async (t) => {
  const one = net();
  one.compile({ optimizer: 'adam', loss: 'mse' });
  await one.trainOnBatch(tensor([[1, 2]]), tensor([[1]]));
  for (const format of ['keras', 'h5'] as const) {
    t.ok((await fromKeras(await toKeras(one, { format }))).optimizer, `${format} with it`);
    t.equal(
      (await fromKeras(await toKeras(one, { format }), { compile: false })).optimizer,
      undefined,
      `${format}, not compiled`,
    );
    t.equal(
      (await fromKeras(await toKeras(one, { format, includeOptimizer: false }))).optimizer,
      undefined,
      `${format} without`,
    );
  }
  const weights = await readH5(await toKeras(one, { format: 'weights.h5', includeOptimizer: false }), 'a.h5');
  t.notOk(weights.groups.has('optimizer'));
});

t.test('weights into a compiled model bring the state of its optimizer along, or warn that they cannot', async (t) => {
  const train = async (one: Model, steps: number): Promise<number[]> => {
    const found: number[] = [];
    for (let step = 0; step < steps; step++)
      found.push((await one.trainOnBatch(tensor([[1, 2]]), tensor([[3]]))) as number);
    return found;
  };
  const one = net();
  one.compile({ optimizer: 'adam', loss: 'mse' });
  await train(one, 3);
  const bytes = await toKeras(one, { format: 'weights.h5' });
  const other = net();
  other.compile({ optimizer: 'adam', loss: 'mse' });
  await loadWeights(other, bytes);
  t.strictSame(await train(other, 3), await train(one, 3));
  const third = net();
  third.compile({ optimizer: 'rmsprop', loss: 'mse' });
  await train(third, 1);
  const told = await warningsIn(() => loadWeights(third, bytes));
  t.match(
    told.join(),
    /the optimizer 'rmsprop' has 6 variables, the file has 10. The weights are loaded; the optimizer begins anew/,
  );
});

class Scale extends Layer {
  factor: Variable | undefined;
  override build(): void {
    this.factor = this.addWeight('factor', [], 'ones');
  }
  override call(x: Tensor): Tensor {
    return ops.mul(x, this.factor as Variable);
  }
}

t.test("layers, losses and metrics of one's own are given as customObjects", async (t) => {
  const halfSquared = (yTrue: Tensor, yPred: Tensor): Tensor =>
    ops.mean(ops.square(ops.sub(yTrue, yPred)), { axis: -1 });
  const x = input([2]);
  const one = model(x, new Scale({ name: 'scale' })(layers.dense(1)(x))) as Model;
  one.compile({ optimizer: 'sgd', loss: halfSquared, metrics: [losses.meanSquaredError, halfSquared] });
  one.weights.at(-1)?.assign(tensor(2.5));
  for (const format of ['keras', 'h5'] as const) {
    const bytes = await toKeras(one, { format });
    const copy = await fromKeras(bytes, { customObjects: { Scale, halfSquared } });
    t.equal(copy.weights.at(-1)?.data[0], 2.5);
    t.strictSame(copy.metricsNames, one.metricsNames);
    await t.rejects(fromKeras(bytes), {
      name: 'FormatError',
      message: /unknown layer class 'Scale'; give it to modelFromJSON/,
    });
    await t.rejects(fromKeras(bytes, { customObjects: { Scale } }), {
      name: 'FormatError',
      message: /its compile settings cannot be read: .*unknown loss .halfSquared.*\{ compile: false \}/s,
    });
    t.equal((await fromKeras(bytes, { customObjects: { Scale }, compile: false })).optimizer, undefined);
  }
  const [nameless] = [(yTrue: Tensor, yPred: Tensor): Tensor => ops.mean(ops.sub(yTrue, yPred))];
  one.compile(nameless ? { loss: nameless } : {});
  await t.rejects(toKeras(one), {
    name: 'ArgumentError',
    message: /a loss of compile\(\) is a function without a name/,
  });
});

t.test('a model that asks for more weights than the file has is refused before they are made', async (t) => {
  const members = await membersOf(await toKeras(net()));
  const config = new TextDecoder().decode(members.get('config.json')).replace('"units":3', '"units":30000000');
  members.set('config.json', new TextEncoder().encode(config));
  await t.rejects(fromKeras(await writeZip(members)), {
    name: 'FormatError',
    message: /the config asks for 'first\/kernel' of shape \[2, 30000000\], 240000000 bytes: more than the file holds/,
  });
});

t.test('initializers are left out while a file is read, and only then', async (t) => {
  const counted = { count: 0 };
  class Counting extends Layer {
    override build(): void {
      const initialize = (): Tensor => {
        counted.count++;
        return tensor([1, 2]);
      };
      this.addWeight('w', [2], {
        className: 'Counting',
        initialize,
        getConfig: () => ({}),
      } as unknown as Initializer);
    }
    override call(x: Tensor): Tensor {
      return x;
    }
  }
  const x = input([2]);
  const one = model(x, new Counting({ name: 'counting' })(x)) as Model;
  t.equal(counted.count, 1);
  await fromKeras(await toKeras(one), { customObjects: { Counting } });
  t.equal(counted.count, 1, 'not by loading');
  modelFromJSON(one.toJSON(), { customObjects: { Counting } });
  t.equal(counted.count, 2, 'again afterwards');
});

t.test('members that are missing, unknown or no JSON are told', async (t) => {
  const whole = await membersOf(await toKeras(net()));
  const without = (name: string): Map<string, Uint8Array> => new Map([...whole].filter(([one]) => one !== name));
  await t.rejects(fromKeras(await writeZip(without('config.json'))), { message: /the archive has no 'config.json'/ });
  await t.rejects(fromKeras(await writeZip(without('model.weights.h5'))), { message: /has no 'model.weights.h5'/ });
  t.equal((await fromKeras(await writeZip(without('metadata.json')))).name, 'net');
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  await t.rejects(fromKeras(zipSync(Object.fromEntries([...whole, ['run.py', text('x')]]))), {
    message:
      /the archive has a member 'run.py'. Of a .keras file metadata.json, config.json, model.weights.h5 are read/,
  });
  t.equal((await fromKeras(zipSync(Object.fromEntries([...whole, ['assets/words.txt', text('x')]])))).name, 'net');
  for (const [config, message] of [
    ['{"class_name"', /config.json: the text is no JSON/],
    ['[]', /expected an object, got a list/],
    ['[['.repeat(5000), /config.json: its JSON is nested more than 512 deep/],
    ['{"class_name": "Dense", "config": {"units": 1}}', /the JSON is of a Dense layer, not of a model/],
    ['{"class_name": "Sequential", "config": null}', /expected an object, got null/],
  ] as const) {
    const members = new Map(whole).set('config.json', text(config));
    await t.rejects(fromKeras(await writeZip(members)), { name: 'FormatError', message }, config.slice(0, 40));
  }
});

t.test('Python is given a momentum that is no whole number, and texts stay as they are', async (t) => {
  const name = '","momentum":0,"';
  const one = net(name);
  one.compile({ optimizer: 'sgd', loss: 'mse' });
  const config = new TextDecoder().decode((await membersOf(await toKeras(one))).get('config.json'));
  t.match(config, /"momentum":0\.0,/);
  t.equal((await fromKeras(await toKeras(one))).name, name);
});

t.test('what is read stays as it was given', async (t) => {
  const bytes = await toKeras(net());
  const copy = bytes.slice();
  await fromKeras(bytes);
  t.strictSame(bytes, copy);
  const path = join(folder, 'buffer.keras');
  writeFileSync(path, bytes);
  t.strictSame(dataOf(await fromKeras(readFileSync(path))), dataOf(net()), 'a Buffer that is part of a larger one');
});

t.test('the same model is the same bytes', async (t) => {
  const one = net();
  one.compile({ optimizer: 'adam', loss: 'mse' });
  for (const format of ['keras', 'h5', 'weights.h5'] as const) {
    const first = await toKeras(one, { format });
    await new Promise((resolve) => void setTimeout(resolve, 1100));
    t.strictSame(await toKeras(one, { format }), first, format);
  }
});

t.test('an optimizer that is not known is named, with the way out', async (t) => {
  const one = net();
  one.compile({ optimizer: 'adam', loss: 'mse' });
  const members = await membersOf(await toKeras(one));
  const config = new TextDecoder()
    .decode(members.get('config.json'))
    .replace('"class_name":"Adam"', '"class_name":"Muon"');
  members.set('config.json', new TextEncoder().encode(config));
  const bytes = await writeZip(members);
  await t.rejects(fromKeras(bytes), {
    name: 'FormatError',
    message: /^fromKeras: its compile settings cannot be read: .*unknown optimizer 'Muon'.*\{ compile: false \}\.$/s,
  });
  t.strictSame(dataOf(await fromKeras(bytes, { compile: false })), dataOf(one));
});
