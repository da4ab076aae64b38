// What the module exports of the file list.
export { dirs_init, dirs_intern, dirs_rehash } from './flist-dirs';
export { flist_decode } from './flist-decode';
export { flist_encode, flist_encode_end } from './flist-encode';
export { flist_add, flist_extra } from './flist-rows';
export { flist_clean, flist_find } from './flist-find';
export { flist_sort } from './flist-sort';
export { flist_judge, flist_judge_begin, flist_run_end } from './flist-judge';
export { flist_add_scanned } from './flist-scanned';
export { flist_next_directory, flist_one_directory, flist_owner_end, flist_set_owner, flist_tally } from './flist-bulk';
