// The blocks behind an entry's fields: ACLs and extended attributes, each a number in a table of the session or a literal
// that gets the next number (docs/protocol/03-file-list.md §10, §11). Which blocks come in which order; the literals
// themselves are acl.ts and xattr.ts. A literal is read element by element, so that no length of it has to fit the window.
import {
  BLOCK_ACCESS, BLOCK_DEFAULT, BLOCK_XATTR, C_BLOCK, C_COUNTS, C_ERROR_B, C_LITERAL, C_LITERAL_BYTES, C_LITERAL_LEFT,
  C_OPTIONS, E_GROUP, L_COUNT, O_ACLS, O_XATTRS, S_SYMLINK, S_TYPE, X_ACL, X_XATTR, extraAt, get, isDir, put, rowMode,
} from './flist-layout';
import { BAD, bad, readVarint } from './flist-fields';
import { ERR_ACL_INDEX, ERR_XATTR_INDEX } from './flist-errors';
import { readAclElement, readAclHead } from './acl';
import { readXattr, readXattrHead } from './xattr';

/** Extras that hold the blocks' numbers. */
export function blockExtras(c: usize, mode: u32): u32 {
  const options = get(c, C_OPTIONS);
  return (hasAcl(options, mode) ? X_ACL : 0) | (options & O_XATTRS ? X_XATTR : 0);
}

@inline function hasAcl(options: u32, mode: u32): bool {
  return (options & O_ACLS) != 0 && (mode & S_TYPE) != S_SYMLINK;
}

/** The first block of an entry comes next. */
export function expectBlocks(c: usize, mode: u32): void {
  const options = get(c, C_OPTIONS);
  put(c, C_BLOCK, hasAcl(options, mode) ? BLOCK_ACCESS : options & O_XATTRS ? BLOCK_XATTR : 0);
}

/** Moves on to the block after this one. */
export function nextBlock(c: usize, mode: u32): void {
  const block = get(c, C_BLOCK);
  if (block == BLOCK_ACCESS && isDir(mode)) put(c, C_BLOCK, BLOCK_DEFAULT);
  else put(c, C_BLOCK, block != BLOCK_XATTR && get(c, C_OPTIONS) & O_XATTRS ? BLOCK_XATTR : 0);
}

/** Where the number of a block stands in the row. */
@inline function numberAt(list: usize, row: u32, block: u32): usize {
  if (block == BLOCK_XATTR) return extraAt(list, row, X_XATTR);
  return extraAt(list, row, X_ACL) + (block == BLOCK_DEFAULT ? 4 : 0);
}

/** The number of a block in the row that is encoded; 0 when the host gave none. */
export function blockNumber(list: usize, row: u32, block: u32): u32 {
  return load<u32>(numberAt(list, row, block));
}

@inline export function countOf(block: u32): usize {
  return C_COUNTS + (<usize>(block - 1) << 2);
}

/** An index, the head of a literal, or one element of it: the address behind it, or a code of the decoder. */
export function readBlock(c: usize, list: usize, p: usize, end: usize): usize {
  const row = get(list, L_COUNT) - 1;
  const mode = rowMode(list, row);
  if (get(c, C_LITERAL) == 0) return readIndex(c, list, row, mode, p, end);
  const xattr = get(c, C_LITERAL) == BLOCK_XATTR;
  if (get(c, C_LITERAL_LEFT) != 0) {
    p = xattr ? readXattr(c, p, end) : readAclElement(c, p, end);
    if (p <= 2) return p;
    put(c, C_LITERAL_LEFT, get(c, C_LITERAL_LEFT) - 1);
  }
  if (get(c, C_LITERAL_LEFT) == 0) {
    put(c, C_LITERAL, 0);
    nextBlock(c, mode);
  }
  return p;
}

function readIndex(c: usize, list: usize, row: u32, mode: u32, p: usize, end: usize): usize {
  const block = get(c, C_BLOCK);
  const known = get(c, countOf(block));
  p = readVarint(c, p, end, E_GROUP);
  if (p <= BAD) return p;
  const number = get(c, E_GROUP);
  put(c, C_ERROR_B, known);
  if (number > known) return bad(c, block == BLOCK_XATTR ? ERR_XATTR_INDEX : ERR_ACL_INDEX, number);
  if (number != 0) {
    store<u32>(numberAt(list, row, block), number);
    nextBlock(c, mode);
    return p;
  }
  p = block == BLOCK_XATTR ? readXattrHead(c, p, end) : readAclHead(c, block, mode, p, end);
  if (p <= 2) return p;
  store<u64>(c + C_LITERAL_BYTES, 0);
  put(c, countOf(block), known + 1);
  store<u32>(numberAt(list, row, block), known + 1);
  if (get(c, C_LITERAL_LEFT) == 0) nextBlock(c, mode);
  else put(c, C_LITERAL, block);
  return p;
}
