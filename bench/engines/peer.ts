/** Finds the peers, which are installed beside bench/peers/package.json and not with gradtape. */
import { readFileSync } from 'node:fs';

// The compiled benchmark stands in dist/bench/engines.
const FOLDER = new URL('../../../bench/peers/', import.meta.url);

interface PeerImporter {
  readonly importPeer: (specifier: string) => Promise<{ readonly default?: unknown }>;
}

/**
 * Imports a module of a peer.
 * @returns its exports, typed as the caller uses them
 */
export async function importPeer<Exports>(specifier: string): Promise<Exports> {
  const importer = (await import(new URL('import-peer.mjs', FOLDER).href)) as PeerImporter;
  return (await importer.importPeer(specifier)) as Exports;
}

/** The version of a peer that is installed. */
export function versionOf(name: string): string {
  const text = readFileSync(new URL(`node_modules/${name}/package.json`, FOLDER), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A folder of files that a peer brings. */
export function folderOf(name: string): string {
  return decodeURIComponent(new URL(`node_modules/${name}/`, FOLDER).pathname);
}
