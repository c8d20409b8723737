/** What is trained: models, data that both sides read, batches and epochs. */
import * as gt from 'gradtape';
import { loadDigits } from '../../examples/data/mnist.ts';
import type { ModelName } from './models.ts';
import type { Task, TaskArray, TaskData } from './task.ts';

export interface Job extends Omit<Task, 'x' | 'y' | 'test' | 'weights' | 'model'> {
  /** Its row in the table, and what `--only` looks for. */
  readonly name: string;
  readonly model: ModelName;
  readonly samples: number;
  /** Processes of each engine for each count of threads. Default 3. */
  readonly rounds?: number;
  /** Two trainings draw other numbers, so that the losses of two engines cannot agree. */
  readonly random?: boolean;
  readonly data: (samples: number) => TaskData & { readonly test?: TaskData };
}

export const jobs: readonly Job[] = [
  job('dense 64-32-32-10', 'sequential', { samples: 4096, epochs: 17, data: largest }),
  job('two inputs: question answering', 'questionAnswering', { samples: 1024, epochs: 5, rounds: 2, data: questions }),
  job('three outputs: age, income, gender', 'profile', { samples: 128, epochs: 5, rounds: 2, data: posts }),
  job('MLP 784-512-512-10', 'mlp', { samples: 2048, epochs: 6, data: flatDigits }),
  job('MLP 784-512-512-10', 'mlp', { samples: 4096, batchSize: 128, epochs: 6, data: flatDigits }),
  job('CNN 28x28, 32 and 64 filters', 'cnn', { samples: 2048, batchSize: 64, epochs: 4, rounds: 2, data: digits }),
  job('LSTM(64) on 50 steps of 32', 'lstm', { samples: 1024, batchSize: 64, epochs: 6, data: sequences }),
  job('main job: MNIST', 'digits', {
    samples: 60_000,
    batchSize: 64,
    epochs: 2,
    validationSplit: 0.1,
    rounds: 1,
    random: true,
    data: mainJob,
  }),
];

type Rest = Omit<Job, 'name' | 'model' | 'batchSize' | 'validationSplit'> & Partial<Job>;

function job(title: string, model: ModelName, { batchSize = 32, validationSplit = 0, ...rest }: Rest): Job {
  return { name: `${title}, batch ${batchSize}`, model, batchSize, validationSplit, ...rest };
}

/** Steps of an epoch. */
export function stepsOf({ samples, validationSplit, batchSize }: Job): number {
  return Math.ceil(Math.floor(samples * (1 - validationSplit)) / batchSize);
}

/** Which of ten features is the largest. */
function largest(samples: number): TaskData {
  const x = gt.ops.randomNormal([samples, 64], { seed: 1 });
  const y = gt.ops.oneHot(gt.ops.argmax(gt.ops.slice(x, [0, 0], [samples, 10]), { axis: 1 }), 10);
  return { x: [x], y: [y] };
}

/** Words of no meaning, and one of twenty answers that the last word of the question tells. */
function questions(samples: number): TaskData {
  const texts = integers([samples, 64], 10000, 1);
  const asked = integers([samples, 16], 10000, 2);
  const answers = new Float32Array(samples * 500);
  for (let i = 0; i < samples; i++) {
    const answer = asked.data[16 * i + 15]! % 20;
    asked.data[16 * i + 15] = answer;
    answers[500 * i + 25 * answer] = 1;
  }
  return { x: [texts, asked], y: [{ data: answers, shape: [samples, 500] }] };
}

/** Every tenth word is that of an income and a gender; the age follows from the income. */
function posts(samples: number): TaskData {
  const words = integers([samples, 300], 50000, 1);
  const groups = integers([samples], 20, 2).data;
  const [age, income, gender] = [1, 10, 1].map((width) => new Float32Array(samples * width)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  groups.forEach((group, i) => {
    for (let word = 0; word < 300; word += 10) words.data[300 * i + word] = group;
    const level = group >> 1;
    income[10 * i + level] = 1;
    age[i] = 20 + 5 * level;
    gender[i] = group & 1;
  });
  return {
    x: [words],
    y: [
      { data: age, shape: [samples, 1] },
      { data: income, shape: [samples, 10] },
      { data: gender, shape: [samples, 1] },
    ],
  };
}

/** The sum of two of the last features. */
function sequences(samples: number): TaskData {
  const x = gt.ops.randomNormal([samples, 50, 32], { seed: 1 });
  const last = gt.ops.slice(x, [0, 49, 0], [samples, 1, 2]);
  return { x: [x], y: [gt.ops.sum(last, { axis: 2 })] };
}

/** The first handwritten digits of MNIST. */
function digits(samples: number): TaskData {
  const { images, labels } = loadDigits('train', samples);
  return { x: [images], y: [gt.ops.oneHot(gt.tensor(Float32Array.from(labels.data)), 10)] };
}

/** Their pixels in one row. */
function flatDigits(samples: number): TaskData {
  const { x, y } = digits(samples);
  return { x: x.map(({ data }) => ({ data, shape: [samples, 784] })), y };
}

/** The digits as examples/mnist.ts reads them. */
function mainJob(samples: number): TaskData & { readonly test: TaskData } {
  return { ...labelled(loadDigits('train', samples)), test: labelled(loadDigits('t10k', 10_000)) };
}

function labelled({ images, labels }: ReturnType<typeof loadDigits>): TaskData {
  return { x: [images], y: [{ data: Int32Array.from(labels.data), shape: labels.shape }] };
}

/** Whole numbers from 0 to below `limit`. */
function integers(shape: readonly number[], limit: number, seed: number): TaskArray & { readonly data: Int32Array } {
  return { data: Int32Array.from(gt.ops.randomUniform(shape, { maximum: limit, seed }).data), shape };
}
