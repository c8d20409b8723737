/** A model as a graph in the language of Graphviz. */
import { ArgumentError, describeValue } from '../errors.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { modelDiagram, type DiagramBox, type DiagramGroup } from './diagram.ts';
import type { Model } from './model.ts';

/** What a picture of a model shows. */
export interface DotOptions {
  /** Adds the shapes of inputs and outputs, batch first, `?` where a size varies. Default true. */
  readonly showShapes?: boolean;
  /** From top to bottom or from left to right. Default `'TB'`. */
  readonly rankdir?: 'TB' | 'LR';
}

/** Colours that can be read on a white and on a dark page: the boxes have a background of their own. */
const BOX = '#eef2f7';
const LINE = '#64748b';
const GROUP = '#94a3b8';
const INK = '#0f172a';
const FAINT = '#475569';

/** @internal The body of `model.toDot`. @throws ArgumentError for a direction that there is not */
export function modelDot(model: Model, { showShapes = true, rankdir = 'TB' }: DotOptions = {}): string {
  if (rankdir !== 'TB' && rankdir !== 'LR') {
    throw new ArgumentError(
      `model '${model.name}': rankdir is ${describeValue(rankdir)}. Give 'TB' for top to bottom or 'LR' for left to right.`,
      { where: model.name, got: rankdir },
    );
  }
  const diagram = modelDiagram(model);
  const lines = [
    `digraph ${quote(model.name)} {`,
    `  graph [rankdir=${rankdir}, bgcolor="transparent", fontname="Helvetica", fontsize=12, fontcolor="${LINE}"]`,
    `  node [shape=box, style="rounded,filled", fillcolor="${BOX}", color="${LINE}", fontname="Helvetica", fontsize=12, fontcolor="${INK}"]`,
    `  edge [color="${LINE}", arrowsize=0.7]`,
    ...diagram.boxes.map((box) => `  ${boxLine(box, showShapes)}`),
    ...diagram.groups.flatMap((group) => groupLines(group, showShapes, '  ')),
    ...edgeLines(diagram),
    '}',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

// Graphviz frames a subgraph whose name begins with `cluster`.
function groupLines(group: DiagramGroup, showShapes: boolean, indent: string): string[] {
  const inner = `${indent}  `;
  return [
    `${indent}subgraph ${quote(`cluster ${group.path}`)} {`,
    `${inner}label=${quote(group.name)}; labeljust=l; style="rounded,dashed"; color="${GROUP}"`,
    ...group.boxes.map((box) => inner + boxLine(box, showShapes)),
    ...group.groups.flatMap((one) => groupLines(one, showShapes, inner)),
    `${indent}}`,
  ];
}

function boxLine({ path, name, className, inputShapes, outputShapes }: DiagramBox, showShapes: boolean): string {
  const rows = [`<b>${escape(name)}</b>`, `<font color="${FAINT}">${escape(className)}</font>`];
  if (showShapes && outputShapes.length > 0) {
    const shapes = inputShapes.length > 0 ? `${listOf(inputShapes)} → ${listOf(outputShapes)}` : listOf(outputShapes);
    rows.push(`<font point-size="10">${escape(shapes)}</font>`);
  }
  return `${quote(path)} [label=<${rows.join('<br/>')}>]`;
}

function edgeLines(group: DiagramGroup): string[] {
  return [
    ...group.boxes.flatMap((box) => box.sources.map((source) => `  ${quote(source.path)} -> ${quote(box.path)}`)),
    ...group.groups.flatMap(edgeLines),
  ];
}

function listOf(shapes: readonly PartialShape[]): string {
  return shapes.map((shape) => `[${shape.map((size) => size ?? '?').join(', ')}]`).join(', ');
}

// Inside double quotes only these two have a meaning; a line break would end up in the text as one.
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
