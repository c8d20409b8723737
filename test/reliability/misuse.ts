/** F1: random wrong calls of the public functions that end in an error of another kind than ours. */
import { wrongCalls, type Callable } from '../api/misuse.ts';
import type { Measured } from './measure.ts';

/** @param functions default all public ones */
export async function misuse(calls: number, functions?: readonly Callable[]): Promise<Measured> {
  const report = await wrongCalls(calls, functions);
  const { bare, refused, results } = report;
  return {
    figure: `${bare.length} bare errors in ${calls} calls of ${report.functions} functions: ${refused} refused, ${results} gave results${bare.length > 0 ? `; ${bare[0]}` : ''}`,
    met: bare.length === 0 && refused > calls / 3,
    cases: calls,
    detail: { calls, functions: report.functions, refused, results, bare },
  };
}
