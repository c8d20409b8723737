/** Options that are none. */
import t from 'tap';
import { pruners, samplers } from '../../../../src/tune/index.ts';

t.test('each sampler and pruner says what its options should be', (t) => {
  const { grid, ...others } = samplers;
  const made = { ...others, grid: (options: never) => grid({ x: [1] }, options) };
  for (const [name, make] of Object.entries(made)) {
    for (const options of [null, 5, []] as never[]) {
      t.throws(() => make(options), {
        name: 'ArgumentError',
        message: new RegExp(`^samplers.${name}: the options are `),
      });
    }
  }
  t.end();
});

t.test('no trial ends early with the pruner none', (t) => {
  t.match(pruners.none(), { name: 'none' });
  t.equal(pruners.none().shouldPrune({} as never), false);
  t.end();
});
