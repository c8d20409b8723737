/** What a training process is given: a folder with task.json and the arrays that it names, little-endian. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Samples of one input or output, or one weight. */
export interface TaskArray {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Inputs and outputs, each in the model's order. */
export interface TaskData<Item = TaskArray> {
  readonly x: readonly Item[];
  readonly y: readonly Item[];
}

/** One training: the same for both sides. */
export interface Task<Item = TaskArray> extends TaskData<Item> {
  /** The model's name in models.ts and in train.py. */
  readonly model: string;
  readonly batchSize: number;
  /** The first one counts as start-up; the others are measured. */
  readonly epochs: number;
  /** Above 0 the learning rate falls when the validation loss does not. */
  readonly validationSplit: number;
  /** Held-out data whose accuracy is told; null for none. */
  readonly test: TaskData<Item> | null;
  /** What the model begins with. */
  readonly weights: readonly Item[];
}

interface ArrayFile {
  readonly file: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
}

/** @param folder exists and is empty */
export function writeTask(folder: string, task: Task): void {
  let count = 0;
  const write = ({ data, shape }: TaskArray): ArrayFile => {
    const file = `${count++}.bin`;
    writeFileSync(join(folder, file), data);
    return { file, dtype: data instanceof Int32Array ? 'int32' : 'float32', shape };
  };
  writeFileSync(join(folder, 'task.json'), JSON.stringify(mapped(task, write)));
}

/** What `writeTask` wrote. */
export function readTask(folder: string): Task {
  const read = ({ file, dtype, shape }: ArrayFile): TaskArray => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, file));
    const ArrayOf = dtype === 'int32' ? Int32Array : Float32Array;
    return { data: new ArrayOf(buffer, byteOffset, byteLength / 4), shape };
  };
  return mapped(JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as Task<ArrayFile>, read);
}

function mapped<From, To>(task: Task<From>, map: (item: From) => To): Task<To> {
  const data = ({ x, y }: TaskData<From>): TaskData<To> => ({ x: x.map(map), y: y.map(map) });
  return { ...task, ...data(task), weights: task.weights.map(map), test: task.test && data(task.test) };
}
