/** An assembler of WebAssembly modules: typed expressions, structured control, SIMD and atomics. */
export { atomic } from './atomic.ts';
export { Bytes } from './bytes.ts';
export { FunctionBuilder, type Arguments, type Func, type Label } from './function-builder.ts';
export { ModuleBuilder, type MemoryImport, type ModuleOptions, type Signature } from './module-builder.ts';
export { f32, f64, i32, i64 } from './scalar.ts';
export { supports, type WasmFeature } from './support.ts';
export { f32x4, f64x2, i32x4, i64x2, relaxed, shuffleBytes, v128 } from './simd.ts';
export { Local, Value, type F32, type F64, type I32, type I64, type V128, type ValueType } from './value.ts';
export { webAssembly, type WasmFunction, type WasmMemory } from './web-assembly.ts';
