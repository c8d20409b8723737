/**
 * A study whose trials run in two other processes, which could as well be other machines. In the middle one of them is
 * killed: what it ran another one runs again, and every trial is accounted for. Needs redis-server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createStudy, samplers, pruners, type Study, type TrialRecord } from 'gradtape/tune';
import { distribute } from 'gradtape/tune-bullmq';
import { startRedis } from './redis.ts';

const TRIALS = 16;
const QUEUE = 'digits';
/** Finished trials after which a worker is killed, in the middle of its next one. */
const MIDDLE = 5;

const redis = await startRedis();
console.log(`redis-server on port ${redis.port}`);
const workers = [startWorker(), startWorker()];
try {
  const study = await createStudy({
    direction: 'maximize',
    sampler: samplers.random({ seed: 1 }),
    pruner: pruners.median({ startupTrials: 4, warmupSteps: 1 }),
  });
  let finished = 0;
  let left: Promise<number> | undefined;
  await distribute(study, {
    queue: QUEUE,
    connection: { port: redis.port },
    trials: TRIALS,
    parallel: 2,
    callbacks: [
      () => {
        if (++finished === MIDDLE) left = killAtWork(study, workers[0] as ChildProcess);
      },
    ],
  });
  report(study.trials);
  console.log(`\nBest: ${study.bestValue.toFixed(3)} with ${JSON.stringify(study.bestParams)}`);
  // The trial that the dead worker left has to be there too, run by the other one.
  const again = study.trials[(await left) ?? -1];
  const isWhole =
    study.trials.length === TRIALS &&
    study.trials.every(({ state }) => state === 'complete' || state === 'pruned') &&
    again?.userAttributes['worker'] === workers[1]?.pid;
  console.log(isWhole ? `All ${TRIALS} trials are accounted for.` : 'A trial is lost.');
  if (!isWhole) process.exitCode = 1;
} finally {
  await Promise.all(workers.map(stop));
  await redis.stop();
}

function startWorker(): ChildProcess {
  const program = fileURLToPath(new URL('./worker.js', import.meta.url));
  const worker = spawn(process.execPath, [program, QUEUE, String(redis.port)], { stdio: 'inherit' });
  console.log(`worker ${worker.pid}`);
  return worker;
}

/** Waits until the worker runs a trial, and kills it. @returns the trial's number */
async function killAtWork({ trials }: Study, worker: ChildProcess): Promise<number> {
  for (;;) {
    const trial = trials.find(
      ({ state, userAttributes }) => state === 'running' && userAttributes['worker'] === worker.pid,
    );
    if (trial) {
      worker.kill('SIGKILL');
      console.log(`worker ${worker.pid} is killed while it runs trial ${trial.number}`);
      return trial.number;
    }
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
}

async function stop(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise((resolve) => void worker.once('close', resolve));
  worker.kill();
  await ended;
}

function report(trials: readonly TrialRecord[]): void {
  console.log('\ntrial  state     accuracy  epochs  worker   parameters');
  for (const { number, state, value, intermediateValues, userAttributes, params } of trials) {
    const cells = [
      String(number).padStart(5),
      state.padEnd(8),
      (value?.toFixed(3) ?? '-').padStart(8),
      String(intermediateValues.size).padStart(6),
      String(userAttributes['worker'] as number).padEnd(7),
      Object.entries(params)
        .map(([name, of]) => `${name} ${typeof of === 'number' ? Number(of.toPrecision(3)) : String(of)}`)
        .join(', '),
    ];
    console.log(cells.join('  '));
  }
}
