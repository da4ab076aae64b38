// The codec's part of the ABI: reading and writing of one direction each, tokens.
export {
  reader_advance, reader_commit, reader_init, reader_set_mux, reader_space,
} from './reader';
export { reader_offset } from './reader-record';
export { read_byte, read_int, read_longint, read_ndx, read_short, read_varint, read_varlong } from './ints';
export {
  read_bytes, read_cstring, read_item, read_line, read_sum_head, read_sums, read_vstring, reader_consume,
} from './items';
export { compressed_tokens_begin, read_compressed_token, read_plain_token } from './tokens';
export {
  write_byte, write_bytes, write_int, write_longint, write_ndx, write_short, write_sums, write_varint, write_varlong,
  writer_clear, writer_close_frame, writer_enable_mux, writer_init, writer_reserve,
} from './writer';
export { lz4_compress, lz4_decompress, lz4_table_size } from './lz4';
