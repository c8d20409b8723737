/** The page of `npm run bench -- --gpu`. It is bundled from here, where TensorFlow.js is found, after the build. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { offer } from '../../dist/bench/gpu/page.js';

offer(tf);
