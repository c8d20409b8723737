/** The watchdog ends a process that hangs, names where, and leaves others alone. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const child = fileURLToPath(new URL('watchdog-child.js', import.meta.url));

t.test('a loop that never ends is ended', (t) => {
  const { signal, stderr } = spawnSync(process.execPath, [child, 'hang'], { encoding: 'utf8' });
  t.equal(signal, 'SIGKILL');
  t.match(stderr, /thing 2 has not ended for 500 ms/);
  t.end();
});

t.test('what ends in time ends by itself', (t) => {
  const { status, stderr } = spawnSync(process.execPath, [child], { encoding: 'utf8' });
  t.equal(status, 0);
  t.equal(stderr, '');
  t.end();
});
