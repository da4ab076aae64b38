// The module's exports, and nothing else is exported. Rules: parameters and results are i32 or usize only; a
// result < 0 is a status of status.ts; no imports; no allocation; scratch lives in records that the host passes.
export { abi_version, heap_base } from './memory';
export {
  hash_block, hash_blocks, hash_final, hash_init, hash_scratch_size, hash_state_size, hash_update, roll, sign,
} from './checksum/exports';
export { delta_open, delta_record_size, delta_scan, delta_take_sums, delta_work_size } from './delta/exports';
export { dirs_init, dirs_intern, dirs_rehash, flist_add, flist_clean, flist_decode, flist_encode, flist_encode_end, flist_extra, flist_find, flist_sort } from './codec/flist-exports';
export {
  flist_add_scanned, flist_judge, flist_judge_begin, flist_next_directory, flist_one_directory, flist_owner_end,
  flist_run_end, flist_set_owner, flist_tally,
} from './codec/flist-exports';
export {
  compressed_tokens_begin, lz4_compress, lz4_decompress, lz4_table_size, read_byte, read_bytes, read_compressed_token, read_cstring, read_int, read_item, read_line, read_longint,
  read_ndx, read_plain_token, read_short, read_sum_head, read_sums, read_varint, read_varlong, read_vstring, reader_advance,
  reader_commit, reader_consume, reader_init, reader_offset, reader_set_mux, reader_space, write_byte, write_bytes, write_int,
  write_longint, write_ndx, write_short, write_sums, write_varint, write_varlong, writer_clear, writer_close_frame,
  writer_enable_mux, writer_init, writer_reserve,
} from './codec/exports';
