/** Starts engines; what they throw becomes a reason. */
import type { Engine } from './engine.ts';

/** An engine by the name that a line about its failure says. */
export type EngineMaker = readonly [name: string, make: () => Engine | Promise<Engine>];

/** An engine that does not start here is left out, with a line that says why. */
export async function startEngines(makers: readonly EngineMaker[], tell: (line: string) => void): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const [name, make] of makers) {
    try {
      engines.push(await make());
    } catch (error) {
      tell(`${name} does not start here: ${messageOf(error)}`);
    }
  }
  return engines;
}

/** The first line of what was thrown. */
export function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}
