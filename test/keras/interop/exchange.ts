/** What is told beside the files: data, predictions and losses of each case, in JSON. */
import { Tensor, tensor } from '../../../src/tensor/tensor.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import type { Model } from '../../../src/training/models.ts';
import type { KerasFormat } from '../../../src/keras/index.ts';

export interface ExchangedArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly int?: boolean;
}

/** One case as it is written for the other side. */
export interface Exchange {
  readonly name: string;
  readonly formats: readonly KerasFormat[];
  readonly trains: boolean;
  /** The keys of a model that gives a record. */
  readonly keys?: readonly string[] | undefined;
  readonly inputs: readonly ExchangedArray[];
  readonly targets: readonly ExchangedArray[];
  /** By format: what the model of the file computes, and its losses when it is trained on. */
  readonly expected: Readonly<Record<string, Expectation>>;
}

export interface Expectation {
  readonly predictions: readonly ExchangedArray[];
  /** None where the case is not trained, or the format brings no state of the optimizer along. */
  readonly losses: readonly number[];
}

/** Steps of training before the file is written, and after it. */
export const STEPS_BEFORE = 3;
export const STEPS_AFTER = 20;
const BATCH = 4;

export function inputsOf(model: Model): Tensor[] {
  return model.inputs.map((one) => {
    const shape = [one.shape[0] ?? BATCH, ...(one.shape.slice(1) as number[])];
    const value = (i: number): number =>
      one.dtype === 'int32' ? (i * 5) % 7 : ((i * 37 + shape.length) % 101) / 50 - 1;
    return tensor(
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
      shape,
    );
  });
}

/** One class of the last axis, or 0 and 1 where it has one element. */
export function targetsFor(predictions: readonly Tensor[]): Tensor[] {
  return predictions.map(({ shape }) => {
    const classes = shape.at(-1) ?? 1;
    const value = (i: number): number =>
      classes > 1 ? Number(i % classes === Math.floor(i / classes) % classes) : (i * 3) % 2;
    return tensor(
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
      shape,
    );
  });
}

export async function predictionsOf(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const result = (await model.predictOnBatch(inputs)) as Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;
  if (result instanceof Tensor) return [result];
  return Array.isArray(result)
    ? (result as Tensor[])
    : model.outputNames.map((name) => (result as Record<string, Tensor>)[name] as Tensor);
}

export async function lossesOf(
  model: Model,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
  steps: number,
): Promise<number[]> {
  const losses: number[] = [];
  const record = model.outputLayout.kind === 'record';
  const wanted = record
    ? Object.fromEntries(model.outputNames.map((name, i) => [name, targets[i] as Tensor]))
    : targets;
  for (let step = 0; step < steps; step++) {
    const result = await model.trainOnBatch(inputs, wanted);
    losses.push(Array.isArray(result) ? (result[0] as number) : result);
  }
  return losses;
}

export const toArray = (value: Tensor, int = false): ExchangedArray => ({
  shape: value.shape,
  data: [...value.data],
  int,
});
export const fromArray = ({ shape, data }: ExchangedArray): Tensor => tensor(Float32Array.from(data), shape);
