/** The options of tensorBoard, checked. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import type { FileSink } from '../io/sink.ts';
import type { HParamValue } from '../io/tensorboard/hparams.ts';
import type { EmbeddingLabels } from './embedding-files.ts';

/** What is the same with a sink and with files. */
export interface TensorBoardSettings {
  /** Begins the names of all files. Default `'logs'`. */
  readonly logDir?: string;
  /** Epochs between histograms of weights and gradients; 0 for none. Default 0. */
  readonly histogramFreq?: number;
  /**
   * Whether histograms of the gradients come with those of the weights: the gradients of the epoch's first batch, before
   * clipping and weight decay. That step runs a program of its own, to the same bits; no other step is slower. Default true.
   */
  readonly writeGradients?: boolean;
  /** Writes the model's graph. Default true. */
  readonly writeGraph?: boolean;
  /** Writes weights as pictures, with the histograms. Black is a weight's smallest value, white its largest. Default false. */
  readonly writeImages?: boolean;
  /** Adds `epoch_steps_per_second`, and with batches `batch_steps_per_second`. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** Also writes `batch_loss` and so on after each batch, or every so many; they are those of the epoch so far. Default `'epoch'`: does not. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** Epochs between tables of the embedding layers' vectors for the projector; 0 for none. Default 0. */
  readonly embeddingsFreq?: number;
  /**
   * Labels of the embeddings' rows: a list of one per row, or the name of a table inside `logDir` that you provide; for
   * several embedding layers a record by layer name. Default none.
   */
  readonly embeddingsMetadata?: EmbeddingLabels | Readonly<Record<string, EmbeddingLabels>>;
  /**
   * This training's hyperparameters, for the page that compares trainings by them: `{ learningRate: 1e-3, units: 64 }`, and
   * a `logDir` of its own for each inside the folder that TensorBoard is given. One that fails stays without an end there.
   * Default none.
   */
  readonly hparams?: Readonly<Record<string, HParamValue>>;
  /** Texts in Markdown by tag, written when training begins. Default none. */
  readonly text?: Readonly<Record<string, string>>;
}

export interface TensorBoardOptions extends TensorBoardSettings {
  /** Takes the files' bytes. */
  readonly sink: FileSink;
}

type Checked = Required<Omit<TensorBoardSettings, 'updateFreq' | 'embeddingsMetadata' | 'hparams'>> & {
  readonly updateFreq: 'epoch' | number;
  readonly embeddingsMetadata: TensorBoardSettings['embeddingsMetadata'];
  readonly hparams: TensorBoardSettings['hparams'];
};

const where = 'tensorBoard';

/** @throws ArgumentError that names the option */
export function checkTensorBoardOptions(options: TensorBoardOptions): Checked {
  const given = optionsOf(where, options);
  const {
    logDir = 'logs',
    histogramFreq = 0,
    embeddingsFreq = 0,
    updateFreq = 'epoch',
    sink,
    embeddingsMetadata,
    hparams,
    text = {},
  } = given;
  const { writeGraph = true, writeGradients = true, writeImages = false, writeStepsPerSecond = false } = given;
  check(
    'sink',
    sink,
    typeof sink === 'function',
    'a function (name, bytes) => ..., or use the one of gradtape/node, which writes files',
  );
  check('logDir', logDir, typeof logDir === 'string', 'the name of a folder');
  for (const [name, value] of Object.entries({ histogramFreq, embeddingsFreq }))
    check(name, value, Number.isInteger(value) && value >= 0, 'a number of epochs, or 0');
  for (const [name, value] of Object.entries({ writeGraph, writeGradients, writeImages, writeStepsPerSecond }))
    check(name, value, typeof value === 'boolean', 'true or false');
  const frequency = updateFreq === 'batch' ? 1 : updateFreq;
  const isCount = typeof frequency === 'number' && Number.isInteger(frequency) && frequency > 0;
  check('updateFreq', updateFreq, frequency === 'epoch' || isCount, "'epoch', 'batch' or a number of batches");
  checkLabels(embeddingsMetadata);
  const isHParam = (one: unknown): boolean => ['number', 'string', 'boolean'].includes(typeof one);
  check('hparams', hparams, hparams === undefined || isRecordOf(hparams, isHParam), 'a record of numbers, strings and booleans'); // prettier-ignore
  check(
    'text',
    text,
    isRecordOf(text, (one) => typeof one === 'string'),
    'a record of strings by tag',
  );
  return {
    logDir,
    histogramFreq,
    embeddingsFreq,
    writeGraph,
    writeGradients,
    writeImages,
    writeStepsPerSecond,
    updateFreq: frequency,
    embeddingsMetadata,
    hparams,
    text,
  };
}

function isRecordOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(fits);
}

function checkLabels(labels: unknown): void {
  if (labels === undefined) return;
  const isRecord = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
  const each: readonly unknown[] = isRecord ? Object.values(labels) : [labels];
  const fits = each.every(
    (one) => typeof one === 'string' || (Array.isArray(one) && one.every((label) => typeof label === 'string')),
  );
  check('embeddingsMetadata', labels, fits, 'a list of labels, the name of a file, or a record of them by layer name');
}

function check(name: string, value: unknown, fits: boolean, wanted: string): void {
  if (fits) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give ${wanted}.`, { where, got: value });
}
