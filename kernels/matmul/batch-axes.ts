/** The batch of a matrix product as axes: what the starts of its matrices have in common. */

export interface BatchAxis {
  readonly length: number;
  /** Elements from one position to the next in each operand; 0 where it is repeated. */
  readonly aStep: number;
  readonly bStep: number;
}

/** The axes along which the starts of both operands move by equal steps, from the outside; neighbours are joined. */
export function batchAxes(aStarts: readonly number[], bStarts: readonly number[]): readonly BatchAxis[] {
  const axes: BatchAxis[] = [];
  if (aStarts.length === 0) axes.push({ length: 0, aStep: 0, bStep: 0 });
  let [a, b] = [aStarts, bStarts];
  while (a.length > 1) {
    const step = (starts: readonly number[], to = 1): number => (starts[to] as number) - (starts[to - 1] as number);
    let length = 2;
    while (length < a.length && step(a, length) === step(a) && step(b, length) === step(b)) length++;
    axes.unshift({ length, aStep: step(a), bStep: step(b) });
    const first = (_: number, index: number): boolean => index % length === 0;
    [a, b] = [a.filter(first), b.filter(first)];
  }
  return axes;
}
