/** What the benchmark uses of jax-js. Every function takes over its arguments: `x.ref` is one more reference to x. */

export interface JaxArray {
  readonly shape: readonly number[];
  readonly ref: JaxArray;
  dispose(): void;
  blockUntilReady(): Promise<JaxArray>;
  data(): Promise<Float32Array>;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(axis?: number | number[]): JaxArray;
  mean(axis?: number | number[]): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  transpose(permutation?: number[]): JaxArray;
  /** A number takes one index, a pair a range, `[]` everything. */
  slice(...index: (number | [] | [number, number])[]): JaxArray;
}

type Tree = JaxArray | readonly Tree[];

export interface Jax {
  init(device: 'wasm'): Promise<readonly string[]>;
  defaultDevice(device: 'wasm'): string;
  blockUntilReady(tree: Tree): Promise<unknown>;
  jit<Args extends Tree[], Result extends Tree>(f: (...args: Args) => Result): (...args: Args) => Result;
  valueAndGrad<Args extends Tree[]>(f: (...args: Args) => JaxArray): (...args: Args) => [JaxArray, Args[0]];
  grad<Args extends Tree[]>(f: (...args: Args) => JaxArray): (...args: Args) => Args[0];
  readonly numpy: {
    array(data: Float32Array, options: { shape: readonly number[] }): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    concatenate(parts: JaxArray[], axis: number): JaxArray;
    stack(parts: JaxArray[], axis: number): JaxArray;
    pad(x: JaxArray, widths: readonly (readonly [number, number])[]): JaxArray;
    flip(x: JaxArray, axes: number[]): JaxArray;
    max(x: JaxArray, axes: number[]): JaxArray;
    exp(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    square(x: JaxArray): JaxArray;
    tanh(x: JaxArray): JaxArray;
  };
  readonly nn: {
    relu(x: JaxArray): JaxArray;
    sigmoid(x: JaxArray): JaxArray;
    logSoftmax(x: JaxArray, axis: number): JaxArray;
  };
}
