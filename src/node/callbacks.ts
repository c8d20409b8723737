/**
 * The callbacks of 'gradtape/node': the core's, the same references, and in place of each that gives its files to a sink
 * one of the same name that takes a path. A name exported here hides the core's.
 */
export * from '../callbacks/index.ts';
export { tensorBoard, type TensorBoardFileOptions } from './tensor-board.ts';
