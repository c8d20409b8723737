/** Imports a peer from here, where bench/node_modules is found; the compiled benchmark stands in dist/. */
export const importPeer = (specifier) => import(specifier);
