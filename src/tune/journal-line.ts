/** One line of a journal: its fields, each checked when it is asked for. */
import { describeValue } from '../errors.ts';
import { jsonFields } from '../io/json-fields.ts';
import { readTime } from './journal-text.ts';

/** Refuses the line: what stands there, and what should. */
export type Refuse = (found: string, expected: string, cause?: unknown) => never;

const NOTHING: ReadonlyMap<string, unknown> = new Map();
const SHORT = 100;
const NO_JSON: Uint8Array = /* @__PURE__ */ new Uint8Array();

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= SHORT : typeof value !== 'object' || value === null;
}

export class JournalLine {
  readonly refuse: Refuse;
  readonly #fields: object;
  readonly #json: Uint8Array;

  /**
   * @param json that the value was parsed from
   * @throws FormatError, by `refuse`, for what is no object
   */
  constructor(value: unknown, json: Uint8Array, refuse: Refuse) {
    this.refuse = refuse;
    this.#json = json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) this.#fields = value;
    else this.#fields = refuse(describeValue(value), 'one JSON object');
  }

  /** Whether the field is there, and not null. */
  has(name: string): boolean {
    return this.#field(name) !== undefined;
  }

  integer(name: string): number {
    const value = this.#field(name);
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : this.#wrong(name, 'an integer from 0');
  }

  /** NaN and infinities are numbers, too. */
  number(name: string): number {
    const value = this.#field(name);
    return typeof value === 'number' ? value : this.#wrong(name, 'a number');
  }

  text(name: string): string {
    const value = this.#field(name);
    return typeof value === 'string' ? value : this.#wrong(name, 'a text');
  }

  optionalNumbers(name: string): readonly number[] | undefined {
    const value = this.#field(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'number')) {
      return this.#wrong(name, 'a list of numbers');
    }
    return value as readonly number[];
  }

  /** Seconds since 1970. */
  time(name: string): number {
    return this.optionalTime(name) ?? this.#wrong(name, 'a time in ISO 8601');
  }

  optionalTime(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    return readTime(this.text(name)) ?? this.#wrong(name, 'a time in ISO 8601');
  }

  /** The fields of an object by their names, which may be any; none when it is not there. */
  object(name: string): ReadonlyMap<string, unknown> {
    const value = this.#field(name);
    if (value === undefined) return NOTHING;
    if (typeof value !== 'object' || Array.isArray(value)) return this.#wrong(name, 'an object');
    return new Map(Object.entries(value as object));
  }

  /**
   * As `object`, each field with the JSON of its value, unless all are so short that it does not matter; of a name that is
   * there twice, the last one counts.
   */
  *objectWithJson(name: string): Generator<readonly [key: string, value: unknown, json: Uint8Array | undefined]> {
    const fields = this.object(name);
    let areShort = true;
    for (const value of fields.values()) areShort &&= isShort(value);
    if (areShort) {
      for (const [key, value] of fields) yield [key, value, undefined];
      return;
    }
    let json = NO_JSON;
    for (const [field, text] of jsonFields(this.#json)) if (field === name) json = text;
    for (const [key, text] of jsonFields(json)) yield [key, fields.get(key), text];
  }

  #field(name: string): unknown {
    if (!Object.hasOwn(this.#fields, name)) return undefined;
    return (this.#fields as Readonly<Record<string, unknown>>)[name] ?? undefined;
  }

  #wrong(name: string, expected: string): never {
    const value = this.#field(name);
    return this.refuse(
      value === undefined ? `there is no '${name}'` : `'${name}' is ${describeValue(value)}`,
      expected,
    );
  }
}
