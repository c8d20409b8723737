/** Whether this is Node, and not a page or its Worker. */
export function isNode(): boolean {
  const scope = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return scope.process?.versions?.node !== undefined;
}
