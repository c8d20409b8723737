/** The Keras whose files are written: no key is in them that this version lacks. */
export const KERAS_VERSION = '3.0.0';
