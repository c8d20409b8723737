/** Names are found in every spelling, aliases too, and unknown ones get a hint. */
import t from 'tap';
import { lookUp, toEnvelope } from '../../src/names.ts';

const known = new Map([['glorot_uniform', 1], ['kl_divergence', 2]]); // prettier-ignore
const aliases = new Map([['kld', 2]]);

t.test('case and underscores do not count', (t) => {
  for (const name of ['glorot_uniform', 'GlorotUniform', 'glorotUniform'])
    t.equal(lookUp('dense', 'initializer', name, known), 1);
  t.equal(lookUp('compile', 'loss', 'KLDivergence', known, aliases), 2);
  t.equal(lookUp('compile', 'loss', 'KLD', known, aliases), 2);
  t.end();
});

t.test('an unknown name lists the main ones, without aliases', (t) => {
  t.throws(() => lookUp('dense', 'initializer', 'glorot', known, aliases), {
    name: 'ArgumentError',
    message: "dense: unknown initializer 'glorot'; Known: glorot_uniform, kl_divergence.",
    where: 'dense',
    got: 'glorot',
  });
  for (const name of ['constructor', '__proto__', ''])
    t.throws(() => lookUp('dense', 'initializer', name, known), { name: 'ArgumentError' });
  t.end();
});

t.test('an envelope has the four fields of Keras', (t) => {
  t.strictSame(toEnvelope('keras.losses', 'Huber', { delta: 2 }), {
    module: 'keras.losses',
    class_name: 'Huber',
    config: { delta: 2 },
    registered_name: null,
  });
  t.end();
});
