/** `gradtape/node` is `gradtape` by the same references, except the callbacks that write files. */
import * as core from 'gradtape';
import * as node from 'gradtape/node';
import t from 'tap';

/** The callbacks that take a path in Node and a sink elsewhere. */
const written: readonly string[] = ['backupAndRestore', 'csvLogger', 'modelCheckpoint', 'tensorBoard'];

t.test('every name of the core is there', (t) => {
  t.strictSame(Object.keys(node).sort(), Object.keys(core).sort());
  t.strictSame(Object.keys(node.callbacks).sort(), Object.keys(core.callbacks).sort());
  t.end();
});

t.test('only the namespace of callbacks is another one', (t) => {
  const [ofCore, ofNode] = [core, node] as readonly Readonly<Record<string, unknown>>[];
  const differing = Object.keys(core).filter((name) => ofCore?.[name] !== ofNode?.[name]);
  t.strictSame(differing, ['callbacks']);
  t.end();
});

t.test('in it, only the callbacks that write files are other ones', (t) => {
  const [ofCore, ofNode] = [core.callbacks, node.callbacks] as readonly Readonly<Record<string, unknown>>[];
  const differing = Object.keys(core.callbacks).filter((name) => ofCore?.[name] !== ofNode?.[name]);
  t.strictSame(differing.sort(), [...written].sort());
  t.end();
});
