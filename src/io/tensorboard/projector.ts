/** The files of TensorBoard's embedding projector: a table of points, one of their labels, and what belongs together. */

/** One embedding; the paths are relative to the folder of the configuration. */
export interface ProjectedEmbedding {
  readonly name: string;
  readonly tensorPath: string;
  readonly metadataPath: string | undefined;
  readonly shape: readonly [points: number, dimensions: number];
}

/** The text of `projector_config.pbtxt`. */
export function projectorConfig(embeddings: readonly ProjectedEmbedding[]): string {
  const blocks = embeddings.map(({ name, tensorPath, metadataPath, shape }) => [
    'embeddings {',
    `  tensor_name: ${quote(name)}`,
    `  tensor_path: ${quote(tensorPath)}`,
    ...(metadataPath === undefined ? [] : [`  metadata_path: ${quote(metadataPath)}`]),
    ...shape.map((size) => `  tensor_shape: ${size}`),
    '}',
  ]);
  return blocks.flat().map((line) => `${line}\n`).join(''); // prettier-ignore
}

/** The points, a row each, numbers between tabs; float32 in as few digits as tell them apart. */
export function pointsTable(data: Float32Array, [points, dimensions]: readonly [number, number]): string {
  const lines: string[] = [];
  for (let point = 0; point < points; point++) {
    const row = data.subarray(point * dimensions, (point + 1) * dimensions);
    lines.push(Array.from(row, shortest).join('\t'));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The labels, one a line; a tab or a line break inside would begin another column or point, and becomes a blank. */
export function labelsTable(labels: readonly string[]): string {
  return labels.map((label) => `${label.replace(/[\t\r\n]/g, ' ')}\n`).join('');
}

// Nine digits tell every float32 from its neighbours; mostly eight or fewer do.
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

// Protobuf's text format: quotes and backslashes escaped; the rest is UTF-8.
function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escaped}"`;
}
