/** Settings as Keras writes them, as options. */
import type { KerasEnvelope } from '../names.ts';

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

/** @internal Whether it has what an envelope needs: a class's name and settings. */
export function isEnvelope(value: unknown): value is KerasEnvelope {
  if (typeof value !== 'object' || value === null) return false;
  const { class_name: name, config } = value as Partial<KerasEnvelope>;
  return typeof name === 'string' && typeof config === 'object' && config !== null;
}
