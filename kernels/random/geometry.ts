/** What the random kernels are told. */
export interface RandomOptions {
  readonly key: readonly [number, number];
}

export interface UniformOptions extends RandomOptions {
  readonly minimum: number;
  readonly maximum: number;
}

export interface NormalOptions extends RandomOptions {
  readonly mean: number;
  readonly stddev: number;
}

export interface DropoutMaskOptions extends RandomOptions {
  readonly rate: number;
}

/** The options and the number of elements. */
export interface RandomGeometry<Options> {
  readonly size: number;
  readonly options: Options;
}
