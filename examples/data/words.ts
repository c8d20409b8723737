/** Words with their pronunciations, from the CMU Pronouncing Dictionary (npm `cmu-pronouncing-dictionary`). */
import { ops } from 'gradtape/node';
import { dictionary } from 'cmu-pronouncing-dictionary';

export interface Word {
  /** Letters a to z. */
  readonly spelling: string;
  /** ARPAbet sounds without stress marks: `['W', 'ER', 'D']`. */
  readonly sounds: readonly string[];
  /** Sounds that carry a stress mark are vowels, one per syllable. */
  readonly syllables: number;
  /** The syllable with the main stress, from 1. */
  readonly stressed: number;
}

/** Letter indices: 0 for a space or nothing, then a to z. */
export const LETTERS: number = 27;

const MARKED_VOWEL = /[012]$/;

/** All words of `shortest` to `longest` letters with one main stress, in an order that depends on the seed alone. */
export function loadWords(shortest: number, longest: number, seed: number): Word[] {
  const words = Object.entries(dictionary)
    .filter(([spelling]) => /^[a-z]+$/.test(spelling) && spelling.length >= shortest && spelling.length <= longest)
    .map(([spelling, pronunciation]) => parseWord(spelling, pronunciation))
    .filter(({ stressed }) => stressed > 0);
  return shuffled(words, seed);
}

function parseWord(spelling: string, pronunciation: string): Word {
  // A few entries end with a remark: `R IY1 G AH0 N # name`.
  const marked = (pronunciation.split(' #')[0] ?? '').split(' ');
  const vowels = marked.filter((sound) => MARKED_VOWEL.test(sound));
  return {
    spelling,
    sounds: marked.map((sound) => sound.replace(MARKED_VOWEL, '')),
    syllables: vowels.length,
    stressed: vowels.findIndex((sound) => sound.endsWith('1')) + 1,
  };
}

/** A copy in another order. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const draws = ops.randomUniform([items.length], { seed }).data;
  const order = [...items.keys()].sort((a, b) => (draws[a] ?? 0) - (draws[b] ?? 0) || a - b);
  return order.map((index) => items[index] as Item);
}

/** Puts a text's letter indices at the end of a row, behind zeros: a recurrent layer then reads the letters last. */
export function writeLetters(text: string, row: Int32Array): void {
  row.fill(0);
  const start = row.length - text.length;
  for (let position = 0; position < text.length; position++) {
    row[start + position] = text[position] === ' ' ? 0 : text.charCodeAt(position) - 96;
  }
}
