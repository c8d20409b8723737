/** Every op that users call has an arbitrary of its calls. */
import { arbitraries } from 'gradtape/testing';
import { ops } from 'gradtape';
import t from 'tap';

/** Exported with the ops, and why their calls are not drawn. */
const notDrawn: Readonly<Record<string, string>> = {
  identity: 'it gives its input back',
  stopGradient: 'its gradient is zero by intent, which no difference confirms',
};

t.test('every public op has an arbitrary of its name', (t) => {
  const drawn = new Set(Object.keys(arbitraries));
  t.strictSame(
    Object.keys(ops).filter((name) => !drawn.has(name) && !(name in notDrawn)),
    [],
    'no op is without one',
  );
  t.strictSame(
    Object.keys(notDrawn).filter((name) => drawn.has(name) || !(name in ops)),
    [],
    'every exception is an op without one',
  );
  t.end();
});
