/** Finds the elements of index.html. */

/** @throws Error where the page has none of this kind */
export function elementOf<Kind extends Element>(
  selector: string,
  kind: new () => Kind,
  parent: ParentNode = document,
): Kind {
  const found = parent.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} '${selector}'.`);
}

/** A new element of a class, inside a parent. */
export function addElement<Tag extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: Tag,
  className = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

/** A canvas's context for drawing. @throws Error where the browser has none */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context) return context;
  throw new Error('This browser cannot draw on a canvas.');
}

/** A color of style.css, as it is under the user's color scheme. */
export function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
