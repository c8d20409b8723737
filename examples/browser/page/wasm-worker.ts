/** Trains on the processor, with WebAssembly. */
import { setDevice } from 'gradtape';
import { serveTrainer } from './trainer.ts';

serveTrainer(() => setDevice('wasm'));
