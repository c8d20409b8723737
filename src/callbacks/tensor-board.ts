/** Writes what TensorBoard shows: scalars, histograms, pictures of weights, the graph, embeddings. */
import { now } from '../clock.ts';
import { warn } from '../console.ts';
import type { FileSink } from '../io/sink.ts';
import { EventWriter } from '../io/tensorboard/event-writer.ts';
import type { GraphDefNode } from '../io/tensorboard/graph-def.ts';
import { modelDiagram, type DiagramGroup } from '../models/diagram.ts';
import type { Model } from '../models/model.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { stateFieldsOf, type CallbackHooks, type CallbackParams, type Logs } from '../training/callback.ts';
import { requestGradients } from '../training/gradient-requests.ts';
import { EmbeddingFiles } from './embedding-files.ts';
import { checkTensorBoardOptions, type TensorBoardOptions } from './tensor-board-options.ts';
import { weightPictures } from './weight-pictures.ts';

/** Milliseconds between two writings of scalars inside an epoch. */
const FLUSH_INTERVAL = 5000;

/** The folder of a run inside `logDir`; that of the hyperparameters, which has the others inside, is `logDir` itself. */
type Run = 'train' | 'validation' | '';

/** @internal Use `tensorBoard()`. */
export class TensorBoard implements CallbackHooks {
  declare model: Model;
  declare params: CallbackParams;
  readonly #options: ReturnType<typeof checkTensorBoardOptions>;
  readonly #sink: FileSink;
  readonly #source: string | undefined;
  /** What the names of all files begin with. */
  readonly #prefix: string;
  readonly #writers = new Map<Run, EventWriter>();
  #embeddings: EmbeddingFiles | undefined;
  #gradients: ReadonlyMap<Variable, Tensor> | undefined;
  #epoch = 0;
  /** Batches since the beginning of training. */
  #batches = 0;
  #batchesBeforeEpoch = 0;
  #epochStart = 0;
  #batchStart = 0;
  #lastFlush = 0;

  /** @param source who writes: part of the files' names */
  constructor(options: TensorBoardOptions, source?: string) {
    this.#options = checkTensorBoardOptions(options);
    this.#sink = options.sink;
    this.#source = source;
    const { logDir } = this.#options;
    this.#prefix = logDir === '' || logDir.endsWith('/') ? logDir : `${logDir}/`;
  }

  async onTrainBegin(): Promise<void> {
    this.#writers.clear();
    this.#batches = 0;
    const { embeddingsFreq, embeddingsMetadata, hparams, text, writeGraph } = this.#options;
    if (writeGraph) this.#writeGraph();
    for (const [tag, markdown] of Object.entries(text)) this.#writer('train').text(tag, markdown, 0);
    if (hparams) this.#writer('').hparamStart(hparams);
    if (embeddingsFreq > 0) {
      this.#embeddings = new EmbeddingFiles(this.model, embeddingsMetadata, { sink: this.#sink, prefix: this.#prefix });
      await this.#embeddings.begin();
    }
    // A folder that cannot be written is found out now, not after the first epoch.
    this.#writer('train');
    await this.#flush();
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#gradients = undefined;
    this.#batchesBeforeEpoch = this.#batches;
    this.#epochStart = now();
  }

  onTrainBatchBegin(batch: number): void {
    this.#batchStart = now();
    if (batch === 0 && this.#options.writeGradients && this.#isDue(this.#options.histogramFreq))
      requestGradients(this.model, (gradients) => void (this.#gradients = gradients));
  }

  async onTrainBatchEnd(_batch: number, logs: Logs): Promise<void> {
    const step = ++this.#batches;
    const { updateFreq, writeStepsPerSecond } = this.#options;
    if (updateFreq === 'epoch' || step % updateFreq !== 0) return;
    const writer = this.#writer('train');
    if (writeStepsPerSecond) writer.scalar('batch_steps_per_second', 1000 / (now() - this.#batchStart), step);
    for (const [name, value] of Object.entries(logs)) writer.scalar(`batch_${name}`, value, step);
    if (now() - this.#lastFlush > FLUSH_INTERVAL) await this.#flush();
  }

  async onTestEnd(logs: Logs): Promise<void> {
    const { optimizer } = this.model;
    if (!optimizer) return;
    const step = (await optimizer.iterations.read()).item();
    const writer = this.#writer('validation');
    for (const [name, value] of Object.entries(logs)) writer.scalar(`evaluation_${name}_vs_iterations`, value, step);
    await writer.flush();
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    await this.#writeEpoch(epoch, logs);
    if (this.#isDue(this.#options.histogramFreq)) await this.#writeWeights(epoch);
    if (this.#isDue(this.#options.embeddingsFreq)) await this.#embeddings?.write(epoch);
    await this.#flush();
  }

  async onTrainEnd(): Promise<void> {
    if (this.#options.hparams) this.#writer('').hparamEnd('success');
    await this.#flush();
    this.#writers.clear();
  }

  getState(): StateValue {
    return { callback: 'tensorBoard', epoch: this.#epoch, batches: this.#batches };
  }

  // The files go on in new ones; what was logged after the backup is logged again, at the same steps.
  setState(state: StateValue): void {
    const fields = stateFieldsOf('tensorBoard', state);
    this.#epoch = fields.count('epoch');
    this.#batches = fields.count('batches');
    this.#batchesBeforeEpoch = this.#batches;
    this.#epochStart = now();
  }

  async #writeEpoch(epoch: number, logs: Logs): Promise<void> {
    const rate = await this.model.optimizer?.learningRate.read();
    const seconds = (now() - this.#epochStart) / 1000;
    const training: Logs = {
      ...logs,
      ...(rate ? { learning_rate: rate.item() } : {}),
      ...(this.#options.writeStepsPerSecond
        ? { steps_per_second: (this.#batches - this.#batchesBeforeEpoch) / seconds }
        : {}),
    };
    for (const [name, value] of Object.entries(training)) {
      if (name.startsWith('val_')) this.#writer('validation').scalar(`epoch_${name.slice(4)}`, value, epoch);
      else this.#writer('train').scalar(`epoch_${name}`, value, epoch);
    }
  }

  async #writeWeights(epoch: number): Promise<void> {
    const writer = this.#writer('train');
    const tags = tagsOf(this.model.weights);
    for (const [weight, tag] of tags) {
      const value = await weight.read();
      writer.histogram(`${tag}/histogram`, value.data, epoch);
      const gradient = this.#gradients?.get(weight);
      if (gradient) writer.histogram(`${tag}/gradient/histogram`, gradient.data, epoch);
      const pictures = this.#options.writeImages ? weightPictures(value) : [];
      if (pictures.length > 0) await writer.images(`${tag}/image`, pictures, epoch);
    }
    this.#gradients = undefined;
  }

  // TensorBoard's page begins with the run's own graph and fails where there is only the conceptual one of Keras.
  #writeGraph(): void {
    this.#writer('train').graph(nodesOf(modelDiagram(this.model)));
    try {
      this.#writer('train').kerasGraph(JSON.stringify(this.model));
    } catch (error) {
      // As in Keras: a model that no file can hold is trained all the same.
      warn(
        `tensorBoard: the conceptual graph is not written. ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #isDue(frequency: number): boolean {
    return frequency > 0 && this.#epoch % frequency === 0;
  }

  #writer(run: Run): EventWriter {
    let writer = this.#writers.get(run);
    if (!writer) {
      const source = this.#source === undefined ? {} : { source: this.#source };
      writer = new EventWriter({ sink: this.#sink, folder: (this.#prefix + run).replace(/\/$/, ''), ...source });
      this.#writers.set(run, writer);
    }
    return writer;
  }

  async #flush(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.flush();
    this.#lastFlush = now();
  }
}

// Names without the outermost model's, which would be one closed group around everything.
function nodesOf(diagram: DiagramGroup): GraphDefNode[] {
  const nameOf = (path: string): string => path.slice(diagram.path.length + 1);
  const nodes: GraphDefNode[] = [];
  const visit = ({ boxes, groups }: DiagramGroup): void => {
    for (const { path, className, sources, outputShapes } of boxes) {
      const inputs = sources.map((source) => nameOf(source.path));
      nodes.push({ name: nameOf(path), op: className, inputs, outputShapes });
    }
    groups.forEach(visit);
  };
  visit(diagram);
  return nodes;
}

// Layers of two nested models may have one name, and so may their weights.
function tagsOf(weights: readonly Variable[]): Map<Variable, string> {
  const counts = new Map<string, number>();
  return new Map(
    weights.map((weight) => {
      const count = counts.get(weight.name) ?? 0;
      counts.set(weight.name, count + 1);
      return [weight, count === 0 ? weight.name : `${weight.name}_${count}`];
    }),
  );
}

/**
 * Logs training for TensorBoard as Keras's callback does: every epoch the losses, metrics and learning rate
 * (`epoch_loss`, `epoch_learning_rate`) in the runs `train` and `validation`; the graph; and where asked for weights,
 * gradients, batches, embeddings, hyperparameters and texts.
 *
 * Where there are no files, `sink` takes their bytes: of files whose name contains `tfevents` each call brings the next
 * bytes, any other file comes as a whole and replaces the one before. In `gradtape/node` it is optional, and `logDir` is
 * a folder.
 * @throws ArgumentError for a wrong option, at once; for labels that do not fit the embeddings, when training begins
 * @example await net.fit(x, y, { epochs: 5, callbacks: [tensorBoard({ sink: (name, bytes) => upload(name, bytes) })] });
 */
export function tensorBoard(options: TensorBoardOptions): TensorBoard {
  return new TensorBoard(options);
}
