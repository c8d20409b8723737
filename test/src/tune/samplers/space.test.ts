/** Groups of parameters that occur together. */
import t from 'tap';
import fc from 'fast-check';
import { floatDistribution, type Distribution } from '../../../../src/tune/distribution.ts';
import { commonSpace, groupsOf } from '../../../../src/tune/samplers/space.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';

const range = floatDistribution('x', 0, 1);

function trialWith(number: number, names: Iterable<string>, distribution: Distribution = range): TrialEntry {
  const trial = new TrialEntry(number);
  for (const name of names) trial.setParam(name, 0.5, distribution);
  return trial;
}

t.test('each trial has all of a group or none, and groups are as large as that allows', (t) => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
  fc.assert(
    fc.property(fc.array(names, { maxLength: 8 }), (asked) => {
      const trials = asked.map((some, number) => trialWith(number, some));
      const signatures = new Map<string, string[]>();
      for (const name of new Set(asked.flat())) {
        const signature = asked.map((some) => (some.includes(name) ? '1' : '0')).join('');
        signatures.set(signature, [...(signatures.get(signature) ?? []), name].sort());
      }
      const groups = groupsOf(trials).map((group) => [...group.keys()].sort().join());
      return (
        groups.sort().join(' ') ===
        [...signatures.values()]
          .map((group) => group.join())
          .sort()
          .join(' ')
      );
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('a parameter is what it was last, and one with a single value is left out', (t) => {
  const wider = floatDistribution('x', 0, 2);
  const single = floatDistribution('y', 3, 3);
  const trials = [trialWith(0, ['x', 'z']), trialWith(1, ['x', 'z'], wider)];
  trials[0]?.setParam('y', 3, single);
  trials[1]?.setParam('y', 3, single);
  t.same(
    [...commonSpace(trials)],
    [
      ['x', wider],
      ['z', wider],
    ],
  );
  t.same([...commonSpace([...trials, trialWith(2, ['z'])]).keys()], ['z']);
  const branches = groupsOf([trialWith(0, ['x', 'a']), trialWith(1, ['x', 'b'], wider)]);
  t.equal(branches.find((group) => group.has('x'))?.get('x'), wider, 'in whatever branch it was');
  t.end();
});
