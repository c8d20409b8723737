/** Values that a checkpoint can hold: what JSON can, with any numbers, and tensors anywhere inside. */
import { describeValue, FormatError, ShapeError } from '../errors.ts';
import { formatShape, sameShape, type Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

/** What `getState` of a callback may give: a field that is undefined counts as left out. */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | Tensor
  | readonly StateValue[]
  | { readonly [field: string]: StateValue | undefined };

/** Reads the fields of a state that comes from outside, each of them checked. */
export class StateFields {
  readonly #where: string;
  readonly #fields: ReadonlyMap<string, StateValue | undefined>;

  /** @throws FormatError for anything but an object */
  constructor(where: string, value: StateValue | undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Tensor) {
      throw new FormatError(
        `${where}: expected an object, got ${describeValue(value)}. The state is of something else.`,
        {
          where,
          got: value,
        },
      );
    }
    this.#where = where;
    this.#fields = new Map(Object.entries(value as { readonly [field: string]: StateValue | undefined }));
  }

  has(name: string): boolean {
    const value = this.#fields.get(name);
    return value !== undefined && value !== null;
  }

  value(name: string): StateValue | undefined {
    return this.#fields.get(name);
  }

  number(name: string): number {
    return this.#checked(name, 'a number', (value): value is number => typeof value === 'number');
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    return this.#checked(
      name,
      'a whole number of at least 0',
      (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
    );
  }

  boolean(name: string): boolean {
    return this.#checked(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  string(name: string): string {
    return this.#checked(name, 'a string', (value): value is string => typeof value === 'string');
  }

  /** A number, or undefined where the field is left out. */
  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  list(name: string): readonly StateValue[] {
    return this.#checked(name, 'a list', (value): value is readonly StateValue[] => Array.isArray(value));
  }

  numbers(name: string): readonly number[] {
    return this.#checked(name, 'a list of numbers', isListOf<number>('number'));
  }

  strings(name: string): readonly string[] {
    return this.#checked(name, 'a list of strings', isListOf<string>('string'));
  }

  tensor(name: string): Tensor {
    return this.#checked(name, 'a tensor', (value): value is Tensor => value instanceof Tensor);
  }

  tensors(name: string): readonly Tensor[] {
    return this.#checked(
      name,
      'a list of tensors',
      (value): value is readonly Tensor[] => Array.isArray(value) && value.every((one) => one instanceof Tensor),
    );
  }

  /** The field as fields of its own. */
  fields(name: string): StateFields {
    return new StateFields(`${this.#where}: '${name}'`, this.value(name));
  }

  /** The names and numbers of a field that is an object of numbers. */
  numbersByName(name: string): (readonly [string, number])[] {
    const inner = this.fields(name);
    return inner.names().map((key) => [key, inner.number(key)] as const);
  }

  names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  #checked<Value extends StateValue>(name: string, wanted: string, isRight: (value: unknown) => value is Value): Value {
    const value = this.#fields.get(name);
    if (isRight(value)) return value;
    throw new FormatError(
      `${this.#where}: '${name}' is ${describeValue(value)}; expected ${wanted}. The state is of something else.`,
      { where: this.#where, got: value },
    );
  }
}

function isListOf<Item extends number | string>(
  type: 'number' | 'string',
): (value: unknown) => value is readonly Item[] {
  return (value): value is readonly Item[] =>
    Array.isArray(value) && value.every((one: unknown) => typeof one === type);
}

/**
 * @param names one per shape
 * @throws ShapeError, with both shapes, unless there is one tensor per shape
 */
export function checkTensors(
  where: string,
  values: readonly Tensor[],
  shapes: readonly Shape[],
  names: readonly string[],
): void {
  if (values.length !== shapes.length) {
    throw new ShapeError(`${where} has ${values.length} tensors; expected ${shapes.length}.`, {
      where,
      got: values.length,
      expected: shapes.length,
    });
  }
  values.forEach(({ shape }, index) => {
    const expected = shapes[index] ?? [];
    if (sameShape(shape, expected)) return;
    throw new ShapeError(
      `${where}: '${names[index]}' has the shape ${formatShape(shape)}; expected ${formatShape(expected)}.`,
      { where, got: shape, expected },
    );
  });
}
