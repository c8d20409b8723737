/** B4: trainings killed with SIGKILL at random moments and started again, beside the same ones left alone. */
import { killedRun, type KilledRun } from '../src/callbacks/killed-runs.ts';
import { firstLine, type Measured } from './measure.ts';

/** A dense network with validation, convolutions with batch norm and dropout, an LSTM with dropout, callbacks that stop. */
const names: readonly string[] = ['mlp', 'cnn', 'lstm', 'watched'];
/** Kills of one run: a run of some twenty batches has no room for more. */
const KILLS_A_RUN = 5;

/** @param kills of each training, in as many runs as they need */
export async function resume(
  kills: number,
  trainings: readonly string[] = names,
  run: (training: string, kills: number, seed: number) => Promise<KilledRun> = killedRun,
): Promise<Measured> {
  const failures: string[] = [];
  let [done, batches, needed, least] = [0, 0, 0, Infinity];
  for (const training of trainings) {
    let own = 0;
    for (let seed = 1; own < kills && seed <= kills && failures.length === 0; seed++) {
      try {
        const outcome = await run(training, Math.min(KILLS_A_RUN, kills - own), seed);
        own += outcome.kills;
        batches += outcome.batches;
        needed += outcome.batchesNeeded;
        if (outcome.killed !== outcome.undisturbed)
          failures.push(`${training}: another end after ${outcome.kills} kills, seed ${seed}`);
      } catch (error) {
        failures.push(`${training}: ${firstLine(error)}`);
      }
    }
    done += own;
    least = Math.min(least, own);
  }
  return {
    figure:
      failures[0] ??
      `the same weights, optimizer, random state, history, files and decisions after ${done} kills of ${trainings.length} trainings: ${batches} batches for ${needed}`,
    met: failures.length === 0 && least >= kills,
    cases: least,
    detail: { kills: done, trainings: trainings.join(', '), batches, needed, failures },
  };
}
