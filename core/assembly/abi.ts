// The module's exports, and nothing else is exported. Rules: parameters and results are i32 or usize only; a
// result < 0 is a status of status.ts; no imports; no allocation; scratch lives in records that the host passes.
export { abi_version, heap_base } from './memory';
export {
  hash_block, hash_blocks, hash_final, hash_init, hash_scratch_size, hash_state_size, hash_update, roll, sign,
} from './checksum/exports';
export { delta_open, delta_record_size, delta_scan, delta_take_sums, delta_work_size } from './delta/exports';
