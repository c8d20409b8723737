/** At the edges of what numbers can say each call gives the result that edge-values.ts states. */
import t from 'tap';
import { tensor } from '../../src/index.ts';
import { edgeFault, edgeValues } from './edge-values.ts';

for (const one of edgeValues) {
  t.test(one.name, async (t) => t.equal(await edgeFault(one), undefined));
}

t.test('another result, another error and no error are told', async (t) => {
  const name = 'planted';
  t.match(
    await edgeFault({ name, call: () => tensor([NaN, 1]), stated: [NaN, 2] }),
    /gives \[NaN, 1\], not \[NaN, 2\]/,
  );
  t.match(await edgeFault({ name, call: () => tensor([1]), stated: /refused/ }), /gives \[1\], not \/refused\//);
  const bare = (): never => {
    throw new TypeError('refused');
  };
  t.match(await edgeFault({ name, call: bare, stated: /refused/ }), /throws refused/);
});

t.test('no two rows have one name', (t) => {
  const names = edgeValues.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  t.end();
});
