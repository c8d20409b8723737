/** The JSON of configs as Python must read it. */

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
