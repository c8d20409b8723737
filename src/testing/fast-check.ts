/**
 * fast-check, loaded when it is installed: `gradcheck` does without it, arbitraries and laws say what is missing.
 * The one place that imports the optional peer.
 */
import type FastCheck from 'fast-check';
import { ArgumentError } from '../errors.ts';

const loaded = await import('fast-check').then(
  (module) => module.default,
  (cause: unknown) => cause,
);

/** @internal The library. @throws ArgumentError when it is not installed */
export function fastCheck(): typeof FastCheck {
  if (loaded !== undefined && typeof (loaded as Partial<typeof FastCheck>).assert === 'function') {
    return loaded as typeof FastCheck;
  }
  throw new ArgumentError(
    'gradtape/testing: arbitraries and laws draw their cases with fast-check, which could not be loaded. Install it: npm install --save-dev fast-check',
    { where: 'gradtape/testing', cause: loaded },
  );
}
