/**
 * Two inputs: a word, letter by letter, and a question about how it is spoken; the answer is one of a few dozen. The
 * words and their pronunciations are real, so the model has to find the rules of English spelling.
 */
import * as gt from 'gradtape/node';
import { LETTERS, loadWords, writeLetters, type Word } from './data/words.ts';
import { isMain } from './support/is-main.ts';
import { printHistory, requireFallingLoss } from './support/history.ts';

const { layers } = gt;

export interface AnswersOptions {
  /** Pairs of a word and a question; the last tenth validates, on words that were never seen. */
  readonly samples: number;
  readonly epochs: number;
  /** Prints the summary, the progress, the history and some answers. */
  readonly verbose?: boolean;
}

export interface AnswersResult {
  readonly history: gt.History;
  /** On the validation words. */
  readonly accuracy: number;
  /** The same when every question always gets its most frequent answer. */
  readonly majority: number;
}

interface Question {
  readonly text: string;
  readonly answer: (word: Word) => string;
}

const FULL: AnswersOptions = { samples: 8000, epochs: 6, verbose: true };
const LONGEST = 10;
const COUNTS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const ORDINALS = ['none', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

// No answer fits two questions: the last layer only adds what the word and the question say for each answer.
const QUESTIONS: readonly Question[] = [
  { text: 'how many syllables does it have', answer: ({ syllables }) => COUNTS[syllables] ?? 'many' },
  { text: 'which syllable has the main stress', answer: ({ stressed }) => `the ${ORDINALS[stressed] ?? 'last'}` },
  { text: 'which sound does it begin with', answer: ({ sounds }) => `${sounds.at(0) ?? ''}-` },
  { text: 'which sound does it end with', answer: ({ sounds }) => `-${sounds.at(-1) ?? ''}` },
];
// Index 0 stands before short questions.
const VOCABULARY = ['', ...new Set(QUESTIONS.flatMap(({ text }) => text.split(' ')))];
const QUESTION_LENGTH = Math.max(...QUESTIONS.map(({ text }) => text.split(' ').length));

/** Trains on words and questions, and answers questions about words that it never saw. */
export async function run({ samples, epochs, verbose = false }: AnswersOptions): Promise<AnswersResult> {
  gt.seed(11);
  const words = loadWords(3, LONGEST, 1).slice(0, samples);
  const asked = words.map((word, index) => ({ word, question: QUESTIONS[index % QUESTIONS.length] as Question }));
  const answers = asked.map(({ word, question }) => question.answer(word));
  const answerNames = [...new Set(answers)].sort();
  const texts = letterRows(words);
  const questions = questionRows(asked.map(({ question }) => question));
  const labels = answers.map((answer) => answerNames.indexOf(answer));

  const qa = answeringModel(answerNames.length);
  if (verbose) qa.summary();
  const history = await qa.fit(
    { text: texts, question: questions },
    gt.ops.oneHot(gt.tensor(labels), answerNames.length),
    {
      epochs,
      batchSize: 64,
      validationSplit: 0.1,
      verbose: verbose ? 1 : 0,
    },
  );

  const unseen = Math.floor(samples * 0.9);
  const result: AnswersResult = {
    history,
    accuracy: history.history['val_acc']?.at(-1) ?? NaN,
    majority: majorityAccuracy(
      asked.map(({ question }) => question.text),
      answers,
      unseen,
    ),
  };
  if (verbose) {
    printHistory(history);
    console.log(
      `\nAnswers about ${samples - unseen} unseen words: ${percent(result.accuracy)} right; always the most frequent answer: ${percent(result.majority)}`,
    );
    const shown = words.slice(unseen, unseen + 3);
    for (const word of shown) await showAnswers(qa, answerNames, word);
  }
  return result;
}

function answeringModel(answerCount: number): gt.Model<'answer'> {
  const text = gt.input([null], { dtype: 'int32', name: 'text' });
  const encodedText = layers.lstm(32)(layers.embedding(LETTERS, 16)(text));
  const question = gt.input([null], { dtype: 'int32', name: 'question' });
  const encodedQuestion = layers.lstm(8)(layers.embedding(VOCABULARY.length, 8)(question));
  const joined = layers.concatenate([encodedText, encodedQuestion], { axis: -1 });
  const answer = layers.dense(answerCount, { activation: 'softmax', name: 'answer' })(joined);
  const qa = gt.model([text, question], answer, { name: 'question_answering' });
  qa.compile({
    optimizer: gt.optimizers.rmsprop({ learningRate: 5e-3 }),
    loss: 'categorical_crossentropy',
    metrics: ['acc'],
  });
  return qa;
}

/** `[words, LONGEST]` letter indices. */
function letterRows(words: readonly Word[]): { data: Int32Array; shape: [number, number] } {
  const data = new Int32Array(words.length * LONGEST);
  words.forEach(({ spelling }, index) => writeLetters(spelling, data.subarray(index * LONGEST, (index + 1) * LONGEST)));
  return { data, shape: [words.length, LONGEST] };
}

/** `[questions, QUESTION_LENGTH]` word indices, zeros before the shorter questions. */
function questionRows(questions: readonly Question[]): { data: Int32Array; shape: [number, number] } {
  const data = new Int32Array(questions.length * QUESTION_LENGTH);
  questions.forEach(({ text }, index) => {
    const indices = text.split(' ').map((word) => VOCABULARY.indexOf(word));
    data.set(indices, (index + 1) * QUESTION_LENGTH - indices.length);
  });
  return { data, shape: [questions.length, QUESTION_LENGTH] };
}

/** Accuracy from `start` on, when each question gets the answer that is most frequent before. */
function majorityAccuracy(questions: readonly string[], answers: readonly string[], start: number): number {
  const counts = new Map<string, Map<string, number>>();
  for (let index = 0; index < start; index++) {
    const question = questions[index] ?? '';
    const answer = answers[index] ?? '';
    const ofQuestion = counts.get(question) ?? new Map<string, number>();
    counts.set(question, ofQuestion.set(answer, (ofQuestion.get(answer) ?? 0) + 1));
  }
  const favourites = new Map(
    [...counts].map(([question, ofQuestion]) => [question, [...ofQuestion].sort((a, b) => b[1] - a[1])[0]?.[0]]),
  );
  const right = answers.filter((answer, index) => index >= start && favourites.get(questions[index] ?? '') === answer);
  return right.length / (answers.length - start);
}

async function showAnswers(qa: gt.Model, answerNames: readonly string[], word: Word): Promise<void> {
  const predictions = await qa.predict([letterRows(QUESTIONS.map(() => word)), questionRows(QUESTIONS)]);
  const choices = gt.ops.argmax(predictions, { axis: -1 }).data;
  console.log(`\n${word.spelling} (${word.sounds.join(' ')})`);
  QUESTIONS.forEach(({ text, answer }, index) => {
    const given = answerNames[choices[index] ?? 0] ?? '';
    const right = answer(word);
    console.log(`  ${`${text}?`.padEnd(38)} ${given}${given === right ? '' : `   (right: ${right})`}`);
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

if (isMain(import.meta.url)) {
  requireFallingLoss((await run(FULL)).history);
}
