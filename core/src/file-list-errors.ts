// Texts and exit codes of what can be wrong with an entry of a file list (docs/protocol/03-file-list.md §16).
// Numbers are those of core/assembly/codec/flist-errors.ts.
import { BLOCK } from './file-list-layout.ts';
import { ProtocolError } from './protocol-error.ts';

export interface EntryFault {
  /** Number of the fault. */
  fault: number;
  a: number;
  b: number;
  xflags: number;
  l1: number;
  l2: number;
  /** Wire name of the entry, as far as it was read. */
  name: string;
  /** Wire name of the entry before. */
  lastName: string;
  /** Receiver, receiver or generator. */
  who: string;
  /** Which block behind the entry's fields is read. */
  block: number;
}

type Describe = (fault: EntryFault) => [code: string, text: string, exitCode: number];

const VARINT: Describe = () => ['ERR_VARINT_OVERFLOW', 'Overflow in read_varint()', 12];
const VARLONG: Describe = () => ['ERR_VARLONG_OVERFLOW', 'Overflow in read_varlong()', 12];

const FAULTS: readonly (Describe | undefined)[] = [
  undefined,
  ({ a, l1, l2, lastName, who }) => [
    'ERR_NAME_OVERFLOW',
    `overflow: xflags=0x${a.toString(16)} l1=${l1} l2=${l2 | 0} lastname=${lastName} [${who}]\n` +
      `[${who}] buffer overflow: recv_file_entry`,
    22,
  ],
  ({ l1, lastName, who }) => [
    'ERR_NAME_PREFIX',
    `invalid name prefix: l1=${l1} lastname=${lastName} [${who}]`,
    2,
  ],
  ({ name }) => ['ERR_NAME_NUL', `ABORTING due to NUL in pathname from sender: ${name}`, 2],
  ({ name }) => ['ERR_UNSAFE_NAME', `ABORTING due to unsafe pathname from sender: ${name}`, 4],
  ({ a, b }) => ['ERR_HARD_LINK_RANGE', `hard-link reference out of range: ${a | 0} (${b})`, 2],
  ({ a, b }) => ['ERR_HARD_LINK_UNKNOWN', `hard-link gnum ${a} precedes flist start ${b}`, 2],
  VARINT,
  VARLONG,
  ({ a, who }) => [
    'ERR_LINK_TARGET_OVERFLOW',
    `overflow: linkname_len=${a | 0}\n[${who}] buffer overflow: recv_file_entry`,
    22,
  ],
  ({ name, who }) => ['ERR_LINK_TARGET_NUL', `NUL in symlink target of ${name} [${who}]`, 2],
  () => ['ERR_NEGATIVE_LENGTH', 'Offset underflow: file-length is negative', 4],
  ({ name, who }) => ['ERR_HUGE_LENGTH', `file-length beyond 2^53 for ${name} [${who}]`, 2],
  ({ a }) => ['ERR_END_FLAG', `Invalid flist flag: ${a.toString(16)}`, 2],
  ({ name }) => ['ERR_TRANSFER_ROOT', `ERROR: rejecting non-directory transfer-root entry: ${name}`, 2],
  ({ a, name, who }) => ['ERR_MODE', `invalid file mode 0${a.toString(8)} for ${name} [${who}]`, 2],
  ({ a, name, who }) => ['ERR_NSEC', `invalid mtime nanoseconds ${a | 0} for ${name} [${who}]`, 2],
  ({ a, b, block }) => [
    'ERR_ACL_INDEX',
    `recv_acl_index: ACL_TYPE_${block === BLOCK.default ? 'DEFAULT' : 'ACCESS'} ACL index ${a | 0} > ${b}`,
    12,
  ],
  ({ a }) => ['ERR_ACL_ACCESS', `recv_acl_access: value out of range: ${a.toString(16)}`, 12],
  ({ a, who }) => [
    'ERR_ACL_COUNT',
    `wire value ACL count out of range: ${a | 0} not in [0,65536] [${who}]`,
    2,
  ],
  ({ a, name }) => ['ERR_XATTR_INDEX', `receive_xattr: xa index ${a | 0} out of range for ${name}`, 12],
  ({ a, who }) => [
    'ERR_XATTR_COUNT',
    `wire value xattr count out of range: ${a | 0} not in [0,65536] [${who}]`,
    2,
  ],
  ({ a, who }) => [
    'ERR_XATTR_NAME_LENGTH',
    `wire size xattr name_len out of range: ${a | 0} > 4096 [${who}]`,
    2,
  ],
  () => ['ERR_XATTR_NAME', 'Invalid xattr name received (missing trailing \\0).', 11],
  ({ who }) => ['ERR_XATTR_VALUE_LENGTH', `xattr datum_len exceeds per-value limit [${who}]`, 2],
  ({ who }) => ['ERR_XATTR_TOTAL', `xattr list exceeds per-file limit [${who}]`, 2],
];

/** The error to throw for a fault that the core found. */
export function entryError(fault: EntryFault, byteOffset: number): ProtocolError {
  const describe = FAULTS[fault.fault];
  if (describe === undefined) throw new Error(`unknown file-list fault ${fault.fault}`);
  const [code, text, exitCode] = describe(fault);
  return new ProtocolError(code, text, exitCode, byteOffset);
}
