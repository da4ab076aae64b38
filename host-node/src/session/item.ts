// The per-item record of the transfer phase and its bits (docs/protocol/04-transfer.md §2).
import type { WireReader } from '@ocrsync/core/wire-reader';

export const ITEM_REPORT_ATIME = 0x0001;
export const ITEM_REPORT_CHANGE = 0x0002;
/** Regular files: size differs. Symlinks: the time could not be set. */
export const ITEM_REPORT_SIZE = 0x0004;
export const ITEM_REPORT_TIMEFAIL = 0x0004;
export const ITEM_REPORT_TIME = 0x0008;
export const ITEM_REPORT_PERMS = 0x0010;
export const ITEM_REPORT_OWNER = 0x0020;
export const ITEM_REPORT_GROUP = 0x0040;
export const ITEM_REPORT_ACL = 0x0080;
export const ITEM_REPORT_XATTR = 0x0100;
export const ITEM_REPORT_CRTIME = 0x0400;
export const ITEM_BASIS_TYPE_FOLLOWS = 0x0800;
export const ITEM_XNAME_FOLLOWS = 0x1000;
export const ITEM_IS_NEW = 0x2000;
export const ITEM_LOCAL_CHANGE = 0x4000;
export const ITEM_TRANSFER = 0x8000;
/** Never on the wire: protocol < 29 knows only that data is wanted. */
export const ITEM_MISSING_DATA = 0x10000;

/** A record with none of these is not worth sending (§3.14). */
export const ITEM_SIGNIFICANT = 0xffff & ~(ITEM_BASIS_TYPE_FOLLOWS | ITEM_XNAME_FOLLOWS | ITEM_LOCAL_CHANGE);

/** Basis type byte: the destination file itself (the default when no byte is sent). */
export const BASIS_FNAME = 0x80;
export const BASIS_PARTIAL_DIR = 0x81;
export const BASIS_BACKUP = 0x82;
export const BASIS_FUZZY = 0x83;

/** Strong sums, block length and count of one basis file (§4.1). All zero = no basis. */
export interface SumHead {
  readonly count: number;
  readonly blockLength: number;
  readonly s2Length: number;
  readonly remainder: number;
}

export const EMPTY_SUM_HEAD: SumHead = { count: 0, blockLength: 0, s2Length: 0, remainder: 0 };

/** One record as it travels generator → sender and is echoed sender → receiver. */
export interface Item {
  readonly ndx: number;
  readonly iflags: number;
  /** {@link BASIS_FNAME} unless the record says otherwise. */
  readonly basisType: number;
  /** undefined: none followed; may be the empty string. latin1. */
  readonly xname: string | undefined;
  /** Sender: the long attribute values that were asked for; undefined when the record carries no list. */
  readonly xattrs?: readonly number[];
}

/** The record whose head was just read. Below protocol 29 no flags travel, and what differs is not known. */
export function itemRead(reader: WireReader, ndx: number, protocol: number): Item {
  return {
    ndx,
    iflags: protocol >= 29 ? reader.iflags : reader.iflags | ITEM_MISSING_DATA,
    basisType: reader.basisType < 0 ? BASIS_FNAME : reader.basisType,
    xname: reader.xname(),
  };
}
