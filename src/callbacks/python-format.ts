/** Python's way of writing numbers, which names of Keras's checkpoints and its tables of logs are made of. */
import { ArgumentError, suggestName } from '../errors.ts';

/** A whole number and a number are written differently: `3` and `3.0`. */
export type FormatValue = { readonly int: number } | { readonly float: number };

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const specPattern =
  /^(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>\d+)?(?<grouping>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$/su;
const fieldPattern = /\{\{|\}\}|\{(?<name>[^{}:!]*)(?::(?<spec>[^{}]*))?\}|[{}]/gu;
/** Digits after which JavaScript's exact decimals of a double end. */
const MAX_DIGITS = 100;

/**
 * `str.format` of Python, for numbers by name: `'{epoch:02d}-{val_loss:.2f}'`.
 * @throws ArgumentError for a name that there is not, with those that there are, and for a format that Python refuses
 */
export function formatTemplate(where: string, template: string, values: ReadonlyMap<string, FormatValue>): string {
  return template.replace(fieldPattern, (...match) => {
    const [field] = match as [string];
    const { name, spec } = match.at(-1) as { readonly name?: string; readonly spec?: string };
    if (field === '{{' || field === '}}') return field.charAt(0);
    if (name === undefined) {
      throw new ArgumentError(
        `${where}: '${template}' has a brace that is not closed, or an unknown field. Write {name} or {name:.2f}, and {{ for a brace.`,
        { where, got: template },
      );
    }
    const value = values.get(name);
    if (value === undefined) {
      throw new ArgumentError(`${where}: '${template}' asks for '${name}'; ${suggestName(name, [...values.keys()])}`, {
        where,
        got: name,
        expected: [...values.keys()],
      });
    }
    const text = formatNumber(value, spec ?? '');
    if (text !== undefined) return text;
    throw new ArgumentError(
      `${where}: '${template}' writes ${name}, ${'int' in value ? 'a whole number' : 'a number'}, as '${spec}', which Python refuses. Use such as .4f${'int' in value ? ' or 02d' : ''}.`,
      { where, got: spec },
    );
  });
}

/** `repr` of a Python float: the shortest digits that tell it from every other, `0.1`, `1.0`, `1e-05`, `nan`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  const [digits, exponent] = scientific(Math.abs(value).toExponential());
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (exponent < -4 || exponent >= 16) return `${sign}${exponential(digits, exponent)}`;
  const text = positional(digits, exponent);
  return `${sign}${text.includes('.') ? text : `${text}.0`}`;
}

/** @returns undefined for a format that Python refuses */
function formatNumber(value: FormatValue, specText: string): string | undefined {
  const spec = parseSpec(specText);
  if (!spec) return undefined;
  const isInt = 'int' in value;
  const number = isInt ? value.int : value.float;
  const size = Math.abs(number);
  const body = isInt && 'bdnoxX'.includes(spec.type || 'd') ? intBody(size, spec) : floatBody(size, isInt, spec);
  if (body === undefined) return undefined;
  const isNegative = number < 0 || Object.is(number, -0);
  const sign = isNegative ? '-' : spec.sign === '-' ? '' : spec.sign;
  return padded(sign, body, spec);
}

function parseSpec(text: string): Spec | undefined {
  const groups = specPattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { fill, align, sign = '-', alternate, zero, width, grouping = '', precision, type = '' } = groups;
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero ? '=' : '>'),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function intBody(size: number, { type, alternate, precision, grouping }: Spec): string | undefined {
  if (precision !== undefined) return undefined;
  const prefix = (name: string): string => (alternate ? name : '');
  switch (type) {
    case '':
    case 'd':
      return grouped(String(size), grouping);
    case 'n':
      return grouping === '' ? String(size) : undefined;
    case 'b':
      return prefix('0b') + size.toString(2);
    case 'o':
      return prefix('0o') + size.toString(8);
    case 'x':
      return prefix('0x') + size.toString(16);
    case 'X':
      return prefix('0X') + size.toString(16).toUpperCase();
    default:
      return undefined;
  }
}

function floatBody(size: number, isInt: boolean, { type, precision, alternate, grouping }: Spec): string | undefined {
  if (!['', 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%'].includes(type) || (type === 'n' && grouping !== ''))
    return undefined;
  if ((precision ?? 0) > MAX_DIGITS) return undefined;
  const upper = type === 'E' || type === 'F' || type === 'G';
  const cased = (text: string): string => (upper ? text.toUpperCase() : text);
  if (!Number.isFinite(size)) return cased(specialText(size)) + (type === '%' ? '%' : '');
  const withPoint = (text: string): string => (alternate && !text.includes('.') ? `${text}.` : text);
  switch (type.toLowerCase()) {
    case 'f':
      return grouped(withPoint(fixed(size, precision ?? 6)), grouping);
    case '%':
      return `${grouped(withPoint(fixed(size * 100, precision ?? 6)), grouping)}%`;
    case 'e': {
      const [digits, exponent] = scientific(rounded((count) => size.toExponential(count), precision ?? 6));
      return cased(exponential(digits, exponent, alternate));
    }
    case '':
      if (precision === undefined) return isInt ? grouped(String(size), grouping) : grouped(floatText(size), grouping);
      return grouped(general(size, precision, { alternate, keepsPoint: true }), grouping);
    default:
      return cased(grouped(general(size, precision ?? 6, { alternate, keepsPoint: false }), grouping));
  }
}

/** `g`: so many significant digits, positional unless the exponent is below -4 or the digits do not reach the point. */
function general(
  size: number,
  precision: number,
  { alternate, keepsPoint }: { readonly alternate: boolean; readonly keepsPoint: boolean },
): string {
  const count = Math.max(1, precision);
  const [digits, exponent] = scientific(rounded((places) => size.toExponential(places), count - 1));
  const kept = alternate ? digits : digits.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= (keepsPoint ? count - 1 : count)) return exponential(kept, exponent, alternate);
  const text = positional(kept, exponent);
  if (text.includes('.')) return text;
  return keepsPoint ? `${text}.0` : alternate ? `${text}.` : text;
}

function fixed(size: number, places: number): string {
  // Larger numbers are whole, and JavaScript writes them with an exponent.
  if (size >= 1e21) return `${BigInt(size)}${places > 0 ? `.${'0'.repeat(places)}` : ''}`;
  return rounded((count) => size.toFixed(count), places);
}

/** Ties go to the even digit, where JavaScript rounds them up. */
function rounded(render: (places: number) => string, places: number): string {
  const text = render(places);
  if (places >= MAX_DIGITS) return text;
  const [longer = '', exponent] = render(places + 1).split('e');
  const [exact = ''] = render(Math.min(MAX_DIGITS, places + 60)).split('e');
  const isTie = longer.endsWith('5') && exact.startsWith(longer) && /^0*$/.test(exact.slice(longer.length));
  const below = longer.slice(0, -1).replace(/\.$/, '');
  if (!isTie || !/[02468]$/.test(below)) return text;
  return exponent === undefined ? below : `${below}e${exponent}`;
}

/** The digits, and the exponent of the first one. */
function scientific(text: string): [digits: string, exponent: number] {
  const [mantissa = '', exponent = '0'] = text.split('e');
  return [mantissa.replace('.', ''), Number(exponent)];
}

function exponential(digits: string, exponent: number, alternate = false): string {
  const point = digits.length > 1 || alternate ? '.' : '';
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits.charAt(0)}${point}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${size}`;
}

function positional(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = digits.slice(exponent + 1);
  return rest === '' ? whole : `${whole}.${rest}`;
}

function specialText(value: number): string {
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
}

function grouped(text: string, separator: string): string {
  return separator === '' ? text : text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, separator));
}

function padded(sign: string, body: string, { fill, align, width }: Spec): string {
  const missing = Math.max(0, width - sign.length - body.length);
  const before = align === '^' ? Math.floor(missing / 2) : align === '<' ? 0 : missing;
  if (align === '=') return sign + fill.repeat(missing) + body;
  return fill.repeat(before) + sign + body + fill.repeat(missing - before);
}
