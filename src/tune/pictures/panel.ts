/** A plot with a frame: what the pictures of a study are made of. */
import { coordinate, element, textAt } from '../../svg/elements.ts';
import type { Scale } from './scale.ts';

/** The place and the axes of a plot. */
export interface Panel {
  readonly title: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly xLabel: string;
  readonly width: number;
  readonly height: number;
}

const MARGIN = { left: 58, right: 16, top: 28, bottom: 36 } as const;

/** Draws marks on a plot. */
export interface PanelPlaces {
  readonly x: (place: number) => number;
  readonly y: (place: number) => number;
}

/** @param marks draws what the plot shows, given where the unit square of the scales lies */
export function panel(
  { title, x, y, xLabel, width, height }: Panel,
  marks: (places: PanelPlaces) => string[],
): string[] {
  const [plotWidth, plotHeight] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  const places: PanelPlaces = {
    x: (place) => MARGIN.left + place * plotWidth,
    y: (place) => MARGIN.top + (1 - place) * plotHeight,
  };
  const bottom = height - MARGIN.bottom;
  return [
    textAt([MARGIN.left, 16], title, { class: 'title' }),
    ...y.ticks.flatMap(({ at, label }) => [
      element('path', { class: 'grid line', d: `M${coordinate(MARGIN.left)} ${coordinate(places.y(at))}h${coordinate(plotWidth)}` }),
      textAt([MARGIN.left - 6, places.y(at) + 4], label, { class: 'faint small', 'text-anchor': 'end' }),
    ]),
    ...x.ticks.map(({ at, label }) =>
      textAt([places.x(at), bottom + 15], label, { class: 'faint small', 'text-anchor': 'middle' }),
    ),
    textAt([MARGIN.left + plotWidth / 2, height - 4], xLabel, { class: 'faint small', 'text-anchor': 'middle' }),
    ...marks(places),
  ]; // prettier-ignore
}

/** Panels side by side, in rows. */
export function arrange(
  panels: readonly ((width: number) => string[])[],
  { width, panelHeight, columns, gap = 12 }: Grid,
): { readonly height: number; readonly content: string[] } {
  const count = Math.max(1, Math.min(columns, panels.length));
  const panelWidth = (width - gap * (count + 1)) / count;
  const content = panels.map((draw, index) => {
    const x = gap + (index % count) * (panelWidth + gap);
    const y = gap + Math.floor(index / count) * (panelHeight + gap);
    return element('g', { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, draw(panelWidth));
  });
  return { height: gap + Math.max(1, Math.ceil(panels.length / count)) * (panelHeight + gap), content };
}

interface Grid {
  readonly width: number;
  readonly panelHeight: number;
  readonly columns: number;
  readonly gap?: number;
}

/** A broken line through points of the unit square. */
export function lineThrough(points: readonly (readonly [number, number])[], { x, y }: PanelPlaces): string {
  return points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${coordinate(x(a))} ${coordinate(y(b))}`).join('');
}
