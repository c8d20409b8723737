/** Errors carry their facts as fields, and suggestions name what is near. */
import t from 'tap';
import {
  ArgumentError,
  DeviceError,
  FormatError,
  GradientError,
  GradtapeError,
  NumericError,
  ShapeError,
  suggestName,
} from '../../src/errors.ts';
import { DamagedFileError } from '../../src/io/sealed-bytes.ts';
import type * as packedError from '../../src/workers/packed-error.ts';

t.test('an error has the name of its class, is a GradtapeError, and carries what was given', (t) => {
  const cause = new Error('below');
  const error = new ShapeError('conv: no', { where: 'conv', got: [1], expected: [2], cause });
  t.ok(error instanceof GradtapeError && error instanceof Error);
  t.notOk(error instanceof ArgumentError, 'the classes are apart');
  t.equal(error.name, 'ShapeError');
  t.equal(String(error), 'ShapeError: conv: no');
  t.equal(error.where, 'conv');
  t.strictSame([error.got, error.expected], [[1], [2]]);
  t.equal(error.cause, cause);
  t.end();
});

t.test('a bundler that shortens the names of classes does not shorten those of errors', async (t) => {
  const classes = [GradtapeError, ShapeError, ArgumentError, FormatError, DeviceError, NumericError, GradientError];
  const names = [...classes, DamagedFileError].map(({ name }) => name);
  for (const one of [...classes, DamagedFileError]) {
    Object.defineProperty(one, 'name', { value: 'a', configurable: true });
  }
  t.strictSame(
    [...classes, DamagedFileError].map((One) => new One('no').name),
    names,
  );
  // Evaluated with the short names, as in a bundle.
  const address = new URL('../../src/workers/packed-error.js?shortened', import.meta.url).href;
  const { packError, unpackError } = (await import(address)) as typeof packedError;
  for (const One of classes) {
    t.equal(unpackError(packError(new One('no'))).constructor, One, 'behind a thread they are what they were');
  }
  class OwnError extends ShapeError {}
  t.equal(new OwnError('no').name, 'OwnError', 'classes of users have the names that users gave them');
});

t.test('an error without a cause has no such property', (t) => {
  t.notOk('cause' in new ArgumentError('no'));
  t.end();
});

t.test('a misspelt name gets the nearest one, however it is capitalised', (t) => {
  t.equal(suggestName('Adma', ['sgd', 'adam', 'rmsprop']), "did you mean 'adam'? Known: sgd, adam, rmsprop.");
  t.equal(suggestName('rmsprob', ['sgd', 'adam', 'rmsprop']), "did you mean 'rmsprop'? Known: sgd, adam, rmsprop.");
  t.end();
});

t.test('a name like none of them gets the list only', (t) => {
  t.equal(suggestName('quadratic', ['sgd', 'adam']), 'Known: sgd, adam.');
  t.end();
});
