/** Where callbacks leave what they write, in programs without a file system. */

/**
 * Takes the bytes of one file. What `name` means is the program's own affair: a key of IndexedDB, the name of a download.
 * A callback says whether a call replaces what it gave under that name before or adds to it.
 */
export type FileSink = (name: string, bytes: Uint8Array) => void | Promise<void>;
