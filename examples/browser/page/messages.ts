/** What the page and its workers tell each other. */

/** The devices that train side by side. */
export type DeviceId = 'wasm' | 'gpu';

/** Where GPU.js runs kernels in a browser. */
export type GpuMode = 'webgpu' | 'webgl2';

export type ToWorker =
  | {
      readonly kind: 'train';
      /** The file of digits. */
      readonly digits: ArrayBuffer;
      readonly epochs: number;
      /** For the graphics card. Default: the best that works. */
      readonly mode?: GpuMode;
    }
  | { readonly kind: 'stop' }
  | {
      /** What is to be classified from now on, again and again while training goes on. */
      readonly kind: 'classify';
      readonly drawing: number;
      /** Null for nothing. */
      readonly pixels: Float32Array<ArrayBuffer> | null;
    }
  /** Asks for the model as a `.keras` file. */
  | { readonly kind: 'save' };

/** The means of some steps of training. */
export interface TrainingPoint {
  /** Steps done since training began. */
  readonly step: number;
  /** Since training began. */
  readonly seconds: number;
  readonly loss: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

/** What the held-out digits gave after an epoch. */
export interface Validation extends TrainingPoint {
  /** From 1. */
  readonly epoch: number;
}

export type FromWorker =
  | {
      /** The device is there, and the model. */
      readonly kind: 'opened';
      /** What the device runs on: a mode of GPU.js, or the device's name. */
      readonly mode: string;
      readonly stepsPerEpoch: number;
    }
  | { readonly kind: 'progress'; readonly points: readonly TrainingPoint[]; readonly stepsPerSecond: number }
  | { readonly kind: 'validated'; readonly validation: Validation }
  | {
      readonly kind: 'classified';
      /** Which one: another may have been drawn meanwhile. */
      readonly drawing: number;
      /** Of the digits 0 to 9. */
      readonly probabilities: Float32Array;
    }
  | { readonly kind: 'saved'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'ended'; readonly stopped: boolean }
  | { readonly kind: 'failed'; readonly message: string };
