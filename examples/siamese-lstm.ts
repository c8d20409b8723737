/**
 * A Siamese LSTM: one recurrent layer reads two words, and the layers behind it say whether they rhyme. The words and
 * their pronunciations are real; the model sees letters only.
 */
import * as gt from 'gradtape/node';
import { LETTERS, loadWords, writeLetters, type Word } from './data/words.ts';
import { isMain } from './support/is-main.ts';
import { percent, type RunOptions, type RunResult } from './support/options.ts';

const { layers } = gt;

type Pair = readonly [left: Word, right: Word];

const LONGEST = 8;
const TRAINING_PAIRS = 2000;
const TEST_PAIRS = 1000;

/** Trains on pairs of words and judges on pairs of other words; half of all pairs rhyme. */
export async function run({ seed = 1, verbose = false }: RunOptions = {}): Promise<RunResult> {
  gt.seed(seed);
  const net = rhymeModel();
  if (verbose) net.summary();

  const words = loadWords(3, LONGEST, seed).filter(({ syllables }) => syllables <= 2);
  const middle = Math.floor(words.length * 0.7);
  const train = makePairs(words.slice(0, middle), TRAINING_PAIRS);
  const test = makePairs(words.slice(middle), TEST_PAIRS);
  const history = await net.fit(letters(train), answers(train), {
    epochs: 5,
    batchSize: 64,
    verbose: verbose ? 2 : 0,
  });

  const { accuracy = NaN } = await net.evaluate(letters(test), answers(test), { returnDict: true, verbose: 0 });
  if (verbose) {
    console.log(`${percent(accuracy)} of ${TEST_PAIRS} pairs of unseen words right; by chance 50 %.`);
    const scores = (await net.predict(letters(test))).data;
    test.slice(0, 6).forEach(([left, right], index) => {
      const guess = (scores[index] ?? 0) > 0.5 ? 'rhymes with' : 'does not rhyme with';
      console.log(
        `  ${left.spelling} ${guess} ${right.spelling}   (${left.sounds.join(' ')} / ${right.sounds.join(' ')})`,
      );
    });
  }
  return { history, accuracy };
}

function rhymeModel(): gt.Model<'rhyme'> {
  const left = gt.input([null], { dtype: 'int32', name: 'left' });
  const right = gt.input([null], { dtype: 'int32', name: 'right' });
  // Made once, called twice: the two words are read with the same weights.
  const embedding = layers.embedding(LETTERS, 16);
  const lstm = layers.lstm(32);
  const leftSound = lstm(embedding(left));
  const rightSound = lstm(embedding(right));
  // What rhymes with what does not depend on which comes first: neither does a squared difference.
  const difference = layers.subtract([leftSound, rightSound]);
  const squared = layers.multiply([difference, difference]);
  const rhyme = layers.dense(1, { activation: 'sigmoid', name: 'rhyme' })(squared);
  const net = gt.model([left, right], rhyme, { name: 'siamese' });
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 1e-2 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Pairs of one last letter; the first, third, fifth rhyme, the others do not. */
function makePairs(words: readonly Word[], count: number): Pair[] {
  const rhymes = words.map(rhymeOf);
  const endings = words.map(({ spelling }) => spelling.at(-1));
  const pairs: Pair[] = [];
  let partner = 0;
  for (let at = 0; pairs.length < count; at++) {
    const first = at % words.length;
    const wanted = pairs.length % 2 === 0;
    for (let tries = 0; tries < words.length; tries++) {
      partner = (partner + 1) % words.length;
      if (partner === first || endings[partner] !== endings[first]) continue;
      if ((rhymes[partner] === rhymes[first]) !== wanted) continue;
      pairs.push([words[first] as Word, words[partner] as Word]);
      break;
    }
  }
  return pairs;
}

/** The sounds from the stressed vowel on: words of the same ones rhyme. */
function rhymeOf({ sounds, stressed }: Word): string {
  const vowels = [...sounds.keys()].filter((index) => /^[AEIOU]/.test(sounds[index] ?? ''));
  return sounds.slice(vowels[stressed - 1]).join(' ');
}

/** The pairs as the model's two inputs. */
function letters(pairs: readonly Pair[]): Record<'left' | 'right', { data: Int32Array; shape: [number, number] }> {
  return { left: letterRows(pairs.map(([left]) => left)), right: letterRows(pairs.map(([, right]) => right)) };
}

/** `[words, LONGEST]` letter indices. */
function letterRows(words: readonly Word[]): { data: Int32Array; shape: [number, number] } {
  const data = new Int32Array(words.length * LONGEST);
  words.forEach(({ spelling }, index) => writeLetters(spelling, data.subarray(index * LONGEST, (index + 1) * LONGEST)));
  return { data, shape: [words.length, LONGEST] };
}

/** `[pairs, 1]`. */
function answers(pairs: readonly Pair[]): { data: Float32Array; shape: [number, number] } {
  return {
    data: Float32Array.from(pairs, ([left, right]) => Number(rhymeOf(left) === rhymeOf(right))),
    shape: [pairs.length, 1],
  };
}

if (isMain(import.meta.url)) await run({ verbose: true });
