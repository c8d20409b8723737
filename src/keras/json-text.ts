/** JSON out of a file: bounded in depth, since what reads the values calls itself for each level. */
import { FormatError } from '../errors.ts';

/** Real configs are some 30 deep. */
const MAX_DEPTH = 200;

/**
 * The value of a JSON text.
 * @param where the file and the place in it, for messages
 * @throws FormatError for a text that is no JSON, or deeper than 200 levels
 */
export function parseJson(where: string, text: string): unknown {
  checkDepth(where, text);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FormatError(`${where}: the text is no JSON: ${(cause as Error).message}`, { where, cause });
  }
}

function checkDepth(where: string, text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH)
        throw new FormatError(`${where}: the JSON is more than ${MAX_DEPTH} levels deep.`, { where });
    } else if (character === '}' || character === ']') depth--;
  }
}

/**
 * The JSON of a config for Python, which tells 0 from 0.0: Keras's SGD refuses a momentum that is a whole number.
 * @example configText({ momentum: 0 }) // {"momentum":0.0}
 */
export function configText(config: object): string {
  const marked = JSON.stringify(config, (key, value: unknown) =>
    key === 'momentum' && Number.isInteger(value) ? `\0${value as number}.0` : value,
  );
  return marked.replace(/"\\u0000(-?\d+\.0)"/g, '$1');
}
