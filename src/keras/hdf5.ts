/**
 * HDF5 files as a tree in memory: what Keras's files use of HDF5 and nothing else. Links to other places, data in other
 * files and sizes that the file cannot hold are refused.
 */
export { isH5, readH5 } from './hdf5-reader.ts';
export { MAX_ATTRIBUTE_BYTES, writeH5 } from './hdf5-writer.ts';

/** An array of a file: floats of any width as float32, integers and booleans as int32. */
export interface H5Dataset {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Int32Array;
}

/** A folder of a file. */
export interface H5Group {
  /** Text attributes, single or in lists; an empty list has any type. Attributes of numbers are left out. */
  readonly attributes: Map<string, string | readonly string[]>;
  readonly groups: Map<string, H5Group>;
  readonly datasets: Map<string, H5Dataset>;
}

/** A group with nothing in it. */
export function newGroup(): H5Group {
  return { attributes: new Map(), groups: new Map(), datasets: new Map() };
}

/**
 * The group at a path below another.
 * @param path names with slashes between; empty for the group itself
 * @returns undefined where there is none
 */
export function groupAt(root: H5Group, path: string): H5Group | undefined {
  let group: H5Group | undefined = root;
  for (const name of partsOf(path)) group = group?.groups.get(name);
  return group;
}

/** The group at a path below another, made with those above it where it is missing. */
export function makeGroup(root: H5Group, path: string): H5Group {
  let group = root;
  for (const name of partsOf(path)) {
    const next = group.groups.get(name) ?? newGroup();
    group.groups.set(name, next);
    group = next;
  }
  return group;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
