/** What the benchmark uses of TensorFlow.js. */

export interface TfTensor {
  readonly shape: readonly number[];
  dispose(): void;
  data(): Promise<Float32Array>;
  dataSync(): Float32Array;
}

export interface TfVariable extends TfTensor {
  assign(value: TfTensor): void;
}

export interface Tf {
  readonly version_core: string;
  setBackend(name: string): Promise<boolean>;
  env(): { set(flag: string, value: boolean): void };
  tidy<Result>(run: () => Result): Result;
  engine(): {
    runKernel(name: string, inputs: Record<string, TfTensor>, attributes: Record<string, unknown>): TfTensor;
  };
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  variable(initial: TfTensor): TfVariable;
  variableGrads(f: () => TfTensor, variables: TfVariable[]): { value: TfTensor; grads: Record<string, TfTensor> };
  add(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  sum(x: TfTensor): TfTensor;
  slice(x: TfTensor, begin: readonly number[], size: readonly number[]): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  conv1d(x: TfTensor, filters: TfTensor, stride: number, padding: 'same'): TfTensor;
  conv2d(x: TfTensor, filters: TfTensor, strides: number, padding: 'same'): TfTensor;
  conv2dTranspose(
    dy: TfTensor,
    filters: TfTensor,
    shape: readonly number[],
    strides: number,
    padding: 'same',
  ): TfTensor;
  depthwiseConv2d(x: TfTensor, filters: TfTensor, strides: number, padding: 'same'): TfTensor;
  separableConv2d(x: TfTensor, depthwise: TfTensor, pointwise: TfTensor, strides: number, padding: 'same'): TfTensor;
  maxPool(x: TfTensor, size: number, strides: number, padding: 'valid'): TfTensor;
  moments(x: TfTensor, axes: number[]): { mean: TfTensor; variance: TfTensor };
  batchNorm(
    x: TfTensor,
    mean: TfTensor,
    variance: TfTensor,
    offset: TfTensor,
    scale: TfTensor,
    epsilon: number,
  ): TfTensor;
  unstack(x: TfTensor, axis: number): TfTensor[];
  stack(tensors: TfTensor[], axis: number): TfTensor;
  split(x: TfTensor, count: number, axis: number): TfTensor[];
  zeros(shape: readonly number[]): TfTensor;
  readonly losses: {
    softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor;
    meanSquaredError(labels: TfTensor, predictions: TfTensor): TfTensor;
  };
  readonly train: {
    adam(
      rate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
    ): {
      minimize(f: () => TfTensor, returnCost: true, variables: TfVariable[]): TfTensor;
    };
  };
}
