/** The JSON of configs as Python must read it. */

/**
 * The JSON of a config for Python, which tells 0 from 0.0: Keras's SGD refuses a momentum that is a whole number.
 * @example configText({ momentum: 0 }) // {"momentum":0.0}
 */
export function configText(config: object): string {
  // Inside a text the quotes would be escaped.
  return JSON.stringify(config).replace(/"momentum":(-?\d+)(?=[,}])/g, '"momentum":$1.0');
}
