/**
 * Errors are data: the message says what failed, the values, the rule and the way out; the fields carry the same for
 * programs. Wrap a lower error with `cause`.
 */

/** What an error carries beside its message. */
export interface ErrorDetails {
  /** The op, layer, callback or function that refused. */
  readonly where?: string;
  /** What was given: shapes, names, values. */
  readonly got?: unknown;
  /** What would have been right. */
  readonly expected?: unknown;
  readonly cause?: unknown;
}

/** The base of every error that gradtape throws on purpose. */
export class GradtapeError extends Error {
  /** @internal The name of its errors, whatever a bundler calls the class. Classes of one's own are called by theirs. */
  static readonly errorName: string = 'GradtapeError';
  readonly where: string | undefined;
  readonly got: unknown;
  readonly expected: unknown;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = Object.hasOwn(new.target, 'errorName') ? new.target.errorName : new.target.name;
    this.where = details.where;
    this.got = details.got;
    this.expected = details.expected;
  }
}

/** Shapes that do not fit together or are not what an op or a layer takes. */
export class ShapeError extends GradtapeError {
  static override readonly errorName: string = 'ShapeError';
}

/** A wrong value or option: an unknown name, a number out of range, a call at the wrong time. */
export class ArgumentError extends GradtapeError {
  static override readonly errorName: string = 'ArgumentError';
}

/** Bytes or JSON that are not what they should be. */
export class FormatError extends GradtapeError {
  static override readonly errorName: string = 'FormatError';
}

/** A file that the system did not let us read or write: a full disk, missing permissions. `cause` has its code. */
export class FileError extends GradtapeError {
  static override readonly errorName: string = 'FileError';
  /** The file. */
  readonly path: string;
  /** What was being done with it. */
  readonly step: string;

  constructor(message: string, { path, step, cause }: FileErrorDetails) {
    super(message, { where: path, got: (cause as { readonly code?: unknown } | undefined)?.code, cause });
    this.path = path;
    this.step = step;
  }
}

/** What a FileError carries beside its message. */
export interface FileErrorDetails {
  readonly path: string;
  readonly step: string;
  readonly cause: unknown;
}

/** A device that is missing, lost, busy, or cannot do what was asked. */
export class DeviceError extends GradtapeError {
  static override readonly errorName: string = 'DeviceError';
}

/** A number that went wrong: NaN or infinity where it must not be. */
export class NumericError extends GradtapeError {
  static override readonly errorName: string = 'NumericError';
}

/** An analytic gradient that differs from the numeric one. */
export class GradientError extends GradtapeError {
  static override readonly errorName: string = 'GradientError';
}

/**
 * Ends a message about an unknown name: the nearest known one first, then all of them.
 * @returns `did you mean 'adam'? Known: adam, rmsprop, sgd.`
 */
export function suggestName(name: string, known: readonly string[]): string {
  if (typeof name !== 'string') return `Known: ${known.join(', ')}.`;
  let nearest = '';
  let best = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  // A name that shares less than half of its letters is no suggestion.
  const hint = best <= Math.max(2, Math.floor(name.length / 2)) ? `did you mean '${nearest}'? ` : '';
  return `${hint}Known: ${known.join(', ')}.`;
}

// Levenshtein distance, one row at a time.
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * What messages say of a value of any kind: short, and never with the contents of large things.
 * @returns `a tensor of shape [2, 3]`, `an array of 5`, `null`, `'relu'`, `NaN`
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return typeof (value as { className?: unknown }).className === 'string'
        ? `the layer '${value.name}'`
        : 'a function';
    case 'object': {
      if (value === null) return 'null';
      const { shape } = value as { readonly shape?: unknown };
      if (Array.isArray(shape)) return `a tensor of shape [${shape.map(String).join(', ')}]`;
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
      const keys = Object.keys(value);
      return keys.length === 0 ? 'an object' : `an object of ${keys.slice(0, 5).join(', ')}`;
    }
    default:
      return String(value);
  }
}

/**
 * @internal The options of a function, from outside: an object, or nothing.
 * @throws ArgumentError for anything else
 */
export function optionsOf<Options extends object>(where: string, options: Options | undefined): Options {
  if (options === undefined) return {} as Options;
  const given: unknown = options;
  if (typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given))
    return options;
  throw new ArgumentError(`${where}: the options are ${describeValue(given)}. Give an object of named options.`, {
    where,
    got: given,
  });
}

/** @internal @throws ArgumentError unless the value is a function */
export function checkFunction(where: string, what: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ArgumentError(`${where}: ${what} is ${describeValue(value)}. Give a function.`, { where, got: value });
}

/** @internal What was thrown, in words: it may be anything. */
export function textOfThrown(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown);
    const message: unknown = thrown.message;
    return message === '' ? thrown.name : String(message);
  } catch {
    return `${describeValue(thrown)}, which has no text, was thrown`;
  }
}

/** @internal A text that others follow: with one full stop. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
