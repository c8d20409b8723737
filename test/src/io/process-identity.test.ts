/** A process that has ended is told from one that runs, also when its number is in use again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { hasEnded, thisProcess } from '../../../src/io/process-identity.ts';

const self = await thisProcess();
const child = (): ChildProcess => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
/** The fields behind the name, as in proc(5). */
const statusOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];

t.test('this process runs; one of its number with another start has ended', async (t) => {
  t.equal(self.pid, process.pid);
  t.equal(await hasEnded(self), false);
  t.equal(await hasEnded({ ...self, start: '1' }), true, 'its number was another process before');
  t.equal(await hasEnded({ ...self, pid: 99_999_999 }), true, 'above the largest number that Linux gives');
});

t.test('nobody here knows about other machines', async (t) => {
  t.equal(await hasEnded({ ...self, host: 'elsewhere' }), undefined);
});

t.test(
  'another process is told from a later one with its number, and has ended before it is waited for',
  { skip: existsSync('/proc/self/stat') ? false : 'only Linux tells when other processes began' },
  async (t) => {
    const other = child();
    const identity = { ...self, pid: other.pid as number };
    t.equal(await hasEnded({ ...identity, start: '1' }), true);
    const start = statusOf(other.pid as number)[19] as string;
    t.equal(await hasEnded({ ...identity, start }), false);
    // Its parent does not wait for it: it stays in the table of processes.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const zombie = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
    let state = '';
    for (let i = 0; i < 100 && state !== 'Z'; i++) {
      await sleep(10);
      state = statusOf(zombie)[0] ?? '';
    }
    const born = statusOf(zombie)[19] as string;
    t.equal(state, 'Z');
    t.equal(await hasEnded({ ...self, pid: zombie, start: born }), true);
    parent.kill();
    other.kill();
  },
);
