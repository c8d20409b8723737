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
import { packError, unpackError } from '../../src/workers/packed-error.ts';

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

t.test('a bundler that shortens the names of classes does not shorten those of errors', (t) => {
  const classes = [
    GradtapeError,
    ShapeError,
    ArgumentError,
    FormatError,
    DeviceError,
    NumericError,
    GradientError,
    DamagedFileError,
  ];
  const errorOf = (One: (typeof classes)[number]): Error => new One('no');
  for (const one of classes) {
    const { name } = one;
    Object.defineProperty(one, 'name', { value: 'a', configurable: true });
    t.equal(errorOf(one).name, name);
    const unpacked = unpackError(packError(errorOf(one)));
    t.equal(unpacked.name, name, 'behind a thread too');
    Object.defineProperty(one, 'name', { value: name, configurable: true });
  }
  class OwnError extends ShapeError {}
  t.equal(new OwnError('no').name, 'OwnError', 'classes of users have the names that users gave them');
  t.end();
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
