/** Lists of names as legacy files hold them: one attribute, or several numbered ones where one has no room. */
import { FormatError } from '../errors.ts';
import { MAX_ATTRIBUTE_BYTES, type H5Group } from './hdf5.ts';

/** The list of an attribute. @throws FormatError where there is none */
export function readNames(where: string, group: H5Group, attribute: string): readonly string[] {
  const whole = group.attributes.get(attribute);
  if (whole !== undefined) return listOf(whole);
  const names: string[] = [];
  for (let number = 0; group.attributes.has(`${attribute}${number}`); number++)
    names.push(...listOf(group.attributes.get(`${attribute}${number}`) ?? []));
  if (names.length > 0) return names;
  throw new FormatError(
    `${where}: the attribute '${attribute}' is missing. It has ${[...group.attributes.keys()].join(', ') || 'no attributes'}.`,
    { where, got: [...group.attributes.keys()], expected: attribute },
  );
}

/** Writes a list, split as h5py's users of HDF5's limit split it: into parts of nearly equal lengths. */
export function writeNames(group: H5Group, attribute: string, names: readonly string[]): void {
  const encoder = new TextEncoder();
  const size = names.reduce((most, name) => Math.max(most, encoder.encode(name).length), 0) + 1;
  const parts = Math.max(1, Math.ceil(names.length / Math.max(1, Math.floor(MAX_ATTRIBUTE_BYTES / size))));
  if (parts === 1) {
    group.attributes.set(attribute, names);
    return;
  }
  const length = Math.ceil(names.length / parts);
  for (let part = 0; part < parts; part++)
    group.attributes.set(`${attribute}${part}`, names.slice(part * length, (part + 1) * length));
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
