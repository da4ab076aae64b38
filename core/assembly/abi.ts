// The module's exports, and nothing else is exported. Rules: parameters and results are i32 or usize only; a
// result < 0 is a status of status.ts; no imports; no allocation; scratch lives in records that the host passes.
export { abi_version, heap_base } from './memory';
export { hash_block, hash_scratch_size, roll } from './checksum/exports';
