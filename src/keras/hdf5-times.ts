/** The times that the HDF5 library writes into a file: taken out, so that the same model is the same bytes. */
import { H5Bytes } from './hdf5-bytes.ts';
import { MESSAGE, messagesAt, rootAddress } from './hdf5-header.ts';
import { linksOf } from './hdf5-links.ts';

/** Sets the times of all datasets to 0, in place. The headers are of the first version, which has no checksums. */
export function removeTimes(bytes: Uint8Array): void {
  const file = new H5Bytes(bytes, 'writeH5');
  const pending = [rootAddress(file)];
  for (let address = pending.pop(); address !== undefined; address = pending.pop()) {
    const messages = messagesAt(file, address);
    // Version, three bytes of nothing, seconds.
    for (const { type, at } of messages) if (type === MESSAGE.time) bytes.fill(0, at + 4, at + 8);
    for (const link of linksOf(file, messages)) if (link.kind === 'object') pending.push(link.address);
  }
}
