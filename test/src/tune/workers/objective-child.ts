/** Objectives that threads run: the parameter `behaviour`, which the test enqueues, says which. */
import { appendFileSync } from 'node:fs';
import { BroadcastChannel } from 'node:worker_threads';
import { ArgumentError } from '../../../../src/errors.ts';
import { TrialPruned, type ObjectiveTrial } from '../../../../src/tune/index.ts';

class OwnError extends Error {}

const behaviours: Readonly<Record<string, (trial: ObjectiveTrial) => number | Promise<number>>> = {
  /** A value that depends on all that was asked. */
  value(trial) {
    const x = trial.suggestFloat('x', -1, 1);
    const layers = trial.suggestInt('layers', 1, 4);
    const rate = trial.suggestFloat('rate', 1e-4, 1e-1, { log: true });
    return trial.suggestCategorical('kind', ['a', 'b']) === 'a' ? x * layers : x + rate;
  },
  reports(trial) {
    const x = trial.suggestFloat('x', 0, 1);
    for (let step = 0; step < 10; step++) {
      trial.report(step === 1 ? NaN : x + step, step);
      if (trial.shouldPrune()) throw new TrialPruned();
    }
    return x;
  },
  /** How many parameters it has. */
  attributes(trial) {
    trial.setUserAttribute('list', [1, { deep: null }]);
    return Object.keys(trial.params).length;
  },
  exits: () => process.exit(3),
  /** When its value is given. */
  leaves: () => (setTimeout(() => process.exit(4), 20), 1),
  uncaught: () =>
    new Promise<number>(() => {
      setTimeout(() => {
        throw new RangeError('too deep');
      }, 1);
    }),
  own() {
    throw new OwnError('mine');
  },
  caused() {
    throw new ArgumentError('dense: no units', { where: 'dense', got: [1, 2], cause: new TypeError('below') });
  },
  text() {
    throw 'only a text';
  },
  textless() {
    throw Object.create(null);
  },
  function: () => (() => 1) as unknown as number,
  nan: () => NaN,
  infinite: () => -Infinity,
  killsProcess: () => (process.kill(process.pid, 'SIGKILL'), 1),
  asksAndRests,
  async asksRestsAndAsks(trial) {
    return (await asksAndRests(trial)) + trial.suggestFloat('y', 0, 1);
  },
  /** Reports and gives a number that no other run has. */
  async reportsAndRests(trial) {
    const run = Number(process.hrtime.bigint());
    trial.suggestFloat('x', 0, 1);
    trial.report(run, 0);
    await new Promise((resolve) => void setTimeout(resolve, 300));
    trial.report(run, 1);
    return run;
  },
  refused: (trial) => trial.suggestFloat('bad', 2, 1),
  changed: (trial) => trial.suggestCategorical('behaviour', ['other']).length,
  unlikeJson(trial) {
    trial.setUserAttribute('big', 1n as unknown as number);
    return 0;
  },
  /** Looks at the flag only. */
  busy(trial) {
    tell(trial);
    while (!trial.signal.aborted);
    tell(trial, 'ended');
    throw trial.signal.reason;
  },
  /** Looks at the flag, and gives what it has. */
  busyWithValue(trial) {
    tell(trial);
    while (!trial.signal.aborted);
    return 0.5;
  },
  /** Looks at nothing. */
  deaf(trial) {
    tell(trial);
    for (;;);
  },
  /** Waits for the event only. */
  listens: (trial) =>
    new Promise<number>((_, reject) => {
      const timer = setTimeout(() => undefined, 60_000);
      trial.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        tell(trial, 'ended');
        reject(trial.signal.reason as Error);
      });
      tell(trial);
    }),
  /** Asks when the objective has returned. */
  late(trial) {
    setTimeout(() => {
      try {
        trial.report(1, 1);
      } catch (error) {
        tell(trial, (error as Error).message);
      }
    }, 20);
    return 1;
  },
  rests: () => new Promise((resolve) => void setTimeout(resolve, 200, 1)),
  inTurn: (trial) => inTurn(trial),
};

const names = Object.keys(behaviours);

/** Writes down that it runs, where the environment says so. */
async function asksAndRests(trial: ObjectiveTrial): Promise<number> {
  const file = process.env['GRADTAPE_TEST_RUNS'];
  if (file !== undefined) appendFileSync(file, `${trial.number}\n`);
  const x = trial.suggestFloat('x', 0, 1);
  await new Promise((resolve) => void setTimeout(resolve, 600));
  return x;
}

/** Tells the test. */
function tell(trial: ObjectiveTrial, text = 'runs'): void {
  const channel = new BroadcastChannel('gradtape-test');
  channel.postMessage({ number: trial.number, text });
  channel.close();
}

/** Ends when the test says so, which hears of it first. */
export function inTurn(trial: ObjectiveTrial): Promise<number> {
  const x = trial.suggestFloat('x', 0, 1);
  return new Promise((resolve) => {
    const channel = new BroadcastChannel('gradtape-turns');
    const ask = setInterval(() => channel.postMessage({ asks: trial.number }), 5);
    channel.onmessage = (event) => {
      if ((event as { readonly data: { readonly goes?: number } }).data.goes !== trial.number) return;
      clearInterval(ask);
      channel.close();
      resolve(x);
    };
  });
}

// oxlint-disable-next-line import/no-default-export -- what threads run
export default function objective(trial: ObjectiveTrial): number | Promise<number> {
  const behaviour = behaviours[trial.suggestCategorical('behaviour', names)];
  return behaviour ? behaviour(trial) : NaN;
}
