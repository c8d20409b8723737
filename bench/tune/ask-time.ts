/** How long an answer takes, with many trials behind it: in time of the processor, which other processes do not lengthen. */
import { median } from '../timing/median.ts';
import { createStudy, samplers } from '../../src/tune/index.ts';

const ASKS = 9;

/** Milliseconds of `ask` of a study with so many complete trials of 6 parameters, the median. */
export async function askMilliseconds(trials: number): Promise<number> {
  const study = await createStudy({ sampler: samplers.bayesian({ startupTrials: trials }) });
  const ask = async (): Promise<number> => {
    const start = process.cpuUsage();
    const trial = await study.ask();
    const { user, system } = process.cpuUsage(start);
    const x = Array.from({ length: 6 }, (_, i) => trial.suggestFloat(`x${i}`, 0, 1));
    await study.tell(
      trial,
      x.reduce((sum, value, i) => sum + (i + 1) * (value - 0.3) ** 2, Math.sin(5 * (x[0] as number))),
    );
    return (user + system) / 1000;
  };
  for (let k = 0; k < trials; k++) await ask();
  const times: number[] = [];
  // The first answers compile the code.
  for (let k = 0; k < ASKS; k++) times.push(await ask());
  return median(times.slice(2));
}
