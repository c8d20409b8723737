/**
 * Wrong calls of every public function end in a result or in an error of ours, never in a TypeError from inside.
 * GRADTAPE_DEEP=1 makes five times as many.
 */
import t from 'tap';
import { wrongCalls } from './misuse.ts';

const CALLS = process.env['GRADTAPE_DEEP'] ? 100_000 : 20_000;

t.test('wrong calls end in errors of ours', { timeout: 600_000 }, async (t) => {
  const { functions, refused, results, bare } = await wrongCalls(CALLS);
  t.comment(`${CALLS} calls of ${functions} functions: ${refused} refused, ${results} gave results`);
  t.strictSame(bare, []);
  t.ok(refused > CALLS / 3, 'most calls are wrong');
});
