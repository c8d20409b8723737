/** Run by responsiveness.test.ts: trains until its own SIGINT handler stops it, and says how long the signal waited. */
import { compiledModel, twoClasses } from './data.ts';

const { x, y } = twoClasses(4096);
let stepEnded = 0;
const controller = new AbortController();

process.on('SIGINT', () => {
  console.log(`handled within ${Math.round(performance.now() - stepEnded)} ms`);
  controller.abort();
});

console.log('training');
await compiledModel()
  .fit(x, y, {
    epochs: 1e6,
    batchSize: 256,
    verbose: 0,
    signal: controller.signal,
    callbacks: [
      {
        onTrainBatchEnd() {
          stepEnded = performance.now();
        },
      },
    ],
  })
  .catch(() => undefined);
