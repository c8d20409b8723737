/** The `.keras` file: a zip archive of a config in JSON and of weights in HDF5. */
import { FormatError } from '../errors.ts';
import { ByteBudget } from '../io/byte-budget.ts';
import { fieldsOf } from '../models/json-reader.ts';
import { isKeras2 } from '../models/keras2/to-keras3.ts';
import type { Model } from '../models/model.ts';
import { parseJson } from '../models/parse-json.ts';
import { optimizerOf } from '../training/state.ts';
import { compileConfig, compileFrom } from '../training/compile-config.ts';
import { readFile } from './file-access.ts';
import type { LoadOptions } from './options.ts';
import { readH5, writeH5, type H5Group } from './hdf5.ts';
import { configText } from './config-text.ts';
import { toKeras3Training } from './keras2-training.ts';
import { KERAS_VERSION } from './keras-version.ts';
import { makeModel } from './make-model.ts';
import { loadWeightsTree, weightsTree } from './weights-file.ts';
import { readZip, writeZip } from './zip.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
/** A text takes two bytes a character in memory, and the values that it describes some more. */
const JSON_FACTOR = 8;

/** The bytes of a `.keras` file. */
export async function writeArchive(model: Model, includeOptimizer: boolean): Promise<Uint8Array> {
  const compiled = includeOptimizer ? compileConfig(model) : undefined;
  const config = { ...model.toJSON(), compile_config: compiled ?? {} };
  const weights = await writeH5(await weightsTree(model, compiled && optimizerOf(model)));
  const text = (value: object): Uint8Array => new TextEncoder().encode(configText(value));
  return writeZip(
    new Map([
      ['metadata.json', text({ keras_version: KERAS_VERSION })],
      [CONFIG, text(config)],
      [WEIGHTS, weights],
    ]),
  );
}

/** What is read of an archive, or of the folder that stands in its place. */
export interface Members {
  /** What the JSON says. */
  readonly config: unknown;
  /** HDF5. */
  readonly weights: Uint8Array;
  /** Whether the weights were unpacked, and nobody else has them. */
  readonly isOwn: boolean;
  /** What reading the whole may still allocate. */
  readonly budget: ByteBudget;
}

/** The weights of a `.keras` file as a tree. @throws FormatError */
export async function weightsOfArchive(bytes: Uint8Array, where: string): Promise<H5Group> {
  return weightsOf(await membersOf(bytes, where), where);
}

/** The weights among the members as a tree. @throws FormatError */
export async function weightsOf({ weights, budget, isOwn }: Members, where: string): Promise<H5Group> {
  return readH5(weights, `${where}: ${WEIGHTS}`, { budget, isOwn });
}

/** The model of a `.keras` file. @throws FormatError */
export async function readArchive(bytes: Uint8Array, options: LoadOptions): Promise<Model> {
  return readMembers(await membersOf(bytes, options.where), options);
}

/**
 * The members as files of a folder, which Keras writes with `zipped=False`.
 * @param where the function that reads, for messages
 * @throws FormatError for another folder; FileError
 */
export async function readFolder(where: string, path: string): Promise<Members> {
  const read = (name: string): Promise<Uint8Array> =>
    readFile(where, `${path}/${name}`).catch((cause: Error) => {
      throw new FormatError(
        `${path}: of folders only those are read that Keras saves with zipped=False, with ${CONFIG} and ${WEIGHTS} in them. ${cause.message}. Save a .keras file instead.`,
        { where: path, cause },
      );
    });
  const [config, weights] = [await read(CONFIG), await read(WEIGHTS)];
  const budget = new ByteBudget(path, config.length + weights.length);
  return { config: parseConfig(path, config, budget), weights, isOwn: true, budget };
}

/** The model that an archive's members describe. @throws FormatError */
export async function readMembers(members: Members, options: LoadOptions): Promise<Model> {
  const { where, customObjects, compile } = options;
  const { config, weights } = members;
  const fields = fieldsOf(`${where}: ${CONFIG}`, config);
  const model = makeModel(config, { where, customObjects, weightBytes: weights.length });
  const compiled = fields.get('compile_config');
  const settings = compile && compiled ? fieldsOf(`${where}: compile_config`, compiled) : new Map<string, unknown>();
  const keras2 = isKeras2(config);
  if (settings.size > 0) {
    const current = keras2 ? toKeras3Training(`${where}: compile_config`, compiled) : compiled;
    compileFrom(where, model, current, customObjects);
  }
  loadWeightsTree(model, await weightsOf(members, where), {
    where,
    optimizer: model.optimizer,
    trainable: model.trainableWeights,
    keras2,
  });
  return model;
}

async function membersOf(bytes: Uint8Array, where: string): Promise<Members> {
  const budget = new ByteBudget(where, bytes.length);
  const known = ['metadata.json', CONFIG, WEIGHTS];
  const members = await readZip(bytes, {
    where,
    budget,
    wanted: (name) => {
      if (known.includes(name)) return name !== 'metadata.json';
      // Vocabularies and the like, which no layer here has.
      if (name.startsWith('assets/')) return false;
      if (/\.np[yz]$/.test(name)) throw numpyWeights(where, name);
      throw new FormatError(
        `${where}: the archive has a member '${name.slice(0, 100)}'. Of a .keras file ${known.join(', ')} are read.`,
        { where, got: name, expected: known },
      );
    },
  });
  const [config, weights] = [CONFIG, WEIGHTS].map((name) => {
    const member = members.get(name);
    if (member) return member;
    throw new FormatError(`${where}: the archive has no '${name}'. A .keras file has ${known.join(', ')}.`, {
      where,
      got: [...members.keys()],
      expected: known,
    });
  }) as [Uint8Array, Uint8Array];
  return { config: parseConfig(where, config, budget), weights, isOwn: weights.buffer !== bytes.buffer, budget };
}

function numpyWeights(where: string, name: string): FormatError {
  return new FormatError(
    `${where}: the archive has arrays of NumPy, '${name.slice(0, 100)}', which are not read. Load the file in Keras and save it as .keras or .weights.h5.`,
    { where, got: name, expected: WEIGHTS },
  );
}

function parseConfig(where: string, config: Uint8Array, budget: ByteBudget): unknown {
  budget.charge(JSON_FACTOR * config.length, CONFIG);
  return parseJson(`${where}: ${CONFIG}`, new TextDecoder().decode(config));
}
