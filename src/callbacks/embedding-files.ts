/** What TensorBoard's projector shows of a model: the vectors of its embedding layers and their labels, as files. */
import { ArgumentError, suggestName } from '../errors.ts';
import { labelsTable, pointsTable, projectorConfig, type ProjectedEmbedding } from '../io/tensorboard/projector.ts';
import type { FileSink } from '../io/sink.ts';
import { Embedding } from '../layers/embedding.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';

/** The labels of an embedding's rows, or the name of a table of them inside the log folder. */
export type EmbeddingLabels = readonly string[] | string;

interface LabelledEmbedding {
  readonly layer: Embedding;
  readonly labels: EmbeddingLabels | undefined;
}

const DIGITS = 5;
/** The run whose folder has the tables: TensorBoard finds it from any folder above. */
const RUN = 'train/';
const CONFIGURATION = 'projector_config.pbtxt';

/** The embedding layers of a model, those inside other layers too, with their labels. */
export class EmbeddingFiles {
  readonly #sink: FileSink;
  readonly #folder: string;
  readonly #embeddings: readonly LabelledEmbedding[];

  /**
   * @param prefix what the names of files begin with
   * @throws ArgumentError for labels of a layer that there is not, or too many or few of them
   */
  constructor(
    model: Model,
    metadata: EmbeddingLabels | Readonly<Record<string, EmbeddingLabels>> | undefined,
    { sink, prefix }: { readonly sink: FileSink; readonly prefix: string },
  ) {
    this.#sink = sink;
    this.#folder = prefix;
    const layers = embeddingsIn(model);
    const byName = typeof metadata === 'object' && !Array.isArray(metadata);
    if (byName) checkNames(Object.keys(metadata), layers);
    this.#embeddings = layers.map((layer) => {
      const named = metadata as Readonly<Record<string, EmbeddingLabels>>;
      const labels = !byName ? (metadata as EmbeddingLabels | undefined) : ownValue(named, layer.name);
      if (Array.isArray(labels)) checkCount(layer, labels.length);
      return { layer, labels };
    });
  }

  /** Writes the labels, once. */
  async begin(): Promise<void> {
    for (const { layer, labels } of this.#embeddings) {
      if (typeof labels === 'object') await this.#write(RUN + labelsPath(layer), labelsTable(labels));
    }
  }

  /**
   * Writes the vectors of now, and says that they are the ones to show: in the folder of the run, and where Keras's
   * callback says it, in the log folder itself.
   */
  async write(epoch: number): Promise<void> {
    // Paths as seen from the log folder.
    const shown: ProjectedEmbedding[] = [];
    for (const { layer, labels } of this.#embeddings) {
      if (!layer.embeddings) continue;
      const shape = [layer.inputDim, layer.outputDim] as const;
      const tensorPath = `${RUN}embeddings/${fileName(layer.name)}_${String(epoch).padStart(DIGITS, '0')}.tsv`;
      const { data } = await layer.embeddings.read();
      await this.#write(tensorPath, pointsTable(data, shape));
      const metadataPath = typeof labels === 'object' ? RUN + labelsPath(layer) : labels;
      shown.push({ name: layer.embeddings.name, tensorPath, shape, metadataPath });
    }
    if (shown.length === 0) return;
    await this.#write(CONFIGURATION, projectorConfig(shown));
    await this.#write(RUN + CONFIGURATION, projectorConfig(shown.map(fromRun)));
  }

  async #write(path: string, text: string): Promise<void> {
    await this.#sink(this.#folder + path, new TextEncoder().encode(text));
  }
}

// Paths as seen from the run's folder; TensorBoard refuses those that lead out of it.
function fromRun({ name, tensorPath, metadataPath, shape }: ProjectedEmbedding): ProjectedEmbedding {
  return {
    name,
    tensorPath: tensorPath.slice(RUN.length),
    metadataPath: metadataPath?.startsWith(RUN) ? metadataPath.slice(RUN.length) : undefined,
    shape,
  };
}

function embeddingsIn(model: Model): Embedding[] {
  const found = new Set<Embedding>();
  const visit = (layer: Layer): void => {
    if (layer instanceof Embedding) found.add(layer);
    for (const inner of layer.sublayers) visit(inner);
  };
  visit(model);
  return [...found];
}

function labelsPath({ name }: Embedding): string {
  return `embeddings/${fileName(name)}_labels.tsv`;
}

// A layer's name may hold what a path gives a meaning to.
function fileName(name: string): string {
  return name.replace(/[^\w-]/g, '_');
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function checkNames(names: readonly string[], layers: readonly Embedding[]): void {
  const known = layers.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw new ArgumentError(
    `tensorBoard: embeddingsMetadata names '${wrong}', which is no embedding layer of the model; ${suggestName(wrong, known)}`,
    { where: 'tensorBoard', got: wrong, expected: known },
  );
}

function checkCount({ name, inputDim }: Embedding, count: number): void {
  if (count === inputDim) return;
  throw new ArgumentError(
    `tensorBoard: ${count} labels for the embedding '${name}', which has ${inputDim} vectors. Give one label per vector.`,
    { where: 'tensorBoard', got: count, expected: inputDim },
  );
}
