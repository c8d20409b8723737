/** Models and weights as files of Keras: to bytes and back, and to paths in Node. */
import { ArgumentError, describeValue, FormatError, optionsOf } from '../errors.ts';
import { Model } from '../models/model.ts';
import type { CustomObject } from '../models/make-layer.ts';
import { compilationOf, optimizerOf } from '../training/state.ts';
import { readArchive, readFolder, readMembers, weightsOf, weightsOfArchive, writeArchive } from './archive.ts';
import { readBeside } from './beside.ts';
import { isFolder, readFile, writeFile } from './file-access.ts';
import { groupAt, isH5, readH5, writeH5, type H5Group } from './hdf5.ts';
import { isLegacyWeights, loadLegacyWeights, readLegacy } from './legacy-reader.ts';
import { writeLegacy } from './legacy-writer.ts';
import type {
  KerasFormat,
  LoadModelOptions,
  LoadOptions,
  LoadWeightsOptions,
  SaveModelOptions,
  ToKerasOptions,
} from './options.ts';
import { isJson, loadTfjs } from './tfjs-files.ts';
import { holdsWeights, isWeightsTree, loadWeightsTree, weightsTree } from './weights-file.ts';
import { readWeightShards, weightShardNames } from './weight-shards.ts';
import { isZip } from './zip.ts';

/** Those of them that a config without a compilation names. */
type LayerObjects = Readonly<Record<string, CustomObject>> | undefined;

const formats: readonly KerasFormat[] = ['keras', 'h5', 'weights.h5'];

/**
 * The bytes of a Keras file of a model.
 * @param options format `'keras'`, includeOptimizer true
 * @throws ArgumentError for an unknown format or a layer that no file can hold; FormatError when h5wasm or fflate is not installed
 * @example const bytes = await toKeras(net, { format: 'h5' });
 */
export async function toKeras(model: Model, options: ToKerasOptions = {}): Promise<Uint8Array> {
  checkModel('toKeras', model);
  const { format = 'keras', includeOptimizer = true } = optionsOf('toKeras', options);
  switch (format) {
    case 'keras':
      return writeArchive(model, includeOptimizer);
    case 'h5':
      return writeLegacy(model, includeOptimizer);
    case 'weights.h5':
      return writeH5(await weightsTree(model, includeOptimizer ? optimizerOf(model) : undefined));
    default:
      throw new ArgumentError(
        `toKeras: the format is ${describeValue(format)}. Give one of ${formats.map((one) => `'${one}'`).join(', ')}.`,
        { where: 'toKeras', got: format, expected: formats },
      );
  }
}

/**
 * The model of the bytes of a `.keras` or `.h5` file; which of them it is, the bytes tell.
 * @param options customObjects none, compile true
 * @throws FormatError for bytes that are neither, a damaged file, classes that are not known
 * @example const net = await fromKeras(bytes, { customObjects: { Scale } });
 */
export async function fromKeras(bytes: Uint8Array, options: LoadModelOptions = {}): Promise<Model> {
  return modelOf('fromKeras', bytes, options);
}

/**
 * Saves a model: layers, weights, the settings of `compile` and the optimizer's state. The file appears whole or not at all.
 * @param path ends in `.keras`, or in `.h5` for the older format
 * @throws ArgumentError for another ending; what the disk refuses
 * @example await saveModel(net, 'model.keras');
 */
export async function saveModel(model: Model, path: string, options: SaveModelOptions = {}): Promise<void> {
  checkModel('saveModel', model);
  const ending = endingOf('saveModel', path);
  if (ending !== 'keras' && ending !== 'h5') {
    const advice = ending === 'weights.h5' ? 'For weights alone there is saveWeights().' : '';
    throw new ArgumentError(`saveModel: the path is '${path}'; it must end in .keras or .h5. ${advice}`.trim(), {
      where: 'saveModel',
      got: path,
    });
  }
  await writeFile('saveModel', path, await toKeras(model, { ...optionsOf('saveModel', options), format: ending }));
}

/**
 * Loads a model that real Keras or `saveModel` saved: `.keras`, the folder that Keras makes instead with `zipped=False`, or
 * `.h5`, Keras 2's too; or TensorFlow.js's `model.json` with its shards beside it, which is not compiled.
 * @param options customObjects none, compile true
 * @throws FormatError for a file that is neither, is damaged, or has classes that are not known; what the disk refuses
 * @example const net = await loadModel('model.keras');
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  if (await isFolder(path)) return readMembers(await readFolder('loadModel', path), settingsOf(path, options));
  const bytes = await readFile('loadModel', path);
  if (isJson(bytes)) return loadTfjs(path, bytes, optionsOf('loadModel', options).customObjects as LayerObjects);
  return modelOf(path, bytes, options);
}

/**
 * Saves the weights of a model and the state of its optimizer.
 * @param path ends in `.weights.h5`
 * @throws ArgumentError for another ending; what the disk refuses
 * @example await saveWeights(net, 'net.weights.h5');
 */
export async function saveWeights(model: Model, path: string): Promise<void> {
  checkModel('saveWeights', model);
  if (endingOf('saveWeights', path) !== 'weights.h5') {
    throw new ArgumentError(`saveWeights: the path is '${path}'; it must end in .weights.h5, as in Keras.`, {
      where: 'saveWeights',
      got: path,
    });
  }
  await writeFile('saveWeights', path, await toKeras(model, { format: 'weights.h5' }));
}

/**
 * Weights of a file into a model, and into its optimizer where both have one; which kind of file it is, the bytes tell.
 * @param source a path, or the bytes: `.weights.h5`, `.keras`, `.h5` with a model or with weights alone; as a path also a
 *   `.weights.json`, whose parts lie beside it, and a folder of Keras
 * @param options skipMismatch false, byName false
 * @throws FormatError that lists which layers and weights do not fit; the model stays as it was
 * @example await loadWeights(net, 'net.weights.h5');
 */
export async function loadWeights(
  model: Model,
  source: string | Uint8Array,
  options: LoadWeightsOptions = {},
): Promise<void> {
  checkModel('loadWeights', model);
  const { skipMismatch, byName } = optionsOf('loadWeights', options);
  const where = typeof source === 'string' ? source : 'loadWeights';
  if (!model.built) {
    throw new ArgumentError(
      `loadWeights: the model '${model.name}' has no weights yet. Give its first layer an inputShape, or call it on data first.`,
      { where: 'loadWeights' },
    );
  }
  const root = await treeOf(where, source);
  const legacy = legacyWeightsOf(root);
  if (legacy) {
    loadLegacyWeights(model, legacy, { where, skipMismatch, byName });
    return;
  }
  if (byName) {
    throw new ArgumentError(
      `loadWeights: ${where} holds weights by place, which have no names of layers. byName is for older .h5 files.`,
      { where },
    );
  }
  if (!isWeightsTree(root)) throw unknownTree(where, root);
  loadWeightsTree(model, root, {
    where,
    skipMismatch,
    optimizer: optimizerOf(model),
    trainable: compilationOf(model)?.trainable,
  });
}

/** All arrays of a file of weights, or of several that are named by one. */
async function treeOf(where: string, source: string | Uint8Array): Promise<H5Group> {
  const caller = 'loadWeights';
  if (typeof source === 'string' && (await isFolder(source))) return weightsOf(await readFolder(caller, source), where);
  const bytes = typeof source === 'string' ? await readFile(caller, source) : bytesOf(caller, source);
  if (isZip(bytes)) return weightsOfArchive(bytes, where);
  if (!isJson(bytes)) return readH5(bytes, where);
  const names = weightShardNames(where, bytes);
  if (typeof source === 'string') {
    const advice = 'Rename it as Keras does.';
    return readWeightShards(
      where,
      await readBeside({ where: caller, path: source, names, ending: '.weights.h5', advice }),
    );
  }
  throw new FormatError(
    `${where}: this JSON names the files that hold the weights: ${names.slice(0, 5).join(', ')}. Give its path instead of its bytes.`,
    { where, got: names },
  );
}

async function modelOf(where: string, source: Uint8Array, options: LoadModelOptions): Promise<Model> {
  const settings = settingsOf(where, options);
  const bytes = bytesOf(where, source);
  if (isZip(bytes)) return readArchive(bytes, settings);
  if (isJson(bytes)) {
    throw new FormatError(
      `${where}: this is JSON, a model.json of TensorFlow.js perhaps. Give it with the bytes of its shards: fromTfjs(json, shards).`,
      { where },
    );
  }
  if (!isH5(bytes)) {
    throw new FormatError(
      `${where}: this is neither a .keras file (a zip archive) nor an .h5 file: its ${bytes.length} bytes begin as neither does.`,
      { where },
    );
  }
  const root = await readH5(bytes, where);
  if (root.attributes.has('model_config')) return readLegacy(root, bytes.length, settings);
  if (isWeightsTree(root) || isLegacyWeights(root)) throw holdsWeights(where);
  throw unknownTree(where, root);
}

function settingsOf(where: string, options: LoadModelOptions): LoadOptions {
  const { customObjects = {}, compile = true } = optionsOf('loadModel', options);
  return { where, compile, customObjects: new Map<string, unknown>(Object.entries(customObjects)) };
}

/** Weights by layers' names: the file's own, or those in a file of a whole model. */
function legacyWeightsOf(root: H5Group): H5Group | undefined {
  if (isLegacyWeights(root)) return root;
  const inner = groupAt(root, 'model_weights');
  return inner && isLegacyWeights(inner) ? inner : undefined;
}

function unknownTree(where: string, root: H5Group): FormatError {
  const found = [...root.attributes.keys(), ...root.groups.keys(), ...root.datasets.keys()].slice(0, 10).join(', ');
  return new FormatError(`${where}: this HDF5 file is not one of Keras. It has ${found || 'nothing in it'}.`, {
    where,
    got: found,
  });
}

function endingOf(where: string, path: string): KerasFormat | undefined {
  if (typeof path !== 'string')
    throw new ArgumentError(`${where}: the path is ${describeValue(path)}. Give a string.`, { where, got: path });
  if (path.endsWith('.weights.h5')) return 'weights.h5';
  if (path.endsWith('.keras')) return 'keras';
  return /\.(h5|hdf5)$/.test(path) ? 'h5' : undefined;
}

function bytesOf(where: string, source: unknown): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new ArgumentError(`${where}: got ${describeValue(source)}. Give the bytes of the file as a Uint8Array.`, {
    where,
    got: source,
  });
}

function checkModel(where: string, model: unknown): void {
  if (model instanceof Model) return;
  throw new ArgumentError(`${where}: got ${describeValue(model)}. Give a model.`, { where, got: model });
}
