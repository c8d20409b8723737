/** Pieces of SVG as text. */

/** A number in a picture: two decimals tell pixels well enough. */
export function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** What XML has no way to write: control characters, halves of surrogate pairs, and two others. */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu;

/** Text between tags or in an attribute; what XML cannot hold is a replacement character. */
export function escapeXml(text: string): string {
  return text
    .replace(UNWRITABLE, '\uFFFD')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** An element; numbers in attributes are shortened, undefined ones left out. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: string | readonly string[] = '',
): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? coordinate(value) : escapeXml(String(value))}"`);
  const inner = typeof content === 'string' ? content : content.join('\n');
  return inner === '' ? `<${tag}${given.join('')}/>` : `<${tag}${given.join('')}>${inner}</${tag}>`;
}

/** A line of text. */
export function textAt(
  [x, y]: readonly [number, number],
  text: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
): string {
  return element('text', { x, y, ...attributes }, escapeXml(text));
}
