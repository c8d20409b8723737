/** A file that means harm, the reader that must refuse it, and what it must say. */
export interface Hole {
  readonly name: string;
  /** Makes the file; not measured. */
  readonly make: () => Uint8Array | Promise<Uint8Array>;
  readonly load: (bytes: Uint8Array) => Promise<unknown>;
  readonly message: RegExp;
  /** It asks for more memory than it may have. */
  readonly bomb?: boolean;
}
