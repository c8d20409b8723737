/** A history as curves: a panel for each loss and metric, its values in training and in validation. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { coordinate, element, textAt } from '../svg/elements.ts';
import { checkTheme, picture, type Theme } from '../svg/theme.ts';
import { axisFor, type Axis } from '../svg/ticks.ts';

export interface HistoryPictureOptions {
  /** Pixels. Default 760; the height follows from the number of panels. */
  readonly width?: number;
  /** Default `'auto'`: follows the reader's setting. */
  readonly theme?: Theme;
}

/** One curve: the values of a log in those epochs (from 1) that have one. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

const COLUMNS = 2;
const PANEL_HEIGHT = 240;
const GAP = 12;
const MARGIN = { left: 52, right: 14, top: 46, bottom: 34 } as const;
const LEAST_WIDTH = 300;
/** Pixels of a letter of small text, about. */
const LETTER = 5.6;
/** More points than this are a line without dots. */
const DOTS = 40;

/** @internal The body of `history.toSvg`. */
export function historyPicture(curves: readonly Curve[], options?: HistoryPictureOptions): string {
  const where = 'history.toSvg';
  const { width = 760, theme = 'auto' } = optionsOf(where, options);
  checkTheme(where, theme);
  if (!(width >= LEAST_WIDTH && width < Infinity)) {
    throw new ArgumentError(`${where}: width is ${describeValue(width)}. Give at least ${LEAST_WIDTH} pixels.`, {
      where,
      got: width,
    });
  }
  const panels = new Map<string, Curve[]>();
  for (const curve of curves) {
    const title = curve.name.replace(/^val_/, '');
    panels.set(title, [...(panels.get(title) ?? []), curve]);
  }
  const columns = Math.min(COLUMNS, Math.max(1, panels.size));
  const panelWidth = (width - GAP * (columns + 1)) / columns;
  const height = GAP + Math.max(1, Math.ceil(panels.size / columns)) * (PANEL_HEIGHT + GAP);
  const drawn = [...panels].map(([title, own], index) => {
    const x = GAP + (index % columns) * (panelWidth + GAP);
    const y = GAP + Math.floor(index / columns) * (PANEL_HEIGHT + GAP);
    return element('g', { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, panel(title, own, panelWidth));
  });
  const empty = textAt([width / 2, height / 2], 'No epoch yet', { class: 'faint', 'text-anchor': 'middle' });
  return picture({ width, height, theme, title: 'Training history' }, drawn.length > 0 ? drawn : [empty]);
}

function panel(title: string, curves: readonly Curve[], width: number): string[] {
  const finite = curves.map(({ points }) => points.filter(([, value]) => Number.isFinite(value)));
  const epochs = curves.flatMap(({ points }) => points.map(([epoch]) => epoch));
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const axis = axisFor(finite.flat().map(([, value]) => value), 5); // prettier-ignore
  const [plotWidth, plotHeight] = [width - MARGIN.left - MARGIN.right, PANEL_HEIGHT - MARGIN.top - MARGIN.bottom];
  const x = (epoch: number): number =>
    MARGIN.left + (last > first ? ((epoch - first) / (last - first)) * plotWidth : plotWidth / 2);
  const y = (value: number): number => MARGIN.top + plotHeight - axis.place(value) * plotHeight;
  return [
    textAt([MARGIN.left, 16], title, { class: 'title' }),
    ...legend(curves),
    ...axis.ticks.flatMap(({ value, label }) => [
      element('path', { class: 'grid line', d: `M${coordinate(MARGIN.left)} ${coordinate(y(value))}h${coordinate(plotWidth)}` }),
      textAt([MARGIN.left - 6, y(value) + 4], label, { class: 'faint small', 'text-anchor': 'end' }),
    ]),
    ...epochTicks(first, last, plotWidth).map((epoch) =>
      textAt([x(epoch), PANEL_HEIGHT - MARGIN.bottom + 16], String(epoch), { class: 'faint small', 'text-anchor': 'middle' }),
    ),
    textAt([MARGIN.left + plotWidth / 2, PANEL_HEIGHT - 4], 'epoch', { class: 'faint small', 'text-anchor': 'middle' }),
    ...curves.flatMap(({ name, points }) => {
      const style = styleOf(name);
      const dots = points.length > DOTS ? [] : points.filter(([, value]) => Number.isFinite(value));
      return [
        element('path', { class: `${style} line`, d: lineOf(points.map(([epoch, value]) => [x(epoch), y(value)])) }),
        ...dots.map(([epoch, value]) => element('circle', { class: style, cx: x(epoch), cy: y(value), r: 2.5 })),
      ];
    }),
  ]; // prettier-ignore
}

function styleOf(name: string): 'first' | 'second' {
  return name.startsWith('val_') ? 'second' : 'first';
}

// Below the title: the last value stands beside each name.
function legend(curves: readonly Curve[]): string[] {
  let x: number = MARGIN.left;
  return curves.flatMap(({ name, points }) => {
    const label = `${name.startsWith('val_') ? 'validation' : 'training'} ${numberText(points.at(-1)?.[1] ?? NaN)}`;
    const parts = [
      element('circle', { class: styleOf(name), cx: x + 4, cy: 30, r: 4 }),
      textAt([x + 12, 34], label, { class: 'small' }),
    ];
    x += LETTER * label.length + 28;
    return parts;
  });
}

// A value that is no number breaks the line.
function lineOf(points: readonly (readonly [number, number])[]): string {
  let pen = 'M';
  let path = '';
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${coordinate(x)} ${coordinate(y)}`;
    pen = 'L';
  }
  return path;
}

function epochTicks(first: number, last: number, width: number): number[] {
  const { ticks }: Axis = axisFor([first, Math.max(last, first + 1)], Math.max(2, Math.floor(width / 50)));
  return ticks.map(({ value }) => value).filter((one) => Number.isInteger(one) && one >= first && one <= last);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
