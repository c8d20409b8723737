/** Errors on their way between threads and machines: their class by its name, their message, stack, fields and causes. */
import {
  ArgumentError,
  describeValue,
  DeviceError,
  FormatError,
  GradientError,
  GradtapeError,
  NumericError,
  ShapeError,
  textOfThrown,
  type ErrorDetails,
} from '../errors.ts';

/** An error as plain data. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly where?: string;
  readonly got?: unknown;
  readonly expected?: unknown;
  readonly cause?: PackedError;
}

/** How many causes of causes travel. */
const DEPTH = 5;

const OURS: ReadonlyMap<string, new (message: string, details: ErrorDetails) => GradtapeError> =
  /* @__PURE__ */ new Map(
    /* @__PURE__ */ [
      GradtapeError,
      ShapeError,
      ArgumentError,
      FormatError,
      DeviceError,
      NumericError,
      GradientError,
    ].map((one) => [one.errorName, one]),
  );

const BUILT_IN: ReadonlyMap<string, ErrorConstructor> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [Error, TypeError, RangeError, SyntaxError, ReferenceError].map((one) => [one.name, one]),
);

/** @param error anything that was thrown */
export function packError(error: unknown, depth: number = DEPTH): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: textOfThrown(error) };
  const { name, message, stack, cause } = error;
  return {
    // A class of one's own that sets no name has that of its base; what it was called is told all the same.
    name: name === 'Error' ? error.constructor.name : name,
    message,
    ...(stack !== undefined && { stack }),
    ...(error instanceof GradtapeError && {
      ...(error.where !== undefined && { where: error.where }),
      got: plain(error.got),
      expected: plain(error.expected),
    }),
    ...(cause !== undefined && depth > 0 && { cause: packError(cause, depth - 1) }),
  };
}

/** Further classes of errors, by their names. */
export type ErrorClasses = ReadonlyMap<string, new (message: string) => Error>;

/**
 * @param others classes beside those of JavaScript and of gradtape
 * @returns an error of the class that it had where it was thrown, or an Error with its name
 */
export function unpackError(packed: PackedError, others?: ErrorClasses): Error {
  const error = make(packed, others);
  if (error.name !== packed.name) error.name = packed.name;
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}

function make({ name, message, where, got, expected, cause: packedCause }: PackedError, others?: ErrorClasses): Error {
  const Other = others?.get(name);
  if (Other) return new Other(message);
  const cause = packedCause && unpackError(packedCause, others);
  const Ours = OURS.get(name);
  if (Ours) return new Ours(message, { ...(where !== undefined && { where }), got, expected, cause });
  const BuiltIn = BUILT_IN.get(name) ?? Error;
  return new BuiltIn(message, cause && { cause });
}

/** The value, or what messages would say of it where it is more than a few plain values. */
function plain(value: unknown): unknown {
  const isPlain = (one: unknown): boolean =>
    one === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof one);
  if (isPlain(value)) return value;
  return Array.isArray(value) && value.length <= 100 && value.every(isPlain) ? value : describeValue(value);
}
