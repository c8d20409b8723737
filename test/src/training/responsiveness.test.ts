/** fit gives way: timers, signals and aborts are served between steps. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { compiledModel, twoClasses } from './data.ts';

t.test('a 10 ms timer fires during fit', async (t) => {
  const { x, y } = twoClasses(2048);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await compiledModel().fit(x, y, { epochs: 20, batchSize: 32, verbose: 0 });
  clearInterval(timer);
  t.ok(ticks >= 2, `${ticks} ticks`);
});

t.test('an abort is noticed within one step, with its reason; the model trains again', async (t) => {
  const { x, y } = twoClasses(256);
  const net = compiledModel();
  const controller = new AbortController();
  let steps = 0;
  const reason = new Error('enough');
  await t.rejects(
    net.fit(x, y, {
      epochs: 1000,
      verbose: 0,
      signal: controller.signal,
      callbacks: [
        {
          onTrainBatchEnd() {
            if (++steps === 3) controller.abort(reason);
          },
        },
      ],
    }),
    reason,
  );
  t.equal(steps, 3, 'no further step ran');
  await net.fit(x, y, { verbose: 0 });
});

t.test('a timer can abort a fit', async (t) => {
  const { x, y } = twoClasses(256);
  await t.rejects(compiledModel().fit(x, y, { epochs: 1e6, verbose: 0, signal: AbortSignal.timeout(30) }), {
    name: 'TimeoutError',
  });
});

t.test('a program’s own SIGINT handler runs during fit', async (t) => {
  const script = fileURLToPath(new URL('./sigint-child.js', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.includes('training') && !child.killed) child.kill('SIGINT');
  }
  t.match(output, /handled within \d+ ms/);
  const latency = Number(/handled within (\d+) ms/.exec(output)?.[1]);
  t.ok(latency <= 50, `${latency} ms`);
});
