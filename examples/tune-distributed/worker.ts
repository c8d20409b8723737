/** A worker: `node worker.js QUEUE PORT`. One that gives no sign of life for 3 seconds counts as dead. */
import { serveTrials } from 'gradtape/tune-bullmq';

const [queue = '', port = ''] = process.argv.slice(2);
await serveTrials(new URL('./objective.js', import.meta.url), {
  queue,
  connection: { port: Number(port) },
  deadAfter: 3,
});
