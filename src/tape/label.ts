/** Who called an op: the layer that was running when it was recorded. Programs carry it for messages. */

let current: string | undefined;

/** @internal The label of what is recorded now. */
export function currentLabel(): string | undefined {
  return current;
}

/** @internal Runs a function whose ops carry this label. */
export function withLabel<Result>(label: string | undefined, body: () => Result): Result {
  const outer = current;
  current = label;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/** @internal What messages call one node: `'log' in layer 'dense_1'`. */
export function describeNode(operation: string, label: string | undefined): string {
  return label === undefined ? `'${operation}'` : `'${operation}' in ${label}`;
}
