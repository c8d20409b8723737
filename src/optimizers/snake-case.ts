/** Settings as Keras writes them, as options. */

/**
 * The settings under camelCase names, without those that are null: `{ beta_1: 0.9, clipnorm: null }` is `{ beta1: 0.9 }`.
 * @internal
 */
export function fromSnakeCase(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, setting]) => setting !== null && setting !== undefined)
      .map(([name, setting]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), setting]),
  );
}
