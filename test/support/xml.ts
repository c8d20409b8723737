/** A strict reader of XML, as far as SVG pictures need it: elements, attributes, text. */

export interface XmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text in it and in its children. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** @throws Error for what is no well-formed element and nothing else */
export function parseXml(source: string): XmlElement {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`XML: ${what} at ${at}: ${source.slice(at, at + 60)}`);
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = new RegExp(pattern, 'y');
    match.lastIndex = at;
    const found = match.exec(source);
    if (found) at = match.lastIndex;
    return found ?? undefined;
  };
  const decode = (text: string): string => {
    if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)) fail('an entity');
    return text
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replace(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? '');
  };
  const readElement = (): XmlElement => {
    const tag = take(/<([A-Za-z]+)/)?.[1] ?? fail('a tag');
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let found = take(/\s+([\w:-]+)="([^"<]*)"/); found; found = take(/\s+([\w:-]+)="([^"<]*)"/)) {
      if (found[1] !== undefined && found[1] in attributes) fail('an attribute twice');
      attributes[found[1] ?? ''] = decode(found[2] ?? '');
    }
    if (take(/\s*\/>/)) return { tag, attributes, children: [], text: '' };
    if (!take(/\s*>/)) fail('the end of a tag');
    const children: XmlElement[] = [];
    let text = '';
    while (!take(new RegExp(`</${tag}\\s*>`))) {
      const plain = take(/[^<]+/);
      if (plain) text += decode(plain[0]);
      else {
        const child = readElement();
        children.push(child);
        text += child.text;
      }
    }
    return { tag, attributes, children, text };
  };
  const root = readElement();
  take(/\s*/);
  if (at !== source.length) fail('something after the element');
  return root;
}

/** An element and all in it, in order. */
export function allIn(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(allIn)];
}
