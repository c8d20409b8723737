/** A worker process: `node worker-child.js PORT OPTIONS`. It says when it serves. */
import { serveTrials } from 'gradtape/tune-bullmq';

const [port, options = '{}'] = process.argv.slice(2);
await serveTrials(new URL('../src/tune/workers/objective-child.js', import.meta.url), {
  ...(JSON.parse(options) as { readonly queue: string }),
  connection: { port: Number(port) },
});
console.log('serves');
