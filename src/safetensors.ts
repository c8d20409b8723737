/** The entry point gradtape/safetensors: tensors in the file format of Hugging Face, as bytes. */
export { readSafetensors, type ReadSafetensorsOptions, type Safetensors } from './io/safetensors/read.ts';
export { writeSafetensors, type WriteSafetensorsOptions } from './io/safetensors/write.ts';
