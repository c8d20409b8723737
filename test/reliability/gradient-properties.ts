/** A1: the gradients of all ops against central differences, by `opLaws`. */
import { SCORE_LIMIT } from '../../src/testing/gradient-comparison.ts';
import { opLaws } from '../../src/testing/op-laws.ts';
import type { OpRow } from '../../src/testing/op-row.ts';
import { rows } from '../src/ops/rows/index.ts';
import { firstLine, type Measured } from './measure.ts';

/** @param cases of each op */
export async function gradientProperties(cases: number, list: readonly OpRow[] = rows): Promise<Measured> {
  const differentiable = list.filter(({ noGradient }) => noGradient === undefined);
  const failures: string[] = [];
  let worst = { op: 'none', score: 0 };
  let derivatives = 0;
  for (const row of differentiable) {
    try {
      // Programs and wrong calls are measured elsewhere.
      const report = await opLaws({ ...row, refused: [] }, { cases, devices: [] });
      derivatives += report.derivatives;
      if (report.worstScore > worst.score) worst = { op: row.op, score: report.worstScore };
    } catch (error) {
      failures.push(firstLine(error));
    }
  }
  return {
    figure:
      failures.length > 0
        ? `${failures.length} of ${differentiable.length} ops fail: ${failures[0]}`
        : `worst score ${worst.score.toExponential(1)} (${worst.op}); ${differentiable.length} ops, ${cases} cases each, ${derivatives} derivatives`,
    met: failures.length === 0 && differentiable.length > 0 && worst.score <= SCORE_LIMIT,
    cases,
    detail: { ops: differentiable.length, cases, derivatives, worstScore: worst.score, worstOp: worst.op, failures },
  };
}
