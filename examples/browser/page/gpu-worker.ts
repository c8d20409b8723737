/** Trains on the graphics card. GPU.js makes code from text, so a policy of this worker must allow `unsafe-eval`. */
import { setDevice } from 'gradtape';
import 'gradtape/gpu';
import { serveTrainer } from './trainer.ts';

serveTrainer((mode) => setDevice('gpu', mode === undefined ? {} : { mode }));
