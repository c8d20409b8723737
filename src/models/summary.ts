/** The table that describes a model, laid out like Keras 3's: one row per layer, then the numbers of parameters. */
import { ArgumentError } from '../errors.ts';
import type { GraphNode } from '../layers/graph-node.ts';
import type { Layer } from '../layers/layer.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Variable } from '../tensor/variable.ts';
import { renderTable, type Column } from './table.ts';
import { isModel, type Model } from './model.ts';

export interface SummaryOptions {
  /** Characters per line. Default 88, or 108 with the column of connections; 12 more with `showTrainable`. */
  readonly lineLength?: number;
  /** Takes the text. Default: the console. */
  readonly write?: (text: string) => void;
  /** Adds the layers of nested models below them. Default false. */
  readonly expandNested?: boolean;
  /** Adds a column that says which layers are trained. Default false. */
  readonly showTrainable?: boolean;
}

interface Header extends Column {
  /** Where the column ends, as a part of the line. */
  readonly end: number;
}

const BYTES_PER_PARAMETER = 4;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

const stackHeaders: readonly Header[] = [
  { title: 'Layer (type)', align: 'left', end: 0.45 },
  { title: 'Output Shape', align: 'left', end: 0.8 },
  { title: 'Param #', align: 'right', end: 1 },
];

const graphHeaders: readonly Header[] = [
  { title: 'Layer (type)', align: 'left', end: 0.3 },
  { title: 'Output Shape', align: 'left', end: 0.56 },
  { title: 'Param #', align: 'right', end: 0.74 },
  { title: 'Connected to', align: 'left', end: 1 },
];

/** Prints the table of `summaryText`. */
export function summary(model: Model, options: SummaryOptions & { readonly optimizerParams?: number } = {}): void {
  const text = summaryText(model, options);
  if (options.write) options.write(text);
  // oxlint-disable-next-line no-console -- a summary is printed where nothing else was asked for
  else console.log(text);
}

/**
 * The table of a model's layers with their output shapes and numbers of parameters. A model that is not a plain stack
 * has a column `Connected to` with `layer[call][output]`.
 * @param options `optimizerParams`: number of elements of the optimizer's variables, once it is built
 * @throws ArgumentError for lines that are too short for the columns
 */
export function summaryText(
  model: Model,
  options: SummaryOptions & { readonly optimizerParams?: number } = {},
): string {
  const { expandNested = false, showTrainable = false, optimizerParams } = options;
  const connected = !isStack(model);
  const headers = headersOf(connected, showTrainable);
  const lineLength = options.lineLength ?? (connected ? 108 : 88) + (showTrainable ? 12 : 0);
  const rows: string[][] = [];
  const addRow = (layer: Layer, nodes: ReadonlySet<GraphNode>, level: number): void => {
    const prefix = level === 0 ? '' : `${'   '.repeat(level)}└ `;
    const row = [`${prefix}${layer.name} (${layer.className})`, outputShape(layer, nodes), parameters(layer)];
    if (connected) row.push(level === 0 ? connections(layer, nodes) : '-');
    if (showTrainable) row.push(layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N');
    rows.push(row);
    if (expandNested && isModel(layer)) addRows(layer, level + 1);
  };
  const addRows = (owner: Model, level: number): void => {
    const nodes = new Set(owner.graphNodes);
    for (const layer of owner.layers) addRow(layer, nodes, level);
  };
  addRows(model, 0);
  const trainable = elements(model.trainableWeights);
  const fixed = elements(model.nonTrainableWeights);
  return [
    `Model: "${model.name}"`,
    ...renderTable(headers, rows, columnWidths(model, headers, lineLength), lineLength),
    ` Total params: ${withSize(trainable + fixed + (optimizerParams ?? 0))}`,
    ` Trainable params: ${withSize(trainable)}`,
    ` Non-trainable params: ${withSize(fixed)}`,
    ...(optimizerParams === undefined ? [] : [` Optimizer params: ${withSize(optimizerParams)}`]),
  ].join('\n');
}

/** Whether every layer is called once, on the output of the one before. */
function isStack(model: Model): boolean {
  if (model.className === 'Sequential') return true;
  if (model.inputs.length > 1) return false;
  const seen = new Set<Layer>();
  return model.graphNodes.every((node, index) => {
    const previous = model.graphNodes[index - 1];
    const fits = node.inputs.length === 1 && !seen.has(node.layer) && (!previous || node.inputs[0]?.node === previous);
    seen.add(node.layer);
    return fits;
  });
}

function headersOf(connected: boolean, showTrainable: boolean): readonly Header[] {
  const headers = connected ? graphHeaders : stackHeaders;
  if (!showTrainable) return headers;
  return [...headers.map((one) => ({ ...one, end: one.end * 0.9 })), { title: 'Trainable', align: 'center', end: 1 }];
}

function columnWidths(model: Model, headers: readonly Header[], lineLength: number): number[] {
  const ends = headers.map((header) => Math.trunc(header.end * lineLength));
  const widths = ends.map((end, index) => end - (ends[index - 1] ?? 0));
  if (!(Math.min(...widths) >= 4)) {
    throw new ArgumentError(
      `model '${model.name}': summary cannot put ${headers.length} columns into lines of ${lineLength} characters. Give a larger lineLength.`,
      {
        where: model.name,
        got: lineLength,
      },
    );
  }
  return widths;
}

function outputShape(layer: Layer, own: ReadonlySet<GraphNode>): string {
  const node = layer.nodes.findLast((one) => own.has(one)) ?? layer.nodes.at(-1);
  if (!node) return '?';
  const shapes = node.outputs.map((one) => kerasShape(one.shape));
  return shapes.length === 1 ? (shapes[0] ?? '?') : `[${shapes.join(', ')}]`;
}

function kerasShape(shape: PartialShape): string {
  return `(${shape.map((size) => size ?? 'None').join(', ')})`;
}

function parameters(layer: Layer): string {
  return layer.built ? thousands(layer.countParams()) : '0 (unbuilt)';
}

function connections(layer: Layer, own: ReadonlySet<GraphNode>): string {
  const inputs = layer.nodes.filter((node) => own.has(node)).flatMap((node) => node.inputs);
  return inputs.map((one) => `${one.name}[${one.node.callIndex}][${one.index}]`).join(', ') || '-';
}

function elements(weights: readonly Variable[]): number {
  return weights.reduce((sum, weight) => sum + weight.size, 0);
}

/** `1234` -> `1,234 (4.82 KB)`. */
function withSize(count: number): string {
  let bytes = count * BYTES_PER_PARAMETER;
  let unit = 0;
  for (; bytes >= 1024 && unit < UNITS.length - 1; unit++) bytes /= 1024;
  return `${thousands(count)} (${bytes.toFixed(2)} ${UNITS[unit]})`;
}

function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
