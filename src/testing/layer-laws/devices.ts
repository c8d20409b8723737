/** The law of devices: a program gives the bits of the eager call. */
import type { Device } from '../../devices/device.ts';
import { compile } from '../../tape/compile.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { runningOn } from '../running-on.ts';
import type { Book } from './book.ts';
import { dataFor, run } from './running.ts';

export async function deviceLaw(book: Book, device: string | Device): Promise<void> {
  const { row } = book;
  const layer = row.make({});
  const given = dataFor(row);
  const eager = runningOn(device, () => run(layer, row, given));
  const program = compile((...args: Tensor[]) => run(layer, row, args), { device: device as 'cpu' | Device });
  const name = typeof device === 'string' ? device : device.name;
  book.same(`compiled results equal eager ones bit for bit on ${name}`, await program(...given), eager);
}
