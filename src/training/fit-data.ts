/** The batches that a fit trains on and validates with: what is held out, what weighs what, how many to an epoch. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { Model } from '../models/model.ts';
import {
  batchSizeFor,
  batchStream,
  isBatchSource,
  type BatchStream,
  type Source,
  type StreamOptions,
} from './batches.ts';
import { sliceColumns, type BatchData, type BatchSource, type DataSet } from './data.ts';
import type { FitOptions } from './fit.ts';
import { withClassWeights } from './prepare.ts';
import { sourceOf } from './sources.ts';

/** What a stream of batches is made from. */
export interface StreamSetup {
  /** Begins messages. */
  readonly where: string;
  readonly source: Source;
  readonly options: StreamOptions;
}

export interface FitStreams {
  readonly training: BatchStream;
  readonly validation: BatchStream | undefined;
  /** Batches per epoch; undefined when the data does not tell. */
  readonly steps: number | undefined;
  /** Samples per batch of arrays. */
  readonly batchSize: number;
  /** Samples of arrays; undefined for an iterable. */
  readonly samples: number | undefined;
  /** What the streams were made from. */
  readonly setups: { readonly training: StreamSetup; readonly validation: StreamSetup | undefined };
}

/**
 * The streams of a fit.
 * @internal
 * @throws ArgumentError for a split that leaves a side empty, or data that do not fit
 */
export function fitStreams(
  model: Model,
  where: string,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  options: FitOptions,
): FitStreams {
  const { training, validation } = sources(model, where, x, y, options);
  const { stepsPerEpoch, validationSteps } = options;
  const batchSize = batchSizeFor(lengthOf(training), options.batchSize, stepsPerEpoch);
  const setups = {
    training: {
      where,
      source: training,
      options: { batchSize, steps: stepsPerEpoch, shuffle: options.shuffle !== false, restarts: false },
    },
    validation: validation && {
      where: `${where}: validation`,
      source: validation,
      options: {
        batchSize: batchSizeFor(
          lengthOf(validation),
          options.validationBatchSize ?? options.batchSize,
          validationSteps,
        ),
        steps: validationSteps,
        shuffle: false,
        restarts: true,
      },
    },
  };
  const open = (setup: StreamSetup): BatchStream => batchStream(model, setup.where, setup.source, setup.options);
  return {
    training: open(setups.training),
    validation: setups.validation && open(setups.validation),
    setups,
    batchSize,
    samples: training.kind === 'columns' ? lengthOf(training) : undefined,
    steps: stepsPerEpoch ?? (training.kind === 'columns' ? Math.ceil(lengthOf(training) / batchSize) : undefined),
  };
}

function lengthOf(source: Source): number {
  return source.kind === 'columns' ? source.columns.length : 0;
}

function sources(
  model: Model,
  where: string,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  options: FitOptions,
): { training: Source; validation: Source | undefined } {
  const { sampleWeight, classWeight, validationData } = options;
  const split = validationData === undefined ? (options.validationSplit ?? 0) : 0;
  if (isBatchSource(x)) {
    if (split > 0) {
      throw new ArgumentError(`${where}: validationSplit needs arrays; give validationData beside an iterable.`, {
        where,
      });
    }
    const training = sourceOf(model, where, x, y, { sampleWeight, classWeight });
    return { training, validation: validationSource(model, where, validationData) };
  }
  const whole = sourceOf(model, where, x, y, { sampleWeight });
  if (whole.kind !== 'columns') return { training: whole, validation: undefined };
  const { columns } = whole;
  if (columns.length === 0) throw new ArgumentError(`${where}: the data have no samples.`, { where });
  const cut = Math.floor(columns.length * (1 - split));
  if (split > 0 && (cut === 0 || cut === columns.length)) {
    throw new ArgumentError(
      `${where}: validationSplit ${split} of ${columns.length} samples leaves ${cut} for training and ${columns.length - cut} for validation. Both need at least one.`,
      { where, got: split },
    );
  }
  const kept = split > 0 ? sliceColumns(columns, 0, cut) : columns;
  // Class weights are for training alone: a split validates without them.
  const trained = classWeight === undefined ? kept : withClassWeights(model, where, kept, classWeight);
  return {
    training: { kind: 'columns', columns: trained },
    validation:
      split > 0
        ? { kind: 'columns', columns: sliceColumns(columns, cut, columns.length) }
        : validationSource(model, where, validationData),
  };
}

/** `[x, y]`, `[x, y, sampleWeight]` or an iterable of batches as a source. */
function validationSource(model: Model, where: string, data: BatchData | BatchSource | undefined): Source | undefined {
  if (data === undefined || data === null) return undefined;
  const here = `${where}: validationData`;
  if (isBatchSource(data)) return sourceOf(model, here, data, undefined, {});
  if (!Array.isArray(data) || data.length < 1 || data.length > 3) {
    throw new ArgumentError(`${here} is ${describeValue(data)}. Give [x, y], [x, y, sampleWeight] or an iterable.`, {
      where,
      got: data,
    });
  }
  const [x, y, sampleWeight] = data as BatchData;
  const source = sourceOf(model, here, x, y, { sampleWeight: sampleWeight ?? undefined });
  if (source.kind === 'columns' && source.columns.length === 0)
    throw new ArgumentError(`${here}: the data have no samples.`, { where });
  return source;
}
