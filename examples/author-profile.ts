/**
 * Three outputs: posts of invented authors who pick real words by three habits (how often a long one, with which last
 * sound, with the stress where), and a model that guesses the habits from the letters.
 */
import * as gt from 'gradtape/node';
import { LETTERS, loadWords, writeLetters, type Word } from './data/words.ts';
import { isMain } from './support/is-main.ts';
import { printHistory, requireFallingLoss } from './support/history.ts';

const { layers } = gt;

export interface ProfilesOptions {
  /** Posts; the last tenth validates. */
  readonly samples: number;
  readonly epochs: number;
  /** Prints the summary, the progress, the history and some guesses. */
  readonly verbose?: boolean;
}

export interface ProfilesResult {
  readonly history: gt.History;
  /** Of the stress, on the validation posts. */
  readonly accuracy: number;
  /** The same when the more frequent stress is always guessed. */
  readonly majority: number;
}

interface Post {
  readonly text: string;
  /** A mean over the post's words. */
  readonly syllables: number;
  /** The last sound of every word: an index of ENDINGS. */
  readonly ending: number;
  /** 1 when the author stresses words on the first syllable, 0 on a later one. */
  readonly stressed: number;
}

const FULL: ProfilesOptions = { samples: 1500, epochs: 8, verbose: true };
// Two poolings by 5 and five convolutions of width 5 need at least 269 letters.
const POST_LENGTH = 272;
const ENDINGS = ['N', 'Z', 'IY', 'ER', 'S', 'T', 'D', 'L', 'AH', 'NG'];
// Enough for a post of the shortest words.
const DRAWS = 3 + 2 * POST_LENGTH;

/** Trains on posts, and guesses the profiles of authors of other posts. */
export async function run({ samples, epochs, verbose = false }: ProfilesOptions): Promise<ProfilesResult> {
  gt.seed(5);
  const posts = makePosts(samples);
  const profile = profileModel();
  if (verbose) profile.summary();
  const history = await profile.fit(
    letterRows(posts),
    {
      syllables: column(posts.map(({ syllables }) => syllables)),
      ending: gt.ops.oneHot(gt.tensor(posts.map(({ ending }) => ending)), ENDINGS.length),
      stressed: column(posts.map(({ stressed }) => stressed)),
    },
    { epochs, batchSize: 32, validationSplit: 0.1, verbose: verbose ? 1 : 0 },
  );

  const unseen = posts.slice(Math.floor(samples * 0.9));
  const onFirst = unseen.reduce((sum, { stressed }) => sum + stressed, 0) / unseen.length;
  const result: ProfilesResult = {
    history,
    accuracy: history.history['val_stressed_acc']?.at(-1) ?? NaN,
    majority: Math.max(onFirst, 1 - onFirst),
  };
  if (verbose) {
    printHistory(history);
    console.log(
      `\nStress of ${unseen.length} unseen posts: ${(result.accuracy * 100).toFixed(1)} % right; always the more frequent one: ${(result.majority * 100).toFixed(1)} %`,
    );
    await showProfiles(profile, unseen.slice(0, 3));
  }
  return result;
}

function profileModel(): gt.Model<'syllables' | 'ending' | 'stressed'> {
  const posts = gt.input([null], { dtype: 'int32', name: 'posts' });
  let h = layers.embedding(LETTERS, 16)(posts);
  h = layers.conv1d(16, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(32, 5, { activation: 'relu' })(h);
  h = layers.conv1d(32, 5, { activation: 'relu' })(h);
  h = layers.maxPooling1d(5)(h);
  h = layers.conv1d(32, 5, { activation: 'relu' })(h);
  h = layers.conv1d(32, 5, { activation: 'relu' })(h);
  h = layers.globalMaxPooling1d()(h);
  h = layers.dense(32, { activation: 'relu' })(h);
  const syllables = layers.dense(1, { name: 'syllables' })(h);
  const ending = layers.dense(10, { activation: 'softmax', name: 'ending' })(h);
  const stressed = layers.dense(1, { activation: 'sigmoid', name: 'stressed' })(h);
  const profile = gt.model(posts, [syllables, ending, stressed], { name: 'author_profile' });
  profile.compile({
    optimizer: 'rmsprop',
    loss: { syllables: 'mse', ending: 'categorical_crossentropy', stressed: 'binary_crossentropy' },
    lossWeights: { syllables: 1, ending: 1, stressed: 2 },
    metrics: { syllables: ['mae'], ending: ['acc'], stressed: ['acc'] },
  });
  return profile;
}

/** Every author has three habits and writes one post. */
function makePosts(count: number): Post[] {
  const shelves = sortWords();
  const draws = gt.ops.randomUniform([count, DRAWS], { seed: 3 }).data;
  return Array.from({ length: count }, (_, index) =>
    writePost(shelves, draws.subarray(index * DRAWS, (index + 1) * DRAWS)),
  );
}

/** Words with two or three syllables by length, place of the stress and ending. */
function sortWords(): Map<string, Word[]> {
  const shelves = new Map<string, Word[]>();
  for (const word of loadWords(4, 12, 2)) {
    const ending = ENDINGS.indexOf(word.sounds.at(-1) ?? '');
    if (ending < 0 || word.syllables < 2 || word.syllables > 3) continue;
    const name = shelfName(word.syllables, word.stressed === 1, ending);
    const shelf = shelves.get(name);
    if (shelf) shelf.push(word);
    else shelves.set(name, [word]);
  }
  return shelves;
}

function shelfName(syllables: number, onFirst: boolean, ending: number): string {
  return `${syllables} syllables, first ${onFirst}, ending ${ending}`;
}

/** @param draws numbers from 0 to 1: three for the habits, then two for each word */
function writePost(shelves: ReadonlyMap<string, readonly Word[]>, draws: Float32Array): Post {
  const [shareOfLong = 0, forEnding = 0, forStress = 0] = draws;
  const ending = Math.floor(forEnding * ENDINGS.length);
  const onFirst = forStress < 0.5;
  const words: Word[] = [];
  for (let at = 3; ; at += 2) {
    const [forLength = 0, forWord = 0] = draws.subarray(at, at + 2);
    const shelf = shelves.get(shelfName(forLength < shareOfLong ? 3 : 2, onFirst, ending)) ?? [];
    const word = shelf[Math.floor(forWord * shelf.length)] as Word;
    if ([...words, word].map(({ spelling }) => spelling).join(' ').length > POST_LENGTH) break;
    words.push(word);
  }
  const syllables = words.reduce((sum, word) => sum + word.syllables, 0);
  return {
    text: words.map(({ spelling }) => spelling).join(' '),
    syllables: syllables / words.length,
    ending,
    stressed: onFirst ? 1 : 0,
  };
}

/** `[posts, POST_LENGTH]` letter indices. */
function letterRows(posts: readonly Post[]): { data: Int32Array; shape: [number, number] } {
  const data = new Int32Array(posts.length * POST_LENGTH);
  posts.forEach(({ text }, index) => writeLetters(text, data.subarray(index * POST_LENGTH, (index + 1) * POST_LENGTH)));
  return { data, shape: [posts.length, POST_LENGTH] };
}

/** `[posts, 1]`. */
function column(values: readonly number[]): { data: Float32Array; shape: [number, number] } {
  return { data: Float32Array.from(values), shape: [values.length, 1] };
}

async function showProfiles(profile: gt.Model, posts: readonly Post[]): Promise<void> {
  const [syllables, endings, stresses] = await profile.predict<gt.Tensor[]>(letterRows(posts));
  const choices = gt.ops.argmax(endings as gt.Tensor, { axis: -1 }).data;
  posts.forEach((post, index) => {
    const first = (stresses?.data[index] ?? 0) > 0.5;
    console.log(`\n${post.text.slice(0, 96)}...`);
    console.log(
      `  syllables per word  ${(syllables?.data[index] ?? NaN).toFixed(2)}   (right: ${post.syllables.toFixed(2)})`,
    );
    console.log(`  last sound          ${ENDINGS[choices[index] ?? 0]}   (right: ${ENDINGS[post.ending]})`);
    console.log(`  stress              ${place(first)}   (right: ${place(post.stressed === 1)})`);
  });
}

function place(onFirst: boolean): string {
  return onFirst ? 'first syllable' : 'a later one';
}

if (isMain(import.meta.url)) requireFallingLoss((await run(FULL)).history);
