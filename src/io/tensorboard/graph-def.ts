/** A graph of named nodes as TensorFlow's GraphDef, which TensorBoard draws. */
import { MessageWriter } from './message-writer.ts';

/** A node; slashes in names make groups that can be opened. */
export interface GraphDefNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes that it reads. */
  readonly inputs: readonly string[];
  /** Shapes of its outputs, which stand at the edges; `null` where a size varies. */
  readonly outputShapes: readonly (readonly (number | null)[])[];
}

/** The bytes of the message. */
export function graphDef(nodes: readonly GraphDefNode[]): Uint8Array {
  const graph = new MessageWriter();
  for (const { name, op, inputs, outputShapes } of nodes) {
    const node = new MessageWriter().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input);
    const shapes = new MessageWriter();
    for (const shape of outputShapes) shapes.message(7, shapeOf(shape));
    const attribute = new MessageWriter().text(1, '_output_shapes').message(2, new MessageWriter().message(1, shapes));
    graph.message(1, node.message(5, attribute));
  }
  return graph.finish();
}

function shapeOf(shape: readonly (number | null)[]): MessageWriter {
  const sizes = new MessageWriter();
  for (const size of shape) {
    const dimension = new MessageWriter();
    sizes.message(2, size === null ? dimension.minusOne(1) : dimension.number(1, size));
  }
  return sizes;
}
