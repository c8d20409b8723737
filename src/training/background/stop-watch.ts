/** Hears of `model.stopTraining = true` at once, wherever it is set: a button of a page waits for no hook. */
import type { Model } from '../../models/model.ts';

/** @returns what ends it */
export function watchStop(model: Model, heard: (value: boolean) => void): () => void {
  let stopTraining = model.stopTraining;
  const define = (property: PropertyDescriptor): void => {
    Object.defineProperty(model, 'stopTraining', { configurable: true, enumerable: true, ...property });
  };
  define({
    get: () => stopTraining,
    set: (value: boolean) => {
      if (value !== stopTraining) heard(value);
      stopTraining = value;
    },
  });
  return () => define({ value: stopTraining, writable: true });
}
