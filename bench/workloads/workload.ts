/** What is measured: a computation with its operands, told so that every engine can build it in its own way. */

/** Channels-last, row-major, as gradtape and Keras have it. */
export interface Operand {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

interface Common {
  /** Its row in the tables, and what `--only` looks for. */
  readonly name: string;
  /** Multiplications and additions of one run's products; left out where memory decides. */
  readonly flops?: number;
  /** Terms of the longest chain of sums: results of two engines may differ by a rounding for each. */
  readonly depth: number;
  /** The operands, in the order that the kind names; made when they are asked for. */
  readonly operands: () => readonly Operand[];
  /** Equal parts of a run, so that a row can tell the time of one op of many. Default 1. */
  readonly parts?: number;
}

export interface MatmulWorkload extends Common {
  /** a, b */
  readonly kind: 'matmul';
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export interface ConvolutionWorkload extends Common {
  /**
   * Stride 1, padding 'same'. `conv2d`, `conv1d` and `depthwise` take x and filters, `separable` x, depthwise and
   * pointwise filters, `conv2dInputGrad` the output's gradient and filters, `conv2dFilterGrad` x and the output's gradient.
   */
  readonly kind: 'conv2d' | 'conv2dInputGrad' | 'conv2dFilterGrad' | 'conv1d' | 'depthwise' | 'separable';
}

export interface LstmWorkload extends Common {
  /**
   * x `[batch, steps, features]`, kernel, recurrent kernel, bias (gates i, f, c, o). `lstm` gives the sequence of hidden
   * states; `lstmGradients` takes its gradient too and gives those of all four.
   */
  readonly kind: 'lstm' | 'lstmGradients';
}

export interface BatchNormWorkload extends Common {
  /** x, gamma, beta; gives y with the moments of the batch. */
  readonly kind: 'batchNorm';
}

export interface TrainingWorkload extends Common {
  /** x, y, then the weights layer by layer. One step of Adam (0.001); gives the loss before the step. */
  readonly kind: 'mlp' | 'cnn' | 'lstmRegression';
}

export interface SmallWorkload extends Common {
  /** `eagerAdd` adds a and b outside of any program; `smallProducts` multiplies x by the same small matrix again and again. */
  readonly kind: 'eagerAdd' | 'smallProducts';
}

export type Workload =
  MatmulWorkload | ConvolutionWorkload | LstmWorkload | BatchNormWorkload | TrainingWorkload | SmallWorkload;

/** Whether runs change a state, so that two runs differ. */
export function isTraining(workload: Workload): workload is TrainingWorkload {
  return workload.kind === 'mlp' || workload.kind === 'cnn' || workload.kind === 'lstmRegression';
}
