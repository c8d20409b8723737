/** Signs of life come while trials run, not more often than they are needed, and never after the last trial. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Heartbeat } from '../../../src/tune/heartbeat.ts';
import type { StudyRecord } from '../../../src/tune/records.ts';
import { WRITER } from '../../../src/tune/trial-record.ts';

const INTERVAL = 20;
const state = (state: 'running' | 'waiting' | 'complete'): StudyRecord => ({
  kind: 'state',
  trial: 0,
  state,
  values: undefined,
  time: 0,
});
const created = (state?: 'waiting'): StudyRecord => ({ kind: 'createTrial', study: 0, ...(state && { state }) });
const taken: StudyRecord = { kind: 'trialAttribute', trial: 0, owner: 'system', key: WRITER, value: 'w' };

/** Whether there is a sign after these appends. */
async function beats(...appends: readonly (readonly StudyRecord[])[]): Promise<boolean> {
  let hasBeaten = false;
  const heartbeat = new Heartbeat(INTERVAL, async (decide) => {
    hasBeaten ||= decide().length > 0;
  });
  for (const records of appends) heartbeat.wrote(records);
  await sleep(3 * INTERVAL);
  heartbeat.stop();
  return hasBeaten;
}

t.test('trials that run are counted', async (t) => {
  t.equal(await beats([created()]), true);
  t.equal(await beats([created()], [state('complete')]), false);
  t.equal(await beats([created()], [state('waiting')]), false, 'it was given back');
  t.equal(await beats([created('waiting')]), false);
  t.equal(await beats([created('waiting')], [state('running')]), true);
  t.equal(await beats([state('waiting'), state('running'), taken]), true, "one of a writer's that is gone");
  t.equal(await beats([state('waiting'), state('running'), taken], [state('complete')]), false);
  t.equal(await beats([created()], [state('waiting'), state('running')]), true, 'one of its own that begins again');
  t.equal(await beats([created()], [state('waiting'), state('running')], [state('complete')]), false);
  t.equal(await beats([created()], [created()], [state('complete')]), true);
});

t.test('who appends often needs no other sign', async (t) => {
  let signs = 0;
  const heartbeat = new Heartbeat(400, async () => void signs++);
  heartbeat.wrote([created()]);
  for (let i = 0; i < 60; i++) {
    await sleep(10);
    heartbeat.wrote([]);
  }
  heartbeat.stop();
  t.equal(signs, 0);
});

t.test('a sign whose turn comes when the last trial has ended is none', async (t) => {
  const decisions: (() => readonly StudyRecord[])[] = [];
  const heartbeat = new Heartbeat(INTERVAL, async (decide) => void decisions.push(decide));
  heartbeat.wrote([created()]);
  await sleep(3 * INTERVAL);
  t.match(decisions[0]?.(), [{ key: 'gradtape:heartbeat', owner: 'system' }]);
  heartbeat.wrote([state('complete')]);
  t.strictSame(decisions[0]?.(), []);
});
